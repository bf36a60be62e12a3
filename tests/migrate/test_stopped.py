"""Two migrations at once, and migrations that are killed: each change is made once, and the next run goes on."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from better_auths import add_many_users, make_tables, script, users_locked, uuids
from conftest import NewDatabase
from database import Database
from migration import OURS, RunningUp, pending, up
from process import LONG, wait_until
from schema import schema_of

SEED = 20261124
MANY = 50_000 if LONG else 15_000
KILLS = 12 if LONG else 4


def test_of_two_at_once_one_waits_and_says_so(database: Database, tmp_path: Path) -> None:
    make_tables(database)
    if database.kind == "sqlite":
        script(database, "pragma journal_mode = wal")  # as Better Auth's: to open it needs no lock
    add_many_users(database, MANY)
    first, second = RunningUp(database, tmp_path, "first"), RunningUp(database, tmp_path, "second")
    with users_locked(database):  # so that it is not done before it is seen
        first.start()
        wait_until(first.has_the_lock, 10, "the first is at work")
        first.signal(signal.SIGSTOP)  # in the middle, for as long as it takes the second to come
    try:
        assert first.child is not None and first.child.poll() is None
        second.start()
        wait_until(lambda: "another drawbridge is migrating this database: waiting" in second.log(), 10, "it waits")
        assert second.done == []
    finally:
        first.signal(signal.SIGCONT)
    assert (first.wait(60), second.wait(60)) == (0, 0), first.log() + second.log()
    assert Counter(first.done + second.done) == Counter(["jwks", "user.uuid", *OURS])
    assert len(set(uuids(database).values())) == MANY


def test_several_at_once_make_each_change_once(database: Database, tmp_path: Path) -> None:
    make_tables(database, jwt=True)
    add_many_users(database, 500)
    running = [RunningUp(database, tmp_path, f"up{number}") for number in range(4)]
    for one in running:
        one.start()
    assert [one.wait(60) for one in running] == [0] * 4, [one.log() for one in running]
    assert Counter(name for one in running for name in one.done) == Counter(["user.uuid", *OURS])


@pytest.fixture
def undisturbed(new_database: NewDatabase) -> tuple[list[str], float]:
    """The schema after a run that nobody stopped, and how long it took."""
    database = new_database()
    make_tables(database)
    add_many_users(database, MANY)
    began = time.monotonic()
    up(database)
    return schema_of(database), time.monotonic() - began


def test_killed_at_any_moment_the_next_goes_on(
    new_database: NewDatabase, undisturbed: tuple[list[str], float], tmp_path: Path
) -> None:
    schema, seconds = undisturbed
    moments = random.Random(SEED)

    def with_users() -> Database:
        database = new_database()
        make_tables(database)
        add_many_users(database, MANY)
        return database

    database, killed = with_users(), 0
    given: dict[str, str] = {}
    while killed < KILLS:
        running = RunningUp(database, tmp_path)
        running.start()
        time.sleep(moments.uniform(0, 0.7 * seconds))
        running.signal(signal.SIGKILL)
        if running.wait() == 0:  # it was done: on to the next database
            assert schema_of(database) == schema
            database, given = with_users(), {}
            continue
        killed += 1
        if any(line.lower().startswith("user.uuid") for line in schema_of(database)):
            now = uuids(database)
            assert given.items() <= now.items(), "a uuid that was given has changed"
            given = now
    up(database)
    assert schema_of(database) == schema
    assert given.items() <= uuids(database).items()
    assert len(set(uuids(database).values())) == MANY
    assert pending(database) == []
