"""Many users and tasks, made in bulk on PostgreSQL, as others among whom somebody has tasks of their own."""

from __future__ import annotations

from database import PostgresDatabase

USERS = 100_000
TASKS = 2_000_000
TAGS_OF_EACH_USER = 2

FILL = """
set session_replication_role = replica; -- no foreign key is looked up: all of them hold by the way they are made
insert into "user" (id, name, email, "emailVerified")
  select 'bulk ' || n, 'N', 'bulk' || n || '@example.com', false from generate_series(1, {users}) as n;
create temporary table owner as
  select row_number() over () as number, uuid from "user" where id like 'bulk %';
insert into tasks (user_id, id, title, completed, priority, due_date, created_at, updated_at)
  select uuid, gen_random_uuid(), 'Task ' || n, n % 3 = 0, nullif(n % 4, 0),
         case when n % 2 = 0 then now() + n % 1000 * interval '1 hour' end, now() - n * interval '1 second', now()
  from generate_series(1, {tasks}) as n join owner on number = n % {users} + 1;
insert into tags (user_id, name)
  select uuid, 'tag ' || n from owner, generate_series(1, {tags}) as n;
insert into task_tags (user_id, task_id, tag_id)
  select tasks.user_id, tasks.id, min(tags.id) from tasks join tags using (user_id)
  group by tasks.user_id, tasks.id having get_byte(uuid_send(tasks.id), 0) < 32;
drop table owner;
set session_replication_role = origin;
analyze
"""


def fill(database: PostgresDatabase, users: int = USERS, tasks: int = TASKS) -> None:
    with database.connect() as connection:
        for statement in FILL.format(users=users, tasks=tasks, tags=TAGS_OF_EACH_USER).split(";\n"):
            connection.execute(statement)
