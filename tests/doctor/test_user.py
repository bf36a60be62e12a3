"""Whether the database knows whom the token names."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from better_auth import BetterAuth
from conftest import PRODUCTS, NewDatabase, StartBackend, StartIssuer, StartSetUp
from database import Database
from examination import examine
from set_up import SetUp
from spoilt_tables import make, script


@pytest.fixture(params=PRODUCTS)
def product(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@dataclass
class OtherDatabase:
    """What an API knows of its Better Auth, when its DATABASE_URL names another database."""

    issuer: BetterAuth
    database: Database

    @property
    def url(self) -> str:
        return self.issuer.url


@pytest.fixture(params=PRODUCTS)
def other_database(request: pytest.FixtureRequest, new_database: NewDatabase) -> Database:
    """Better Auth's tables and ours, with a user; but Better Auth uses another one."""
    database = new_database(request.param)
    make(database, None, {"somebody else": None}, migrated=True)
    return database


def test_is_known(healthy: SetUp):
    assert healthy.examine()["user.known"].status == "ok"


def test_two_databases_side_by_side(healthy_sqlite: SetUp, other_database: Database, start_backend: StartBackend):
    backend = start_backend(OtherDatabase(healthy_sqlite.issuer, other_database))
    api = {"database_url": other_database.url, "api_url": backend.url}
    checks = healthy_sqlite.examine(**api)
    assert (checks.faults, checks.warnings) == ({"user.known"}, set())
    text = checks["user.known"].text()
    assert healthy_sqlite.person.uuid in text and "DATABASE_URL" in text and "second sign-up" not in text
    mended = healthy_sqlite.examine()  # with the DATABASE_URL of Better Auth
    assert (mended.faults, mended.warnings) == (set(), set())


def test_a_second_table_of_users(healthy_sqlite: SetUp, other_database: Database):
    script(other_database, "create table members (id integer primary key, email text, hashed_password text)")
    checks = healthy_sqlite.examine(database_url=other_database.url, api_url=None)
    assert (checks.faults, checks.warnings) == ({"user.known"}, set())
    assert "the table members looks like a second sign-up" in checks["user.known"].text()


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_deleted_user(start_set_up: StartSetUp, product: str):
    set_up = start_set_up(product)
    options = set_up.options() | {"session": None}
    set_up.person.delete_account()
    checks = examine(**options)
    assert (checks.faults, checks.warnings) == ({"user.known"}, set())
    assert "deleted" in checks["user.known"].text()
    mended = examine(**options | {"token": set_up.issuer.sign_up("alice").token()})
    assert (mended.faults, mended.warnings) == (set(), set())


BY_SUB = {"DRAWBRIDGE_USER_CLAIM": "sub"}
APPS_TABLES = {
    "to user.id": ('create table notes (owner {id} references "user" (id))', None),
    "to user.uuid": (
        'create table notes (owner {uuid} references "user" (uuid))',
        "a foreign key goes from notes.owner to user.uuid, not to user.id",
    ),
}


@pytest.mark.parametrize("ids", ["text", "serial"])
def test_by_sub(new_database: NewDatabase, start_issuer: StartIssuer, product: str, ids: str):
    """What the backend needs of user.id, without a uuid anywhere in the token."""
    settings = {} if ids == "text" else {"ids": ids}
    issuer = start_issuer(new_database(product), payload="no-uuid", **settings)
    person = issuer.sign_up("alice")
    given = {"better_auth_url": issuer.url, "database_url": issuer.database.url, "token": person.token(), "env": BY_SUB}
    checks = examine(**given)
    assert [checks[name].status for name in ("user.known", "tables.foreign_keys")] == ["ok", "ok"]
    assert checks["tables.user_uuid"].status == "not_checked"
    person.delete_account()
    checks = examine(**given)
    assert checks.faults == {"user.known"}
    assert f"the token's user {person.id} is not in the table user" in checks["user.known"].text()


@pytest.mark.parametrize("name", APPS_TABLES)
def test_a_backends_tables_by_sub(start_set_up: StartSetUp, product: str, name: str):
    sql, because = APPS_TABLES[name]
    set_up = start_set_up(product)
    types = {"id": "text", "uuid": "uuid" if product == "postgresql" else "text"}
    script(set_up.issuer.database, sql.format(**types))
    check = set_up.examine(api_url=None, env=BY_SUB)["tables.foreign_keys"]
    assert check.status == ("ok" if because is None else "warning")
    assert because is None or because in check.text()
