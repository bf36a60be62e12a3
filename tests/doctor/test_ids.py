"""The kinds of ids that users can have: what fits together is no fault, and what does not is named."""

from __future__ import annotations

import pytest

from conftest import PRODUCTS, NewDatabase, StartBackend, StartIssuer
from examination import examine
from spoilt_tables import script, up

UUID_IDS = {"ids": "uuid", "uuid_column": "user.id"}


@pytest.mark.parametrize("product", PRODUCTS)
def test_uuids_as_ids_are_no_fault(
    new_database: NewDatabase, start_issuer: StartIssuer, start_backend: StartBackend, product: str
):
    issuer = start_issuer(new_database(product), **UUID_IDS)
    person = issuer.sign_up("alice")
    issuer.database.migrate()
    options = {"better_auth_url": issuer.url, "database_url": issuer.database.url, "token": person.token()}
    checks = examine(**options, api_url=start_backend(issuer).url)
    assert (checks.faults, checks.warnings) == (set(), set())
    assert checks["tables.user_uuid"].summary.startswith("user.id is the uuid")
    assert checks["user.known"].status == "ok"


def test_the_plugin_goes_by_the_id_and_the_tables_by_the_uuid(new_database: NewDatabase, start_issuer: StartIssuer):
    database = new_database("sqlite")
    issuer = start_issuer(database, **UUID_IDS)
    up(database)  # of a table without rows: nothing says yet that its texts are UUIDs
    token = issuer.sign_up("alice").token()
    checks = examine(better_auth_url=issuer.url, database_url=database.url, token=token)
    assert checks.faults == {"user.known"}
    assert checks["user.known"].cause == "the token carries user.id as the uuid, while the tables use user.uuid"


def test_a_jwks_whose_ids_nobody_makes(new_database: NewDatabase, start_issuer: StartIssuer):
    database = new_database("postgresql")
    issuer = start_issuer(database, **UUID_IDS)
    up(database)
    script(database, "alter table jwks alter id drop default; alter table jwks alter id type text")
    checks = examine(better_auth_url=issuer.url, database_url=database.url)
    assert "tables.ids" in checks.faults
    assert "jwks.id is text, made by Better Auth" in checks["tables.ids"].summary
    assert "run drawbridge migrate up" in (checks["tables.ids"].remedy or "")
    up(database)
    assert "tables.ids" not in examine(better_auth_url=issuer.url, database_url=database.url).faults


OWN_USERS = """create table users (id integer primary key, email text);
    create table tasks (id integer primary key, user_id integer not null references users (id))"""


@pytest.mark.parametrize("product", PRODUCTS)
def test_tables_that_refer_to_users_of_the_apps_own(new_database: NewDatabase, start_issuer: StartIssuer, product: str):
    database = new_database(product)
    issuer = start_issuer(database)
    script(database, OWN_USERS)
    up(database, "--only", "user")
    options = {"better_auth_url": issuer.url, "database_url": database.url}
    checks = examine(**options)
    assert (checks.faults, checks.warnings) == (set(), {"tables.foreign_keys"})
    assert checks["tables.foreign_keys"].summary == "tasks.user_id refers to users.id, not to user.uuid"
    kind = "text" if product == "sqlite" else "uuid"
    script(database, f'alter table users add column auth_id {kind} references "user" (uuid)')
    assert (examine(**options).faults, examine(**options).warnings) == (set(), set())
