"""The ids that Better Auth's option generateId asks for: what we make beside its tables has them too, and where they are
UUIDs there is no second one."""

from __future__ import annotations

import pytest

from better_auth import BetterAuth
from better_auths import NOTHING, planned, run_migrations, script
from conftest import NewDatabase, StartBackend, StartIssuer
from database import Database, PostgresDatabase
from migration import OURS, migrate, pending, plan, up
from schema import columns_of, schema_of

# Of a Better Auth whose ids are UUIDs, in the column's own type or in a text.
UUID_IDS = {
    "uuid": {"ids": "uuid", "uuid_column": "user.id"},
    "text": {"ids": "random-uuid", "uuid_column": "user.id"},
}
# Of any other, by what `--ids` calls them.
ALL_IDS = {"text": {}, "uuid": UUID_IDS["uuid"], "serial": {"ids": "serial"}}
REMARK = 'user.id is the uuid; nothing to add. The plugin is drawbridge({ uuid: "user.id" })'


def ids_of(database: Database) -> list[str]:
    """The columns `id` of Better Auth's tables, and what refers to a user's."""
    ends = (
        "user.id ",
        "session.id ",
        "account.id ",
        "verification.id ",
        "jwks.id ",
        "session.userId ",
        "account.userId ",
    )
    return [line for line in schema_of(database) if line.startswith(ends) or ".userid " in line]


def assert_works(database: Database, issuer: BetterAuth, start_backend: StartBackend, **settings: str) -> None:
    """From a sign-up to the row of a task, and its end with the user."""
    person = issuer.sign_up("alice")
    uuid = person.id if "uuid_column" in settings else person.uuid
    backend = start_backend(issuer)
    task = backend.make_task(uuid, person.token(), "First")
    assert [str(id) for (id,) in database.execute("select id from tasks where user_id = ?", uuid)] == [task]
    path, mine = f"/api/v1/{uuid}/tasks", {"Authorization": f"Bearer {person.token()}"}
    answer = backend.http.get(path, params={"search": "first"}, headers=mine)
    assert [item["title"] for item in answer.json()["items"]] == ["First"]
    assert backend.http.delete(f"{path}/{task}", headers=mine).status_code == 204
    tags = f"/api/v1/{uuid}/tags"
    tag = backend.http.post(tags, json={"name": "home"}, headers=mine).json()["id"]
    assert backend.http.get(tags, headers=mine).json()["total"] == 1
    assert backend.http.patch(f"{tags}/{tag}", json={"name": "work"}, headers=mine).json()["name"] == "work"
    assert backend.http.get(f"{tags}/{tag}", headers=mine).json()["name"] == "work"
    assert backend.http.delete(f"{tags}/{tag}", headers=mine).status_code == 204
    backend.make_task(uuid, person.token(), "Second")
    headers = {"Authorization": f"Bearer {issuer.sign_up('bob').token()}"}
    assert backend.http.get(path, headers=headers).json()["code"] == "user_mismatch"
    person.delete_account()
    assert database.execute("select count(*) from tasks where user_id = ?", uuid) == [(0,)]


@pytest.mark.parametrize("ids", ALL_IDS)
def test_what_is_made_beside_users_has_their_ids(
    database: Database, start_issuer: StartIssuer, start_backend: StartBackend, ids: str
) -> None:
    """Before the plugin there was no jwks. With texts in it, /token of a `uuid` or `serial` would be 500."""
    settings = ALL_IDS[ids]
    run_migrations(
        database,
        uuid=False,
        jwt=False,
        **{k: v for k, v in settings.items() if k == "ids"},
    )
    script(database, "drop table verification")
    if ids == "uuid" and database.kind == "sqlite":
        up(database, "--with-better-auth", "--uuid", "user.id")  # a text, in a table without rows
    else:
        up(database, "--with-better-auth")
    assert planned(database, **settings) == NOTHING
    assert_works(database, start_issuer(database, **settings), start_backend, **settings)


@pytest.mark.parametrize("ids", ALL_IDS)
def test_an_empty_database_gets_those_that_are_asked_for(
    new_database: NewDatabase,
    start_issuer: StartIssuer,
    start_backend: StartBackend,
    ids: str,
) -> None:
    database, by_better_auth = new_database(), new_database()
    settings = ALL_IDS[ids]
    ended = up(database, "--with-better-auth", "--ids", ids)
    assert ("generateId" in ended.out) == (ids != "text"), "what Better Auth must know"
    assert ('drawbridge({ uuid: "user.id" })' in ended.out) == (ids == "uuid")
    assert up(database, "--with-better-auth", "--ids", ids).done == []
    assert planned(database, **settings) == NOTHING
    run_migrations(by_better_auth, **settings)
    assert ids_of(database) == ids_of(by_better_auth)
    assert ("user.uuid" in columns_of(database)) == (ids != "uuid")
    assert_works(database, start_issuer(database, **settings), start_backend, **settings)


