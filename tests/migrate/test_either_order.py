"""Better Auth's own migration and ours, in either order: whichever comes second finds nothing of its own to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from better_auth import BetterAuth
from better_auths import NOTHING, planned, run_migrations, script
from cases import cases
from conftest import NewDatabase, StartBackend, StartIssuer
from database import Database
from migration import BETTER_AUTHS, OURS, migrate, pending, up
from process import wait_until
from schema import columns_of, schema_of


def assert_the_bridge_works(database: Database, start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    """From a sign-up to the row of a task."""
    issuer = start_issuer(database)
    person = issuer.sign_up("alice")
    task = start_backend(issuer).make_task(person.uuid, person.token(), "First")
    assert [str(id) for (id,) in database.execute("select id from tasks where user_id = ?", person.uuid)] == [task]
    person.delete_account()
    assert database.execute("select count(*) from tasks") == [(0,)]


def test_ours_first(database: Database, start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    assert pending(database, "--with-better-auth") == BETTER_AUTHS + OURS
    assert up(database, "--with-better-auth").done == BETTER_AUTHS + OURS
    assert planned(database) == NOTHING
    run_migrations(database)
    assert pending(database, "--with-better-auth") == []
    assert_the_bridge_works(database, start_issuer, start_backend)


# What Better Auth had when it ran: the field `uuid` and the jwt plugin, or not. Then what is pending of ours.
BEFORE: dict[str, tuple[dict[str, bool], dict[str, list[str]]]] = {
    "with all": ({}, {"sqlite": [], "postgresql": ["user.uuid"]}),
    "without the field": ({"uuid": False}, {"sqlite": ["user.uuid"], "postgresql": ["user.uuid"]}),
    "without the plugin": ({"jwt": False}, {"sqlite": ["jwks"], "postgresql": ["jwks", "user.uuid"]}),
    "without both": (
        {"uuid": False, "jwt": False},
        {"sqlite": ["jwks", "user.uuid"], "postgresql": ["jwks", "user.uuid"]},
    ),
}


@pytest.mark.parametrize("name", cases(BEFORE, "with all", "without both"))
def test_better_auth_first(
    database: Database, start_issuer: StartIssuer, start_backend: StartBackend, name: str
) -> None:
    had, missing = BEFORE[name]
    run_migrations(database, **had)
    before = columns_of(database)
    expected = missing[database.kind] + OURS
    assert pending(database) == pending(database, "--with-better-auth") == expected
    assert up(database).done == expected
    assert before <= columns_of(database)
    assert planned(database) == NOTHING
    assert_the_bridge_works(database, start_issuer, start_backend)


def test_users_of_a_better_auth_that_knows_of_no_uuid_have_one(database: Database, start_issuer: StartIssuer) -> None:
    """Its rows come without, and the database fills it in."""
    up(database, "--with-better-auth")
    person = start_issuer(database, uuid="off").sign_up("alice")
    ((uuid,),) = database.execute('select cast(uuid as text) from "user" where id = ?', person.id)
    assert len(uuid) == 36


def test_tables_that_serve_made_before_the_ids_were_known(
    sqlite: Database, start_backend: StartBackend, tmp_path: Path
) -> None:
    """They refer to user.uuid, which a Better Auth whose ids are the UUIDs never makes: it is said, with what to do."""
    ids = {"ids": "random-uuid", "uuid_column": "user.id"}
    issuer = BetterAuth(tmp_path, sqlite, migrate="off", **ids)
    backend = start_backend(issuer)
    run_migrations(sqlite, **ids)
    with issuer.program.running():
        issuer.start()
        assert backend.call("GET", "/readyz").status_code == 503
        wait_until(lambda: "drop the tables of the tasks API" in backend.program.log(), 5, "it says what to do")
        refused = migrate(sqlite, "up", "--uuid", "user.id")
        assert (refused.status, refused.done) == (1, [])
        assert "the tables of the tasks API refer to user.uuid, not to user.id: if the plugin is" in refused.err
        script(sqlite, "; ".join(re.findall(r"DROP TABLE \w+", refused.err)))
        up(sqlite, "--uuid", "user.id")
        person = issuer.sign_up("alice")
        assert start_backend(issuer).make_task(person.id, person.token(), "First")


def of_better_auth(lines: list[str]) -> list[str]:
    """What is said of its tables, without the type and default of `uuid` and what refers to it."""
    beginnings = tuple(table + mark for table in BETTER_AUTHS for mark in ".:")
    return [line for line in lines if line.startswith(beginnings) and not line.startswith("user.uuid ")]


def test_its_tables_are_those_that_better_auth_makes(new_database: NewDatabase) -> None:
    by_us, by_better_auth = new_database(), new_database()
    up(by_us, "--with-better-auth")
    run_migrations(by_better_auth)
    assert of_better_auth(schema_of(by_us)) == of_better_auth(schema_of(by_better_auth))


UUID_COLUMN = {
    "sqlite": "user.uuid text not null default lower(hex(randomblob(4)) || ",
    "postgresql": "user.uuid uuid not null default gen_random_uuid()",
}


def test_uuid_is_required_and_made_by_the_database(database: Database) -> None:
    up(database, "--with-better-auth")
    (line,) = (line for line in schema_of(database) if line.startswith("user.uuid "))
    assert line.startswith(UUID_COLUMN[database.kind])


WAITS = {
    "sqlite": (["user.uuid"], OURS),  # pending afterwards, and what is done
    "postgresql": (["user.uuid", *OURS], []),  # a foreign key needs its table
}


def test_without_better_auth(database: Database) -> None:
    left, done = WAITS[database.kind]
    ended = migrate(database, "up")
    assert (ended.status, ended.done) == (1, done)
    assert len(ended.err.splitlines()) == 1
    assert "Better Auth's migration" in ended.err and "--with-better-auth" in ended.err
    assert pending(database) == left
    run_migrations(database)
    up(database)
    assert planned(database) == NOTHING
