"""Progress where there is no terminal: a line from time to time, and none for what is quickly done."""

from __future__ import annotations

import re
import time
from pathlib import Path

from better_auths import add_many_users, make_tables, script, users_locked, uuids
from database import Database
from migration import RunningUp, migrate
from process import wait_until

MANY = 12_000
BETWEEN_LINES = 2  # seconds


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


def lines_of(said: str) -> list[tuple[str, str]]:
    """Each as its percentage and what is done."""
    return re.findall(r"^user\.uuid  \[#+-*\] +(\d+) %  ([\d,]+) of 12,000$", said, re.MULTILINE)


def test_a_line_when_it_takes_long(database: Database, tmp_path: Path) -> None:
    with_a_column_to_fill(database)
    running = RunningUp(database, tmp_path)
    began = time.monotonic()
    with users_locked(database):
        running.start()
        wait_until(running.has_the_lock, 20, "it is at work")
        time.sleep(BETWEEN_LINES)  # the time itself is what the line depends on
    assert running.wait(60) == 0, running.log()
    took = time.monotonic() - began
    lines = lines_of(running.log())
    assert 1 <= len(lines) <= took / BETWEEN_LINES, running.log()  # one, but on a very busy machine
    for percent, done in lines:
        assert 0 < int(percent) == int(done.replace(",", "")) * 100 // MANY
    assert "\r" not in running.log() and "\x1b" not in running.log()
    assert len(uuids(database)) == MANY


def test_none_when_it_is_quick(database: Database) -> None:
    with_a_column_to_fill(database)
    began = time.monotonic()
    ended = migrate(database, "up")
    took = time.monotonic() - began
    assert ended.status == 0
    lines = lines_of(ended.err)
    assert len(ended.err.splitlines()) == len(lines) <= took / BETWEEN_LINES, ended.err
