"""The role that deploy/postgres_serve_role.sql makes. The whole end-to-end suite runs as it."""

from __future__ import annotations

import psycopg
import pytest

from better_auth import BetterAuth
from database import SERVE_ROLE, PostgresDatabase

REFUSED = {
    "read-user": 'select * from "user"',
    "read-email": 'select email from "user"',
    "read-id": 'select id from "user"',
    "read-sessions": "select token from session",
    "read-accounts": "select password from account",
    "read-verifications": "select value from verification",
    "read-private-keys": 'select "privateKey" from jwks',
    "read-public-keys": 'select "publicKey" from jwks',
    "change-a-uuid": 'update "user" set uuid = gen_random_uuid()',
    "make-a-user": "insert into \"user\" (id) values ('x')",
    "delete-a-user": 'delete from "user"',
    "lock-a-user": 'select uuid from "user" for update',
    "make-a-table": "create table mine (id int)",
    "change-a-table": "alter table tasks add column mine int",
    "drop-a-table": "drop table tasks",
    "empty-a-table": "truncate tasks",
    "say-that-a-step-was-done": "insert into drawbridge_migrations (version, name) values (99, 'x')",
    "make-a-role": "create role other",
}


@pytest.mark.parametrize("name", REFUSED)
def test_may_not(name: str, issuer: BetterAuth) -> None:
    with psycopg.connect(issuer.database.serve_url) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(REFUSED[name])


def test_may_what_the_api_needs_and_may_be_made_twice(issuer: BetterAuth) -> None:
    issuer.database.migrate()  # runs the statements again
    with psycopg.connect(issuer.database.serve_url) as connection:
        assert connection.execute("select current_user").fetchone() == (SERVE_ROLE,)
        for table in ("tasks", "tags", "task_tags", "drawbridge_migrations"):
            connection.execute(f"select * from {table}")
        connection.execute('select uuid from "user"')


SESSION_READER = "drawbridge_session_reader"


def test_may_read_sessions_where_it_is_made_for_them(issuer: BetterAuth) -> None:
    assert isinstance(issuer.database, PostgresDatabase)
    with psycopg.connect(issuer.database.url_of_role(SESSION_READER, sessions="on")) as connection:
        assert connection.execute("select current_user").fetchone() == (SESSION_READER,)
        connection.execute('select id, token, "userId", "expiresAt", "createdAt" from session')
        connection.execute('select id, uuid, email, "emailVerified", name from "user"')
        for more in ('select "ipAddress" from session', 'select image from "user"', "update session set token = ''"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(more)


def test_is_no_more_than_it_seems(issuer: BetterAuth) -> None:
    assert isinstance(issuer.database, PostgresDatabase)
    rights = issuer.database.execute(
        "select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls from pg_roles where rolname = ?",
        SERVE_ROLE,
    )
    assert rights == [(False,) * 5]
