"""Better Auth's tables in a schema of their own: found on the search path, or where `--schema` says; never made twice."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from assertions import assert_refused
from better_auths import run_migrations, script
from conftest import StartBackend, StartIssuer
from database import PostgresDatabase
from migration import BETTER_AUTHS, OURS, migrate, pending, up
from schema import tables_of

BOOKKEEPING = "drawbridge_migrations"


def on_path(database: PostgresDatabase, *schemas: str) -> PostgresDatabase:
    return PostgresDatabase(f"{database.url}?options=-csearch_path%3D{','.join(schemas)}")


@pytest.fixture
def apart(postgres: PostgresDatabase) -> PostgresDatabase:
    """A database with Better Auth's own tables in the schema `auth`, and an empty schema `app`."""
    script(postgres, "create schema auth; create schema app")
    run_migrations(on_path(postgres, "auth"), uuid=False)
    return postgres


def tables_in(database: PostgresDatabase, schema: str) -> list[str]:
    return tables_of(on_path(database, schema))


def assert_they_are_apart(database: PostgresDatabase) -> None:
    assert tables_in(database, "app") == sorted([BOOKKEEPING, "tags", "task_tags", "tasks"])
    assert tables_in(database, "auth") == sorted(BETTER_AUTHS)
    referred = "select distinct confrelid::regclass::text from pg_constraint where conrelid = 'app.tags'::regclass and contype = 'f'"
    assert database.execute(referred) == [('auth."user"',)]


def test_on_the_search_path(apart: PostgresDatabase, start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    database = on_path(apart, "app", "auth")
    assert pending(database) == pending(database, "--with-better-auth") == ["user.uuid", *OURS]
    up(database, "--with-better-auth")
    assert_they_are_apart(apart)
    issuer = start_issuer(database)
    person = issuer.sign_up("alice")
    backend = start_backend(issuer)
    assert backend.make_task(person.uuid, person.token(), "First")
    person.delete_account()
    assert apart.execute("select count(*) from app.tasks") == [(0,)]


def test_off_the_search_path(apart: PostgresDatabase, start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    """As with Better Auth's `schemaName`: each side has its own path."""
    database = on_path(apart, "app")
    assert_refused(database, 'in a schema that is not on the search path: "auth"."user"')
    up(database, "--schema", "auth")
    assert_they_are_apart(apart)
    assert pending(database, "--schema", "auth", "--with-better-auth") == []
    issuer = start_issuer(on_path(apart, "auth"))
    person = issuer.sign_up("alice")
    issuer.database.serve_url = database.url
    assert start_backend(issuer).make_task(person.uuid, person.token(), "First")


ELSEWHERE = {
    "users of other names": """create table "My Auth".users (id text primary key, "emailAddress" text, emailverified bool)""",
    "users that nobody knows": """create table "My Auth".people (id text primary key, mail text);
        create table "My Auth".account (id text, account_id text, provider_id text, user_id text)""",
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_no_second_set_is_made_beside_other_names(postgres: PostgresDatabase, name: str) -> None:
    script(postgres, f'create schema "My Auth"; {ELSEWHERE[name]}')
    assert_refused(postgres, "no second set is created")
    where = ["--schema", "My Auth"] + (["--user-table", "people"] if "nobody" in name else [])
    assert ("--schema 'My Auth'" in migrate(postgres, "up").err) == ("nobody" not in name)
    up(postgres, *where)
    assert pending(postgres, *where) == []


def test_signs_in_the_name_of_the_schema(
    postgres: PostgresDatabase, start_issuer: StartIssuer, start_backend: StartBackend
) -> None:
    schema = """it's "100%s" a\\b:c"""
    in_quotes = schema.replace('"', '""')
    script(postgres, f'create schema "{in_quotes}"; create schema app')
    # On the command line of a session a backslash keeps what follows it.
    option = "".join(f"\\{sign}" if sign in " \\" else sign for sign in f'"{in_quotes}"')
    in_it = PostgresDatabase(f"{postgres.url}?options={quote(f'-csearch_path={option}')}")
    run_migrations(in_it, uuid=False, jwt=False)
    database = on_path(postgres, "app")
    assert_refused(database, "in a schema that is not on the search path")
    assert pending(database, "--schema", schema) == ["jwks", "user.uuid", *OURS]
    up(database, "--schema", schema)
    assert pending(database, "--schema", schema) == []
    issuer = start_issuer(in_it)
    person = issuer.sign_up("alice")
    issuer.database.serve_url = database.url
    assert start_backend(issuer).make_task(person.uuid, person.token(), "First")


def test_missing_tables_are_made_beside_those_that_are_there(
    apart: PostgresDatabase,
) -> None:
    script(apart, "drop table auth.jwks")
    database = on_path(apart, "app", "auth")
    assert pending(database) == ["jwks", "user.uuid", *OURS]
    up(database)
    assert_they_are_apart(apart)


def test_the_schema_may_be_given_for_an_empty_database(
    postgres: PostgresDatabase,
) -> None:
    script(postgres, "create schema auth; create schema app")
    up(on_path(postgres, "app"), "--schema", "auth", "--with-better-auth")
    assert_they_are_apart(postgres)


def test_a_schema_that_is_not_there_is_refused(postgres: PostgresDatabase) -> None:
    ended = migrate(postgres, "up", "--schema", "atuh", "--with-better-auth")
    assert (ended.status, ended.out) == (1, "")
    assert 'there is no schema "atuh", which --schema (DRAWBRIDGE_SCHEMA) names' in ended.err
    assert tables_of(postgres) == []
