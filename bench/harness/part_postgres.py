"""A page of 20 tasks with tags on PostgreSQL, among few and many tasks of others."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from typing import Any

import many_rows
import wrk
from database import PostgresDatabase
from issuer import Issuer
from measurement import BrokenMeasurement, Measurement
from private_postgres import PrivatePostgres
from servers import DRAWBRIDGE, Drawbridge
from sqlite_database import OWNER

OWN_TASKS = 100
CONNECTIONS = 16
SECONDS = 2.0
PATH = f"/api/v1/{OWNER}/tasks"

# How many other users there are, and how many tasks they have together.
FEW = (100, 2_000)
MANY = (many_rows.USERS, many_rows.TASKS)
MANY_IN_QUICK = (1_000, 20_000)

OWNERS_ROWS = f"""
insert into "user" (id, name, email, "emailVerified", uuid) values ('owner', 'Zoë', 'o@example.com', true, '{OWNER}');
insert into tags (user_id, name, color) select '{OWNER}', 'tag ' || n, '#3366CC' from generate_series(0, 9) as n;
insert into tasks (user_id, id, title, description, completed, priority, due_date, created_at, updated_at)
  select '{OWNER}', gen_random_uuid(), 'Task ' || n || ' of the bridge, to be lowered',
         case when n % 2 = 1 then 'What is to be done, in about eighty characters of text, about number ' || n end,
         n % 3 = 0, nullif(n % 4, 0), case when n % 2 = 1 then now() + n * interval '1 hour' end,
         now() - n * interval '1 minute', now()
  from generate_series(1, {OWN_TASKS}) as n;
insert into task_tags (user_id, task_id, tag_id)
  select '{OWNER}', tasks.id, tags.id from (select id, row_number() over () as n from tasks where user_id = '{OWNER}') as tasks
  join (select id, row_number() over () as n from tags where user_id = '{OWNER}') as tags
    on (tags.n + 3 * tasks.n) % 10 < 2 + tasks.n % 2;
analyze
"""


def make(server: PrivatePostgres, users: int, tasks: int) -> PostgresDatabase:
    database = server.new_database()
    command = [DRAWBRIDGE, "migrate", "up", "--with-better-auth", "--database-url", database.url]
    done = subprocess.run(command, capture_output=True, text=True, env={}, check=False)
    if done.returncode != 0:
        raise BrokenMeasurement(f"drawbridge migrate up ended with {done.returncode}: {done.stderr.strip()}")
    many_rows.fill(database, users, tasks)
    with database.connect() as connection:
        for statement in OWNERS_ROWS.split(";\n"):
            connection.execute(statement)
    return database


def measure(m: Measurement) -> dict[str, Any]:
    with ExitStack() as stack:
        postgres = stack.enter_context(PrivatePostgres(m.scratch).running())
        issuer = stack.enter_context(Issuer())
        servers: dict[int, Drawbridge] = {}
        for users, tasks in (FEW, MANY_IN_QUICK if m.quick else MANY):
            m.progress.say(f"a database with {tasks} tasks of others is filled")
            database = make(postgres, users, tasks)
            folder = m.scratch / f"server-{tasks}"
            folder.mkdir()
            servers[tasks] = stack.enter_context(Drawbridge(folder, issuer.url, database.url))
        return run_all(m, servers, issuer.token(OWNER))


def run_all(m: Measurement, servers: dict[int, Drawbridge], token: str) -> dict[str, Any]:
    rows: dict[int, dict[str, Any]] = {}
    for others, server in servers.items():
        answer = server.expect_200(PATH, token)
        if answer.body.count(b'"title"') != 20:
            raise BrokenMeasurement(f"a page of tasks is {answer.body[:300]!r}")
        rows[others] = {"others": others, "answer_bytes": answer.size, "loads": []}
        wrk.run(server.url + PATH, CONNECTIONS, 1, server.pids, token)  # first uses, not counted
    steps = [(n + 1, others) for n in range(m.rounds(9)) for others in servers]
    for _, others in m.progress.over(steps, lambda n, others: f"round {n}, among {others} tasks of others"):
        load = wrk.run(servers[others].url + PATH, CONNECTIONS, m.seconds(SECONDS), servers[others].pids, token)
        rows[others]["loads"].append(load.as_json())
    return {"own_tasks": OWN_TASKS, "connections": CONNECTIONS, "databases": list(rows.values())}
