"""Progress where there is no terminal: a line from time to time, and none for what is quickly done."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from better_auths import add_many_users, make_tables, script, uuids
from database import Database, PostgresDatabase, SqliteDatabase
from migration import RunningUp, migrate
from process import wait_until

MANY = 12_000
BETWEEN_LINES = 2  # seconds


@contextmanager
def users_locked(database: Database) -> Iterator[None]:
    """Everybody may read them."""
    if isinstance(database, PostgresDatabase):
        with closing(database.connect()) as connection, connection.transaction(force_rollback=True):
            connection.execute('LOCK TABLE "user" IN SHARE MODE')
            yield
    else:
        assert isinstance(database, SqliteDatabase)
        with database.write_lock():
            yield


def with_a_column_to_fill(database: Database) -> None:
    """As Better Auth's, the file of SQLite is in WAL mode: to open it needs no lock."""
    make_tables(database, jwt=True)
    add_many_users(database, MANY)
    if database.kind == "sqlite":
        script(database, 'pragma journal_mode = wal; alter table "user" add column uuid text')
    else:
        script(
            database,
            """alter table "user" add column uuid uuid unique;
               alter table "user" alter column uuid set default gen_random_uuid()""",
        )


def test_a_line_when_it_takes_long(database: Database, tmp_path: Path) -> None:
    with_a_column_to_fill(database)
    running = RunningUp(database, tmp_path)
    with users_locked(database):
        running.start()
        wait_until(running.has_the_lock, 20, "it is at work")
        time.sleep(BETWEEN_LINES)  # the time itself is what the line depends on
    assert running.wait(60) == 0, running.log()
    lines = re.findall(r"^user\.uuid  \[#+-*\] +(\d+) %  ([\d,]+) of 12,000$", running.log(), re.MULTILINE)
    assert len(lines) == 1, running.log()
    ((percent, done),) = lines
    assert 0 < int(percent) == int(done.replace(",", "")) * 100 // MANY
    assert "\r" not in running.log() and "\x1b" not in running.log()
    assert len(uuids(database)) == MANY


def test_none_when_it_is_quick(database: Database) -> None:
    with_a_column_to_fill(database)
    ended = migrate(database, "up")
    assert (ended.status, ended.err) == (0, "")
