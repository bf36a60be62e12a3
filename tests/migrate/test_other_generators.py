"""Better Auth's tables under the names that another schema generator gave them: found by their columns, and served.
Where an ORM owns them, it is told what to add, and nothing is made."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from assertions import assert_refused
from better_auths import make_tables, run_migrations, script
from conftest import StartBackend, StartIssuer
from database import Database
from migration import OURS, migrate, pending, plan, up
from schema import contents_of, schema_of, tables_of

USER = "id text primary key, name text, email text"
SNAKE_CASE = f"{USER}, email_verified boolean"


@dataclass
class Made:
    sql: str
    user: str  # the name of the table that Better Auth calls user


OTHERS: dict[str, Made] = {
    "snake_case": Made(f'create table "user" ({SNAKE_CASE})', '"user"'),
    "plural": Made(f'create table users ({USER}, "emailVerified" boolean)', '"users"'),
    "plural and snake_case": Made(f"create table users ({SNAKE_CASE})", '"users"'),
    "lower case": Made(f"create table users ({USER}, emailverified boolean)", '"users"'),
    "Pascal case": Made('create table "Users" (id text primary key, "Email" text, "EmailVerified" boolean)', '"Users"'),
    "fields of other names": Made(
        'create table users (id text primary key, email_address text, "isEmailVerified" boolean)', '"users"'
    ),
    "beside one with fields of other names": Made(
        f"create table users ({SNAKE_CASE}); create table customers (id text, email_address text, email_verified text)",
        '"users"',
    ),
    "beside a table user of something else": Made(
        f'create table users ({SNAKE_CASE}); create table "user" (number integer)',
        '"users"',
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_they_are_found_by_their_columns(database: Database, name: str) -> None:
    made = OTHERS[name]
    script(database, f"{made.sql}; insert into {made.user} (id) values ('a')")
    before = tables_of(database)
    assert f"ALTER TABLE {made.user} ADD COLUMN uuid" in plan(database)
    assert pending(database, "--with-better-auth") == ["user.uuid", *OURS]
    told = up(database, "--with-better-auth")
    assert (f"{made.user} has names from a different generator" in told.out) or made.user == '"user"'
    assert pending(database) == []
    assert set(tables_of(database)) - set(before) <= {
        *before,
        "tasks",
        "tags",
        "task_tags",
        "drawbridge_migrations",
        "sqlite_sequence",
    }
    ((uuid,),) = database.execute(f"select cast(uuid as text) from {made.user}")
    database.execute(f"insert into tags (user_id, name) values ('{uuid}', 'home')")
    database.execute(f"delete from {made.user}") if database.kind == "postgresql" else None
    assert database.kind == "sqlite" or database.execute("select count(*) from tags") == [(0,)]


def test_of_several_one_must_be_named(database: Database) -> None:
    script(
        database,
        f"create table people ({SNAKE_CASE}); create table users ({SNAKE_CASE})",
    )
    assert_refused(
        database,
        'several tables look like Better Auth\'s "user": "people", "users". Say which one',
    )
    up(database, "--user-table", "people")
    assert pending(database, "--user-table", "people") == []
    assert migrate(database, "up", "--user-table", "persons").err.startswith('drawbridge: there is no table "persons"')


# Better Auth's option `fields` gives columns any name.
MAPPED = "id text primary key, full_name text, mail text, is_verified boolean"
SESSION = """create table user_sessions
    (id text primary key, user_id text, expires_at text, ip_address text, token text unique)"""


def test_users_that_are_not_known_by_their_columns_are_named(database: Database) -> None:
    """No second set is made beside their sessions, and a table that a person names is taken."""
    script(database, f"create table people ({MAPPED}); {SESSION}; insert into people (id) values ('a')")
    told = '"user_sessions" is Better Auth\'s, but no table has the columns id, email and emailVerified of its "user"'
    assert_refused(database, told)
    named = ("--user-table", "people")
    assert pending(database, *named) == ["user.uuid", *OURS]
    up(database, *named)
    assert pending(database, *named) == []
    ((uuid,),) = database.execute("select cast(uuid as text) from people")
    database.execute(f"insert into tags (user_id, name) values ('{uuid}', 'home')")


def test_a_table_that_is_named_has_an_id(database: Database) -> None:
    script(database, "create table people (number integer)")
    ended = migrate(database, "up", "--user-table", "people")
    assert (ended.status, ended.done) == (1, [])
    assert 'table "user" has no column id' in ended.err


ORMS: dict[str, tuple[str, str, dict[str, str]]] = {
    "Drizzle": (
        "users",
        "create table __drizzle_migrations (id integer)",
        {
            "postgresql": 'uuid: uuid("uuid").notNull().unique().defaultRandom()',
            "sqlite": 'uuid: text("uuid").unique()',
        },
    ),
    "Prisma": (
        "accounts_of_people",
        "create table _prisma_migrations (id integer)",
        {
            "postgresql": 'uuid String @unique @default(dbgenerated("gen_random_uuid()")) @db.Uuid',
            "sqlite": "uuid String? @unique",
        },
    ),
}
COLUMN = {
    "postgresql": "uuid uuid not null unique default gen_random_uuid()",
    "sqlite": "uuid text unique",
}


@pytest.mark.parametrize("orm", ORMS)
def test_an_orm_is_told_what_to_add(database: Database, orm: str) -> None:
    table, marker, columns = ORMS[orm]
    script(database, f"create table {table} ({SNAKE_CASE}); {marker}")
    before = tables_of(database)
    ended = migrate(database, "up")
    assert (ended.status, ended.out) == (1, "")
    assert f'{orm} owns Better Auth\'s table "{table}": add {columns[database.kind]} to it in' in ended.err
    assert tables_of(database) == before
    assert f'ALTER TABLE "{table}" ADD COLUMN uuid' in plan(database)
    # As the ORM's own migration then does.
    script(
        database,
        f"drop table {table}; create table {table} ({SNAKE_CASE}, {COLUMN[database.kind]})",
    )
    script(
        database,
        f"insert into {table} (id, name, email) values ('a', 'A', 'a@example.com')",
    )
    assert "schema file" not in up(database).out
    assert pending(database) == []


def test_another_programs_user_is_refused(database: Database) -> None:
    script(database, 'create table "user" (number integer)')
    assert_refused(
        database,
        'table "user" has no column id, email, emailVerified: it is not Better Auth\'s',
    )


def test_a_view_is_refused(database: Database) -> None:
    script(
        database,
        f"""create table people ({SNAKE_CASE}); create view "user" as select * from people""",
    )
    assert_refused(database, '"user" is ')


def test_prismas_names_on_postgres(postgres: Database) -> None:
    """There `"User"` and `"user"` are two tables; SQLite takes them for one."""
    script(
        postgres,
        f"""create table "User" ({USER}, "emailVerified" boolean, "createdAt" timestamp(3));
            create table "Session" (id text primary key, "userId" text references "User" (id), token text unique)""",
    )
    ended = migrate(postgres, "up")
    assert ended.status == 1
    assert 'Prisma owns Better Auth\'s table "User"' in ended.err


def test_tables_of_others_beside_better_auths_do_not_matter(database: Database) -> None:
    make_tables(database, jwt=True)
    script(
        database,
        f"create table users ({SNAKE_CASE}); create table newsletter (email text)",
    )
    assert pending(database) == ["user.uuid", *OURS]
    assert migrate(database, "up").status == 0


def test_a_table_with_a_good_uuid_is_enough(database: Database) -> None:
    """It serves the API; what else is in it is not ours to mend."""
    uuid = "uuid" if database.kind == "postgresql" else "text"
    default = " default gen_random_uuid()" if database.kind == "postgresql" else ""
    script(
        database,
        f'create table "user" ({USER}, email_verified integer, uuid {uuid} not null unique{default})',
    )
    assert pending(database) == OURS
    assert migrate(database, "up").done == OURS


def test_keys_under_a_name_of_their_own(database: Database) -> None:
    """As with drawbridge({ schema: { jwks: { modelName: "signing_keys" } } }): no second table is made."""
    make_tables(database, jwt=True)
    script(database, "alter table jwks rename to signing_keys")
    up(database)
    assert "jwks" not in tables_of(database)
    assert pending(database, "--with-better-auth") == []


# What an app may have under the names of Better Auth's tables.
OF_THE_APP = {
    "account": "id integer, balance integer",
    "session": 'sid integer, "userId" text, "expiresAt" text',
    "verification": "id integer, identifier text",
    "jwks": 'id integer, "publicKey" text',
}


@pytest.mark.parametrize("ids", ["text", "uuid"])
@pytest.mark.parametrize("table", OF_THE_APP)
def test_a_table_of_the_app_is_left_alone_beside_better_auths(database: Database, table: str, ids: str) -> None:
    """As where Better Auth's has another modelName, because the app had taken the name."""
    run_migrations(database, **({} if ids == "text" else {"ids": ids, "uuid_column": "user.id"}))
    script(database, f"alter table {table} rename to auth_{table}; create table {table} ({OF_THE_APP[table]})")
    script(database, f"insert into {table} values ({', '.join(['1'] * OF_THE_APP[table].count(',') + ['1'])})")
    before = of_the_app(database, table)
    up(database, "--with-better-auth")
    assert of_the_app(database, table) == before
    assert pending(database, "--with-better-auth") == []


