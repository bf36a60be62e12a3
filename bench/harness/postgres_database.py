"""Databases on PostgreSQL as `drawbridge migrate up` makes them, filled in bulk."""

from __future__ import annotations

import subprocess

import many_rows
from database import PostgresDatabase
from measurement import BrokenMeasurement
from private_postgres import PrivatePostgres
from servers import DRAWBRIDGE
from sqlite_database import OWNER

OWNERS_ROWS = f"""
insert into "user" (id, name, email, "emailVerified", uuid) values ('owner', 'Zoë', 'o@example.com', true, '{OWNER}');
insert into tags (user_id, name, color) select '{OWNER}', 'tag ' || n, '#3366CC' from generate_series(0, 9) as n;
insert into tasks (user_id, id, title, description, completed, priority, due_date, created_at, updated_at)
  select '{OWNER}', gen_random_uuid(), 'Task ' || n || ' of the bridge, to be lowered',
         case when n % 2 = 1 then 'What is to be done, in about eighty characters of text, about number ' || n end,
         n % 3 = 0, nullif(n % 4, 0), case when n % 2 = 1 then now() + n * interval '1 hour' end,
         now() - n * interval '1 minute', now()
  from generate_series(1, {{own_tasks}}) as n;
insert into task_tags (user_id, task_id, tag_id)
  select '{OWNER}', tasks.id, tags.id from (select id, row_number() over () as n from tasks where user_id = '{OWNER}') as tasks
  join (select id, row_number() over () as n from tags where user_id = '{OWNER}') as tags
    on (tags.n + 3 * tasks.n) % 10 < 2 + tasks.n % 2;
analyze
"""


def create(server: PrivatePostgres) -> PostgresDatabase:
    """Our tables beside Better Auth's."""
    database = server.new_database()
    command = [DRAWBRIDGE, "migrate", "up", "--with-better-auth", "--database-url", database.url]
    done = subprocess.run(command, capture_output=True, text=True, env={}, check=False)
    if done.returncode != 0:
        raise BrokenMeasurement(f"drawbridge migrate up ended with {done.returncode}: {done.stderr.strip()}")
    return database


def fill(database: PostgresDatabase, own_tasks: int, others: int, their_tasks: int) -> None:
    """OWNER's tasks, each with two or three of ten tags, among those that so many other users have together."""
    many_rows.fill(database, others, their_tasks)
    with database.connect() as connection:
        for statement in OWNERS_ROWS.format(own_tasks=own_tasks).split(";\n"):
            connection.execute(statement)