@pytest.mark.parametrize("ids", ["uuid", "serial"])
def test_tables_of_a_former_drawbridge_are_repaired(
    postgres: PostgresDatabase, start_issuer: StartIssuer, ids: str
) -> None:
    settings = ALL_IDS[ids]
    run_migrations(postgres, **settings)
    script(
        postgres,
        "alter table jwks alter id drop default" if ids == "uuid" else "alter table jwks alter id drop identity",
    )
    script(postgres, "alter table jwks alter id type text")
    answer = start_issuer(postgres, **settings).sign_up("alice").browser.get("/token")
    assert answer.status_code == 500, "as it was"
    assert "jwks.id" in up(postgres).done
    assert planned(postgres, **settings) == NOTHING
    assert start_issuer(postgres, **settings).sign_up("bob").token()


@pytest.mark.parametrize("kind", UUID_IDS)
def test_uuids_that_are_there_are_found(
    database: Database,
    start_issuer: StartIssuer,
    start_backend: StartBackend,
    kind: str,
) -> None:
    settings = UUID_IDS[kind]
    run_migrations(database, **settings)
    issuer = start_issuer(database, **settings)
    old = issuer.sign_up("old")
    assert f"-- {REMARK}\n" in plan(database)
    assert pending(database) == OURS
    before = columns_of(database)
    assert REMARK in up(database).out
    assert {line for line in columns_of(database) - before if line.startswith("user.")} == set()
    start_backend(issuer).make_task(old.id, old.token(), "Mine")
    assert up(database).done == []
    assert_works(database, issuer, start_backend, **settings)


def test_uuids_of_a_domain_are_found(postgres: PostgresDatabase) -> None:
    script(
        postgres,
        """create domain user_id as uuid;
           create table "user" (id user_id primary key default gen_random_uuid(), email text, "emailVerified" boolean);
           insert into "user" (email) values ('a@example.com')""",
    )
    assert REMARK in up(postgres, "--with-better-auth").out
    postgres.execute("""insert into tags (user_id, name) select id, 'home' from "user" """)
    postgres.execute("""insert into session (token, "userId", "expiresAt", "updatedAt")
        select 'a', id, now(), now() from "user" """)


def test_one_id_that_is_no_uuid_and_all_get_another(database: Database, start_issuer: StartIssuer) -> None:
    settings = UUID_IDS["text"]
    run_migrations(database, **settings)
    start_issuer(database, **settings).sign_up("alice")
    script(
        database,
        'update "user" set id = upper(id)' if database.kind == "sqlite" else "select 1",
    )
    if database.kind == "postgresql":
        script(database, "delete from session; delete from account")
        script(database, 'update "user" set id = upper(id)')
    refused = migrate(database, "up", "--uuid", "user.id")
    assert (refused.status, refused.done) == (1, [])
    assert "user.id is not a lower-case UUID in the rows with id" in refused.err
    assert up(database).done == ["user.uuid", *OURS]


OTHER_TABLES = {
    "own users": """create table users (id integer primary key, email text, hashed_password text);
        create table tasks (id integer primary key, user_id integer not null references users (id))""",
    "a table of that name": "create table tags (id integer primary key)",
}


@pytest.mark.parametrize("name", OTHER_TABLES)
def test_tables_of_the_app_with_our_names(database: Database, start_issuer: StartIssuer, name: str) -> None:
    run_migrations(database, uuid=False)
    script(database, OTHER_TABLES[name])
    before = schema_of(database)
    refused = migrate(database, "up")
    assert (refused.status, refused.done) == (1, [])
    assert "already, which drawbridge did not create" in refused.err
    assert "drawbridge migrate up --only user" in refused.err
    assert schema_of(database) == before
    only = up(database, "--only", "user")
    assert set(only.done) == {"user.uuid"}
    assert pending(database, "--only", "user") == []
    assert [line for line in schema_of(database) if line.startswith(("tasks.", "tags.", "users."))] == [
        line for line in before if line.startswith(("tasks.", "tags.", "users."))
    ]
    assert planned(database) == NOTHING
    assert start_issuer(database).sign_up("alice").token()


def test_only_user_makes_no_table_of_ours(database: Database) -> None:
    assert up(database, "--with-better-auth", "--only", "user").done == [
        "user",
        "session",
        "account",
        "verification",
        "jwks",
    ]
    assert not [line for line in schema_of(database) if "tasks" in line or "drawbridge_migrations" in line]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--ids", "uuid"),
        ("--with-better-auth", "--ids", "numbers"),
        ("--uuid", "user.uuid"),
        ("--only", "tasks"),
    ],
    ids=" ".join,
)
def test_wrong_usage(sqlite: Database, arguments: tuple[str, ...]) -> None:
    assert migrate(sqlite, "up", *arguments).status == 2
