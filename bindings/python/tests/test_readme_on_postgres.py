"""The README's route that writes, on PostgreSQL, for users of the real Better Auth who delete their account."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic_project import Project, sqlalchemy_url
from asgi_calls import bearer
from better_auth import BetterAuth, Person
from database import Database, PostgresDatabase
from fastapi.testclient import TestClient
from process import wait_until
from sqlalchemy import create_engine
from test_readme import Namespace, app_of, run

pytest_plugins = ["alembic_databases"]
pytestmark = pytest.mark.repository

# What an app needs that leaves Better Auth's tables to Better Auth.
ROLE = """
create role {role} login;
grant select (uuid) on "user" to {role};
grant select, insert on notes to {role};
grant usage on sequence notes_id_seq to {role}
"""

WAITING = """
select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
"""


@pytest.fixture
def issuer(postgres: Database, tmp_path: Path) -> Iterator[BetterAuth]:
    Project(tmp_path / "alembic", postgres).up()
    issuer = BetterAuth(tmp_path, postgres, migrate="off")
    try:
        yield issuer.start()
    finally:
        issuer.stop()


@pytest.fixture(params=["the owner of the tables", "a role that may do no more than it needs"])
def names(request: pytest.FixtureRequest, issuer: BetterAuth, monkeypatch: pytest.MonkeyPatch) -> Namespace:
    database = issuer.database
    url = sqlalchemy_url(database, "asyncpg")
    if request.param != "the owner of the tables":
        url = url.set(username=f"role_of_{url.database}")
    monkeypatch.setenv("BETTER_AUTH_URL", issuer.url)
    monkeypatch.setenv("DATABASE_URL", url.render_as_string(hide_password=False))
    names = run("Protect a route", {"__name__": "main"})
    names = run("What such a user writes", run("The user in your database", names))
    engine = create_engine(sqlalchemy_url(database))
    names["Note"].__table__.create(engine)  # type: ignore[attr-defined]  # names of the README's code have no type here
    engine.dispose()
    for statement in ROLE.format(role=f"role_of_{url.database}").split(";"):
        database.execute(statement)
    return names


@pytest.fixture
def client(names: Namespace) -> Iterator[TestClient]:
    with TestClient(app_of(names), raise_server_exceptions=False) as client:
        yield client


def write(client: TestClient, person: Person, token: str) -> tuple[int, str]:
    answer = client.post(f"/api/v1/{person.uuid}/notes", params={"text": "x"}, headers={"Authorization": bearer(token)})
    return answer.status_code, answer.json()["code"] if answer.status_code == 403 else ""


def test_a_deleted_user_writes_nothing(issuer: BetterAuth, client: TestClient) -> None:
    alice = issuer.sign_up("alice")
    token = alice.token()
    assert write(client, alice, token) == (201, "")
    alice.delete_account()
    assert write(client, alice, token) == (403, "user_unknown")
    assert issuer.database.execute("select count(*) from notes") == [(0,)]


def test_what_else_the_database_refuses_is_not_said_of_the_user(issuer: BetterAuth, client: TestClient) -> None:
    issuer.database.execute("alter table notes add unique (text)")
    alice = issuer.sign_up("alice")
    token = alice.token()
    assert write(client, alice, token) == (201, "")
    assert write(client, alice, token) == (500, "")


def test_a_user_who_is_deleted_meanwhile_writes_nothing(issuer: BetterAuth, client: TestClient) -> None:
    """The write waits for the deletion, which was there first."""
    alice = issuer.sign_up("alice")
    token = alice.token()
    database = issuer.database
    assert isinstance(database, PostgresDatabase)
    with ThreadPoolExecutor(1) as beside, database.connect() as deleting:
        with deleting.transaction():
            deleting.execute('delete from "user" where uuid = %s', [alice.uuid])
            written = beside.submit(write, client, alice, token)
            waits = (
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
            wait_until(lambda: database.execute(waits) == [(1,)], 30, "the write waits")
        assert written.result() == (403, "user_unknown")
    assert database.execute("select count(*) from notes") == [(0,)]