@pytest.mark.parametrize("table", OF_THE_APP)
def test_a_table_of_the_app_in_the_place_of_better_auths(database: Database, table: str) -> None:
    run_migrations(database, ids="serial")
    script(database, f"drop table {table}; create table {table} ({OF_THE_APP[table]})")
    before = contents_of(database)
    ended = migrate(database, "up", "--with-better-auth")
    assert (ended.status, ended.out) == (1, "")
    assert f'"{table}" has no column ' in ended.err
    assert "it is not Better Auth's, so its name is taken. Rename it" in ended.err
    assert contents_of(database) == before
    if table != "jwks":  # which is the one that is made without being asked for
        unchanged = of_the_app(database, table)
        up(database)
        assert of_the_app(database, table) == unchanged


def of_the_app(database: Database, table: str) -> object:
    lines = [line for line in schema_of(database) if line.startswith((f"{table}.", f"{table}:"))]
    return lines, database.execute(f"select * from {table}")


# What SQL, formats of Python and C++, SQLAlchemy and drivers read as something else.
NAMES_WITH_SIGNS = {
    "all of them": """it's "100%s" a\\b:c {user} $1 ? \\:d""",
    "a quote": "'",
    "double quotes at both ends": '"user"',
    "a backslash at the end": "users\\",
}


