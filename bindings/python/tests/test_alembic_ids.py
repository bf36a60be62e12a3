"""The ids of Better Auth's tables, by its option generateId: those that are there are followed, and where they are
UUIDs there is no second one."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic_project import sqlalchemy_url
from better_auths import NOTHING, planned, run_migrations, script
from database import Database
from schema import columns_of, schema_of
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Session

from drawbridge.alembic import better_auth_tables, hybrid_id
from drawbridge.sqlalchemy import UuidIdUser

pytest_plugins = ["alembic_databases"]
pytestmark = pytest.mark.repository

SETTINGS = {"text": {}, "uuid": {"ids": "uuid", "uuid_column": "user.id"}, "serial": {"ids": "serial"}}
KNOW = "Better Auth must know about these ids"


class Base(DeclarativeBase): ...


class User(UuidIdUser, Base): ...


def upgrade(database: Database, operation: Callable[[Operations], None]) -> None:
    """As a revision's `upgrade()` does."""
    engine = create_engine(sqlalchemy_url(database))
    with engine.begin() as connection:
        operation(Operations(MigrationContext.configure(connection)))
    engine.dispose()


@pytest.mark.parametrize("ids", SETTINGS)
def test_an_empty_database_gets_those_that_are_asked_for(
    new_database: Callable[[], Database], caplog: pytest.LogCaptureFixture, ids: str
) -> None:
    database, by_better_auth = new_database(), new_database()
    for _ in range(2):
        upgrade(database, lambda op: better_auth_tables.upgrade(op, ids=ids))  # type: ignore[arg-type]
    assert planned(database, **SETTINGS[ids]) == NOTHING
    assert sum(KNOW in message for message in caplog.messages) == (0 if ids == "text" else 1)
    run_migrations(by_better_auth, **SETTINGS[ids])
    ends = (".id ", ".userId ")
    assert [line for line in schema_of(database) if any(end in line for end in ends)] == [
        line for line in schema_of(by_better_auth) if any(end in line for end in ends)
    ]


@pytest.mark.parametrize("ids", ["uuid", "serial"])
def test_a_missing_jwks_gets_those_of_the_users(database: Database, ids: str) -> None:
    run_migrations(database, **SETTINGS[ids])
    script(database, "drop table jwks")
    upgrade(database, better_auth_tables.upgrade)
    assert planned(database, **SETTINGS[ids]) == NOTHING


def test_a_column_of_uuids_needs_no_other(postgres: Database, caplog: pytest.LogCaptureFixture) -> None:
    run_migrations(postgres, **SETTINGS["uuid"])
    with caplog.at_level(logging.INFO):
        upgrade(postgres, hybrid_id.upgrade)
    assert any(message.startswith("user.id is the uuid; nothing to add") for message in caplog.messages)
    assert "user.uuid" not in columns_of(postgres)


def test_the_model_finds_a_user_by_the_uuid_of_the_token(database: Database) -> None:
    run_migrations(database, **SETTINGS["uuid"])
    uuid = "a11ce000-0000-4000-8000-00000000000a"
    false = "0" if database.kind == "sqlite" else "false"
    script(
        database,
        f"""insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
            values ('{uuid}', 'Alice', 'a@example.com', {false}, '2026-01-01', '2026-01-01')""",
    )
    engine = create_engine(sqlalchemy_url(database))
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
        assert str(user.id) == uuid
        assert session.get(User, user.id) is user
        assert "uuid" not in User.__table__.columns
    engine.dispose()
