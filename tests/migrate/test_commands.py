"""What the commands print, how they end, and that only `up` changes anything."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from better_auths import add_many_users, make_tables, script
from conftest import NewDatabase
from database import Database, SqliteDatabase
from migration import BETTER_AUTHS, OURS, migrate, pending, plan, run, up
from process import DRAWBRIDGE
from schema import contents_of, schema_of


def run_sql(database: Database, sql: str) -> None:
    """On PostgreSQL by the program that people use; Debian's own for SQLite is not among the packages."""
    if isinstance(database, SqliteDatabase):
        script(database, sql)
        return
    command = ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", database.url]
    env = os.environ | {"PGOPTIONS": "-c client_min_messages=warning"}
    done = subprocess.run(command, input=sql, text=True, capture_output=True, env=env, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


STARTS = {
    "no-column": {},
    "better-auths-column": {"uuid": True},
    "with-keys": {"jwt": True},
}


@pytest.mark.parametrize("name", STARTS)
def test_the_plan_is_sql_that_does_what_up_does(name: str, new_database: NewDatabase) -> None:
    by_up, by_hand = new_database(), new_database()
    for database in (by_up, by_hand):
        make_tables(database, **STARTS[name])
        if name == "no-column":
            add_many_users(database, 10)
    run_sql(by_hand, plan(by_hand))
    up(by_up)
    assert schema_of(by_hand) == schema_of(by_up)
    assert pending(by_hand) == []


def test_status_and_plan_change_nothing(database: Database) -> None:
    make_tables(database)
    add_many_users(database, 10)
    before = contents_of(database)
    assert pending(database) == ["jwks", "user.uuid", *OURS]
    assert plan(database) != ""
    assert migrate(database, "status").status == 1
    assert contents_of(database) == before


def test_status_names_the_file_that_is_not_there(tmp_path: Path) -> None:
    """Where it was looked for, whole: a relative path depends on where the command runs."""
    nowhere = "sqlite:.data/drawbridge.db"
    for url in (None, nowhere):
        options = [] if url is None else ["--database-url", url]
        done = subprocess.run(
            [DRAWBRIDGE, "migrate", "status", *options],
            cwd=tmp_path,
            env={},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        first, *_ = done.stdout.splitlines()
        assert first == f"there is no file {tmp_path}/.data/drawbridge.db: `drawbridge migrate up` creates it"
    assert list(tmp_path.iterdir()) == []


def test_up_is_done_once(database: Database) -> None:
    make_tables(database)
    add_many_users(database, 10)
    assert up(database).done == ["jwks", "user.uuid", *OURS]
    before = contents_of(database)
    assert up(database).done == []
    assert plan(database) == "-- nothing is pending\n"
    assert up(database, "--with-better-auth").done == []
    assert contents_of(database) == before


def test_status_as_json(database: Database) -> None:
    empty = migrate(database, "status", "--json", "--with-better-auth")
    assert (empty.status, empty.json) == (
        1,
        {"database": database.kind, "version": 0, "latest": len(OURS), "pending": [*BETTER_AUTHS, *OURS]},
    )
    done = migrate(database, "up", "--with-better-auth", "--json")
    assert done.status == 0
    assert done.err.splitlines()[-1] == f"{OURS[-1]}: done", "what was done is not on standard output"
    assert done.json == {
        "database": database.kind,
        "version": len(OURS),
        "latest": len(OURS),
        "pending": [],
    }
    assert migrate(database, "status", "--json").status == 0


WITHOUT_BETTER_AUTH = {"sqlite": OURS, "postgresql": []}


def test_without_better_auth_it_says_what_is_left_and_how(database: Database) -> None:
    ended = migrate(database, "up")
    assert ended.status == 1
    assert ended.done == WITHOUT_BETTER_AUTH[database.kind]
    assert len(ended.err.splitlines()) == 1
    assert "run Better Auth's migration on it" in ended.err
    assert "drawbridge migrate up --with-better-auth" in ended.err
    assert pending(database)[0] == "user.uuid"
    assert up(database, "--with-better-auth").done[: len(BETTER_AUTHS)] == BETTER_AUTHS


SECRET = "hunter2"
BAD_URLS = {
    "nobody-listens": (f"postgresql://app:{SECRET}@127.0.0.1:1/app", 3),
    "no-such-host": (f"postgresql://app:{SECRET}@nowhere.invalid/app", 3),
    "no-such-directory": ("sqlite:///proc/nowhere/app.db", 3),
    "another-librarys-parameter": (f"postgresql://app:{SECRET}@127.0.0.1/app?schema=public", 2),
    "another-database": (f"mysql://app:{SECRET}@127.0.0.1/app", 2),
    "bad-escape": (f"postgresql://app:{SECRET}%zz@127.0.0.1/app", 2),
    "empty": ("", 2),
}


@pytest.mark.parametrize("name", BAD_URLS)
def test_a_database_that_cannot_be_used_is_one_line_and_shows_no_password(name: str) -> None:
    url, status = BAD_URLS[name]
    ended = run("up", DATABASE_URL=url)
    assert (ended.status, ended.out) == (status, ""), ended
    assert len(ended.err.splitlines()) == 1
    assert SECRET not in ended.err


@pytest.mark.parametrize("arguments", [(), ("sideways",), ("up", "--now")], ids=["no-verb", "another-verb", "another-flag"])
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).status == 2
