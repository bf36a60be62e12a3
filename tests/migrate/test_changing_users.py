"""Users whose rows change while the backfill runs."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

from assertions import assert_all_have_a_uuid
from better_auths import add_many_users, make_tables, script
from database import Database, PostgresDatabase
from migration import RunningUp
from process import wait_until

# One batch looks at all of them.
MANY = 2_000
CHANGED = 500
BEHIND_THE_BATCH = 250  # pages


def test_a_row_that_moves_away_from_a_batch_is_filled(postgres: PostgresDatabase, tmp_path: Path) -> None:
    """PostgreSQL writes a changed row anew, behind the pages that were counted. The batch stands still meanwhile."""
    make_tables(postgres, jwt=True)
    add_many_users(postgres, MANY)
    script(
        postgres,
        """alter table "user" add column uuid uuid;
           alter table "user" alter column uuid set default gen_random_uuid();
           alter table "user" add unique (uuid)""",
    )
    waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like 'UPDATE%'"
    running = RunningUp(postgres, tmp_path)
    with closing(postgres.connect()) as other:
        with other.transaction():
            other.execute("""update "user" set name = 'M' where id = 'user1'""")
            running.start()
            wait_until(lambda: postgres.execute(waits) == [(1,)], 20, "the batch waits for the row")
            while postgres.execute(f"select pg_relation_size('\"user\"') / 8192 < {BEHIND_THE_BATCH}") == [(True,)]:
                postgres.execute(f"""update "user" set name = 'M' where substr(id, 5)::int > {MANY - CHANGED}""")
    assert running.wait() == 0, running.log()
    assert_all_have_a_uuid(postgres)
    assert postgres.execute("""select count(*) from "user" where name = 'M'""") == [(CHANGED + 1,)]


def test_changes_go_on_meanwhile(database: Database, tmp_path: Path) -> None:
    make_tables(database, jwt=True)
    add_many_users(database, 20_000)
    ended = threading.Event()
    changed: list[int] = []

    def change() -> None:
        while not ended.is_set():
            number = 1 + len(changed) * 7919 % 20_000
            database.execute('update "user" set name = ? where id = ?', "M", f"user{number}")
            changed.append(number)
            ended.wait(0.005)  # SQLite's lock goes to whoever looks when it is free: others need a chance to

    running = RunningUp(database, tmp_path)
    changing = threading.Thread(target=change)
    changing.start()
    try:
        wait_until(lambda: len(changed) > 3, 20, "somebody changes a name before")
        running.start()
        assert running.wait(60) == 0, running.log()
        goal = len(changed) + 3
        wait_until(lambda: len(changed) >= goal, 20, "and after")
    finally:
        ended.set()
        changing.join()
    assert_all_have_a_uuid(database)
