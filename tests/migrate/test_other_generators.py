"""Better Auth's tables under the names that another schema generator gave them: recognised, and left alone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from assertions import assert_refused
from better_auths import make_tables, script
from database import Database
from migration import OURS, migrate, pending

USER = "id text primary key, name text, email text"


@dataclass
class Made:
    sql: str
    found: str  # what the line names
    on_better_auths: bool = False  # whether the SQL changes tables that Better Auth made


OTHERS: dict[str, Made] = {
    "snake_case in user": Made(
        f'create table "user" ({USER}, email_verified integer)',
        'table "user" has a column email_verified where Better Auth has emailVerified: another schema generator',
    ),
    "snake_case in session": Made(
        'alter table session rename column "userId" to user_id',
        'table "session" has a column user_id where Better Auth has userId',
        on_better_auths=True,
    ),
    "snake_case in account": Made(
        'alter table account rename column "userId" to user_id',
        'table "account" has a column user_id where Better Auth has userId',
        on_better_auths=True,
    ),
    "snake_case in jwks": Made(
        'alter table jwks rename column "publicKey" to public_key',
        'table "jwks" has a column public_key where Better Auth has publicKey',
        on_better_auths=True,
    ),
    "all of it in snake_case, with rows": Made(
        f"""create table "user" ({USER}, email_verified integer, created_at text);
            create table session (id text primary key, user_id text, expires_at text, token text);
            insert into "user" values ('a', 'A', 'a@example.com', 1, '2026'); insert into session values ('s', 'a', '2027', 't')""",
        "email_verified",
    ),
    "users": Made(
        f'create table users ({USER}, "emailVerified" integer)',
        'there is no table "user", but "users" looks like Better Auth\'s under another name',
    ),
    "users in snake_case": Made(f"create table users ({USER}, email_verified integer)", 'but "users" looks like'),
    "a table user of something else": Made(
        'create table "user" (number integer)',
        'table "user" has no column id, email, emailVerified: it is not Better Auth\'s',
    ),
    "a view": Made(
        f"""create table people ({USER}, "emailVerified" integer); create view "user" as select * from people""",
        '"user" is ',
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_it_is_refused_with_what_was_found_and_what_to_do(database: Database, name: str) -> None:
    made = OTHERS[name]
    if made.on_better_auths:
        make_tables(database, jwt=True)
    script(database, made.sql)
    assert_refused(database, made.found)
    assert pending(database) == ["user.uuid", *OURS]


def test_the_line_says_what_to_do(database: Database) -> None:
    script(database, OTHERS["users"].sql)
    assert "getMigrations()" in migrate(database, "up").err


def test_prismas_names_on_postgres(postgres: Database) -> None:
    """There `"User"` and `"user"` are two tables; SQLite takes them for one."""
    script(
        postgres,
        f"""create table "User" ({USER}, "emailVerified" boolean, "createdAt" timestamp(3));
            create table "Session" (id text primary key, "userId" text references "User" (id), token text unique)""",
    )
    assert_refused(postgres, 'there is no table "user", but "User" looks like Better Auth\'s under another name')


def test_tables_of_others_beside_better_auths_do_not_matter(database: Database) -> None:
    make_tables(database, jwt=True)
    script(database, f"create table users ({USER}, email_verified integer); create table newsletter (email text)")
    assert pending(database) == ["user.uuid", *OURS]
    assert migrate(database, "up").status == 0


def test_a_table_with_a_good_uuid_is_enough(database: Database) -> None:
    """It serves the API; what else is in it is not ours to mend."""
    uuid = "uuid" if database.kind == "postgresql" else "text"
    default = " default gen_random_uuid()" if database.kind == "postgresql" else ""
    script(database, f'create table "user" ({USER}, email_verified integer, uuid {uuid} not null unique{default})')
    assert pending(database) == OURS
    assert migrate(database, "up").done == OURS