@dataclass
class IssuerOfElsewhere:
    """A Better Auth, and the database in which the backend looks for its users."""

    url: str
    database: Database


@pytest.mark.parametrize("name", NAMES_WITH_SIGNS)
def test_signs_in_a_name(
    database: Database, sqlite: Database, start_issuer: StartIssuer, start_backend: StartBackend, name: str
) -> None:
    user, keys = in_quotes(NAMES_WITH_SIGNS[name]), in_quotes(f"{NAMES_WITH_SIGNS[name]} keys")
    script(database, f'create table {user} ({USER}, "emailVerified" boolean)')
    script(database, f'create table {keys} (id text, "publicKey" text, "privateKey" text)')
    database.execute(f"insert into {user} (id, name, email) values ('a', 'A', 'a@example.com')")
    assert f"ALTER TABLE {user} ADD COLUMN uuid" in plan(database)
    assert pending(database, "--with-better-auth") == ["user.uuid", *OURS]
    up(database, "--with-better-auth")
    assert pending(database, "--with-better-auth") == []
    run_migrations(sqlite)
    issuer = start_issuer(sqlite)
    person = issuer.sign_up("alice")
    database.execute(f"update {user} set uuid = '{person.uuid}'")
    backend = start_backend(IssuerOfElsewhere(issuer.url, database))
    backend.make_task(person.uuid, person.token(), "First")
    assert database.execute("select title from tasks") == [("First",)]


def in_quotes(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
