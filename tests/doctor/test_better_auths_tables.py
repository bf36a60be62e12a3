"""Tables that Better Auth itself lacks: it fails in many ways, and doctor names the one at the root."""

from __future__ import annotations

import pytest

from conftest import PRODUCTS, NewDatabase, StartBackend, StartIssuer, StartSetUp
from examination import examine
from set_up import SetUp
from spoilt_tables import script, up

pytestmark = pytest.mark.parametrize("product", PRODUCTS)

SESSION_WITHOUT_TOKEN = """drop table session;
create table session ("id" text not null primary key, "expiresAt" {time} not null, "createdAt" {time} not null,
  "updatedAt" {time} not null, "ipAddress" text, "userAgent" text, "userId" text not null references "user" ("id"));"""
TIME = {"sqlite": "date", "postgresql": "timestamptz"}


# In the database's own words, which people search for.
NO_TABLE = {"sqlite": "no such table: jwks", "postgresql": 'relation "jwks" does not exist'}
NO_COLUMN = {"sqlite": "no such column: token", "postgresql": 'column "token" of relation "session" does not exist'}


def assert_mended(set_up: SetUp, remedy: str | None) -> None:
    """By the migration; who is signed in, and their keys, may be new."""
    assert "run drawbridge migrate up --with-better-auth" in (remedy or "")
    up(set_up.issuer.database, "--with-better-auth")
    person = set_up.issuer.sign_up("alice")
    mended = SetUp(set_up.issuer, set_up.backend, person, person.token()).examine()
    assert (mended.faults, mended.warnings) == (set(), set())


def test_no_jwks(start_set_up: StartSetUp, product: str):
    set_up = start_set_up(product)
    script(set_up.issuer.database, "drop table jwks")
    checks = set_up.examine()
    assert (checks.faults, checks.warnings) == ({"tables.jwks"}, set())
    assert NO_TABLE[product] in checks["tables.jwks"].summary
    assert checks["jwks.status"].summary == "because of the fault tables.jwks"
    assert_mended(set_up, checks["tables.jwks"].remedy)


def test_session_without_token(start_set_up: StartSetUp, product: str):
    set_up = start_set_up(product)
    script(set_up.issuer.database, SESSION_WITHOUT_TOKEN.format(time=TIME[product]))
    checks = set_up.examine()
    assert (checks.faults, checks.warnings) == ({"tables.session_token"}, set())
    assert NO_COLUMN[product] in checks["tables.session_token"].summary
    assert_mended(set_up, checks["tables.session_token"].remedy)


def test_no_uuid(
    new_database: NewDatabase, start_issuer: StartIssuer, start_backend: StartBackend, product: str
):
    """Better Auth with its own jwt plugin, before anybody has added a uuid."""
    database = new_database(product)
    issuer = start_issuer(database, uuid="off", payload="no-uuid")
    backend = start_backend(issuer) if product == "sqlite" else None  # that of PostgreSQL does not start
    options = {"better_auth_url": issuer.url, "database_url": database.url}
    token = issuer.sign_up("alice").token()
    checks = examine(**options, token=token, api_url=backend.url if backend else None)
    assert (checks.faults, checks.warnings) == ({"tables.user_uuid"}, set())
    assert checks["token.uuid"].summary == "because of the fault tables.user_uuid"
    remedy = checks["tables.user_uuid"].remedy or ""
    assert "run drawbridge migrate up" in remedy and "add the plugin drawbridge()" in remedy
    issuer.stop()
    up(database)
    del issuer.program.env["ISSUER_UUID"], issuer.program.env["ISSUER_PAYLOAD"]
    token = issuer.start().sign_up("bob").token()
    mended = examine(**options, token=token, api_url=start_backend(issuer).url)
    assert (mended.faults, mended.warnings) == (set(), set())
