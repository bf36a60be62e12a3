"""The tables that a revision makes, from wherever a database is: those that `drawbridge migrate up` makes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic_project import BOTH, Project
from better_auths import NOTHING, add_users, planned, run_migrations, script, uuids
from database import Database
from migration import BETTER_AUTHS, up
from schema import schema_of

pytest_plugins = ["alembic_databases"]
pytestmark = pytest.mark.repository

SESSION_OF_BEFORE = """drop table session;
    create table session (id text not null primary key, "expiresAt" {date} not null, "createdAt" {date} not null,
    "updatedAt" {date} not null, "ipAddress" text, "userAgent" text,
    "userId" text not null references "user" (id) on delete cascade);
    create index "session_userId_idx" on session ("userId");"""


def without_token(database: Database) -> None:
    run_migrations(database)
    add_users(database, "a", uuid={"a": "a11ce000-0000-4000-8000-00000000000a"})
    date = "date" if database.kind == "sqlite" else "timestamptz"
    script(database, SESSION_OF_BEFORE.format(date=date))
    days = "values ('s', '2099-01-01', '2026-01-01', '2026-01-01', 'a')"
    database.execute(f'insert into session (id, "expiresAt", "createdAt", "updatedAt", "userId") {days}')


def with_users(database: Database) -> None:
    run_migrations(database, uuid=False, jwt=False)
    add_users(database, "a", "b", "c")


def without_later_columns(database: Database) -> None:
    run_migrations(database)
    script(database, 'alter table jwks drop column "expiresAt"; alter table jwks drop column crv')
    script(database, "alter table jwks drop column alg; drop table verification")


STARTS: dict[str, Callable[[Database], None]] = {
    "nothing": lambda database: None,
    "what the real Better Auth makes": run_migrations,
    "without the field": lambda database: run_migrations(database, uuid=False),
    "without the plugin, so without jwks": lambda database: run_migrations(database, jwt=False),
    "users without uuid": with_users,
    "sessions without token": without_token,
    "an old jwks, and no verification": without_later_columns,
}


def better_auth_part(database: Database) -> list[str]:
    """Columns, types, nullability, defaults, constraints, indexes and triggers of Better Auth's tables."""
    beginnings = tuple(table + mark for table in BETTER_AUTHS for mark in ".:")
    lines = [line for line in schema_of(database) if line.startswith((*beginnings, "CREATE TRIGGER"))]
    return [line for line in lines if not re.search(r"\btasks\b", line)]  # a trigger of our own tables


@pytest.mark.parametrize("start", STARTS)
def test_the_tables_are_those_of_drawbridge_migrate(
    new_database: Callable[[], Database], tmp_path: Path, start: str
) -> None:
    by_the_program, by_alembic = new_database(), new_database()
    for made in (by_the_program, by_alembic):
        STARTS[start](made)
    up(by_the_program, "--with-better-auth")
    project = Project(tmp_path, by_alembic)
    project.up()
    assert better_auth_part(by_alembic) == better_auth_part(by_the_program)
    assert len(better_auth_part(by_alembic)) > 30
    assert planned(by_alembic) == NOTHING
    assert len(uuids(by_alembic)) == by_alembic.execute('select count(*) from "user"')[0][0]


@pytest.mark.parametrize("start", ["nothing", "users without uuid", "sessions without token"])
def test_a_second_time_changes_nothing(database: Database, tmp_path: Path, start: str) -> None:
    STARTS[start](database)
    project = Project(tmp_path, database, revisions=[BOTH, BOTH])
    project.up("r0")
    before = schema_of(database), uuids(database), database.execute("select * from drawbridge_additions order by name")
    project.up("r1")
    assert before == (
        schema_of(database),
        uuids(database),
        database.execute("select * from drawbridge_additions order by name"),
    )


def test_after_the_program_nothing_is_left_to_do(database: Database, tmp_path: Path) -> None:
    up(database, "--with-better-auth")
    before = schema_of(database)
    Project(tmp_path, database).up()
    assert [line for line in schema_of(database) if not line.startswith("alembic_version")] == before


def test_sessions_without_token_end_and_it_is_said(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    without_token(database)
    Project(tmp_path, database).up()
    assert database.execute("select count(*) from session") == [(0,)]
    said = 'table "session" had no column token: 1 session could not be kept, so their users must sign in again'
    assert said in caplog.messages
