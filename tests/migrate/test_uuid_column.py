"""A column `uuid` that is there already, in every state in which a project may have made it."""

from __future__ import annotations

from dataclasses import dataclass, field
import pytest

from assertions import assert_all_have_a_uuid, assert_refused
from better_auths import NOTHING, add_users, make_tables, planned, script, uuids
from database import Database, PostgresDatabase
from migration import OURS, pending, plan, up
from schema import columns_of, schema_of

GOOD = "a11ce000-0000-4000-8000-00000000000a"
ALSO_GOOD = "b0b00000-0000-4000-8000-00000000000b"
NIL = "00000000-0000-0000-0000-000000000000"

Values = dict[str, str | None]

UNIQUE_INDEX = 'create unique index of_uuid on "user" (uuid)'


@dataclass
class State:
    column: str  # its type, and what follows
    values: Values = field(default_factory=dict)  # by the id of a user
    more: str = ""  # SQL that is run afterwards


# On PostgreSQL all of them become `uuid not null default gen_random_uuid()`, unique.
STATES: dict[str, State] = {
    "text": State("text", {"a": GOOD, "b": ALSO_GOOD}),
    "text, upper case": State("text", {"a": GOOD.upper(), "b": ALSO_GOOD}),
    "text, some without": State("text", {"a": GOOD, "b": None, "c": None}),
    "text, none with": State("text", {"a": None}),
    "text, no users": State("text"),
    "text, unique": State("text unique", {"a": GOOD, "b": None}),
    "text, unique by an index": State("text", {"a": GOOD, "b": None}, UNIQUE_INDEX),
    "text, required": State("text not null", {"a": GOOD}),
    "text, required and unique": State("text not null unique", {"a": GOOD, "b": ALSO_GOOD.upper()}),
    "text with a default": State("text default gen_random_uuid()::text", {"a": GOOD, "b": None}),
    "text, all of it": State("text not null unique default gen_random_uuid()::text", {"a": GOOD}),
    "text with an index": State("text", {"a": GOOD, "b": None}, 'create index by_uuid on "user" (uuid)'),
    "varchar": State("varchar(36)", {"a": GOOD, "b": None}),
    "varchar, required and unique": State("varchar(36) not null unique", {"a": GOOD}),
    "char": State("char(36)", {"a": GOOD}),
    "uuid": State("uuid", {"a": GOOD, "b": None}),
    "uuid, required": State("uuid not null", {"a": GOOD}),
    "uuid with a default": State("uuid default gen_random_uuid()", {"a": GOOD, "b": None}),
    "uuid, referred to": State(
        "uuid unique", {"a": GOOD, "b": None}, 'create table notes (owner uuid references "user" (uuid))'
    ),
}


def make(database: Database, state: State) -> None:
    make_tables(database, jwt=True)
    script(database, f'alter table "user" add column uuid {state.column}')
    add_users(database, *state.values, uuid=state.values)
    script(database, state.more)


@pytest.mark.parametrize("name", STATES)
def test_it_becomes_a_uuid_with_its_values(postgres: PostgresDatabase, name: str) -> None:
    state = STATES[name]
    make(postgres, state)
    before = columns_of(postgres)
    assert pending(postgres) == ["user.uuid", *OURS]
    up(postgres)
    assert before <= columns_of(postgres)
    assert "user.uuid uuid not null default gen_random_uuid()" in schema_of(postgres)
    given = {id: uuid.lower() for id, uuid in state.values.items() if uuid}
    assert uuids(postgres).items() >= given.items()
    assert_all_have_a_uuid(postgres)


ON_SQLITE: dict[str, State] = {
    "text": State("text", {"a": GOOD, "b": ALSO_GOOD}),
    "text, some without": State("text", {"a": GOOD, "b": None}),
    "text, no users": State("text"),
    "text, unique by an index": State("text", {"a": GOOD, "b": None}, UNIQUE_INDEX),
    "varchar": State("varchar(36)", {"a": GOOD, "b": None}),
    "unique but for letter case": State(
        "text", {"a": GOOD, "b": None}, 'create unique index i on "user" (uuid collate nocase)'
    ),
    "unique for some rows": State(
        "text", {"a": GOOD, "b": None}, 'create unique index i on "user" (uuid) where "emailVerified"'
    ),
}


@pytest.mark.parametrize("name", ON_SQLITE)
def test_it_is_completed_with_its_values(sqlite: Database, name: str) -> None:
    state = ON_SQLITE[name]
    make(sqlite, state)
    before = columns_of(sqlite)
    assert pending(sqlite) == ["user.uuid", *OURS]
    up(sqlite)
    assert before <= columns_of(sqlite)
    assert uuids(sqlite).items() >= {id: uuid for id, uuid in state.values.items() if uuid}.items()
    assert_all_have_a_uuid(sqlite)


@pytest.mark.parametrize("name", ["varchar", "text, unique by an index"])
def test_better_auth_then_plans_nothing(database: Database, name: str) -> None:
    make(database, STATES[name])
    up(database)
    assert planned(database) == NOTHING


@dataclass
class Refused(State):
    because: str = ""


ROWS = "is not a UUID in the rows with id "
LOWER_CASE_ROWS = "is not a lower-case UUID in the rows with id "
SAME = "is the same in several rows, with id "
MANY = [f"m{number}" for number in range(7)]

REFUSED: dict[str, dict[str, Refused]] = {
    "postgresql": {
        "not a UUID": Refused("text", {"ok": GOOD, "bad": "12345"}, because=ROWS + "bad:"),
        "an empty text": Refused("text", {"bad": ""}, because=ROWS + "bad:"),
        "without hyphens": Refused("text", {"bad": GOOD.replace("-", "")}, because=ROWS + "bad:"),
        "in braces": Refused("text", {"bad": f"{{{GOOD}}}"}, because=ROWS + "bad:"),
        "with a line end": Refused("text", {"bad": GOOD + "\n"}, because=ROWS + "bad:"),
        "nil as text": Refused("text", {"bad": NIL}, because=ROWS + "bad:"),
        "nil": Refused("uuid", {"bad": NIL, "ok": GOOD}, because=ROWS + "bad:"),
        "many": Refused("text", dict.fromkeys(MANY, "x"), because=ROWS + "m0, m1, m2, m3, m4 and more:"),
        "the same text": Refused("text", {"a": GOOD, "b": GOOD, "c": ALSO_GOOD}, because=SAME + "a, b:"),
        "the same in two cases": Refused("text unique", {"a": GOOD, "b": GOOD.upper()}, because=SAME + "a, b:"),
        "the same uuid": Refused("uuid", {"a": GOOD, "b": GOOD}, because=SAME + "a, b:"),
        "integer": Refused("integer", because="has the type integer: it must be uuid, or text that can become uuid"),
        "bytea": Refused("bytea", because="has the type bytea:"),
        "text that is referred to": Refused(
            "text unique",
            {"a": GOOD},
            'create table notes (owner text references "user" (uuid)); insert into notes select uuid from "user"',
            because="has the type text and must become uuid, but foreign keys refer to it: notes_owner_fkey of notes.",
        ),
    },
    "sqlite": {
        "not a UUID": Refused("text", {"ok": GOOD, "bad": "12345"}, because=LOWER_CASE_ROWS + "bad:"),
        "an empty text": Refused("text", {"bad": ""}, because=LOWER_CASE_ROWS + "bad:"),
        "upper case": Refused("text", {"bad": GOOD.upper()}, because=LOWER_CASE_ROWS + "bad:"),
        "nil": Refused("text", {"bad": NIL}, because=LOWER_CASE_ROWS + "bad:"),
        "a number": Refused("integer", {"bad": "12345"}, because=LOWER_CASE_ROWS + "bad:"),
        "many": Refused("text", dict.fromkeys(MANY, "x"), because=LOWER_CASE_ROWS + "m0, m1, m2, m3, m4 and more:"),
        "the same text": Refused("text", {"a": GOOD, "b": GOOD, "c": ALSO_GOOD}, because=SAME + "a, b:"),
    },
}


@pytest.mark.parametrize("name", REFUSED["postgresql"])
def test_postgres_stops_where_a_person_must_decide(postgres: PostgresDatabase, name: str) -> None:
    refused = REFUSED["postgresql"][name]
    make(postgres, refused)
    assert_refused(postgres, f"user.uuid {refused.because}")
    assert pending(postgres) == ["user.uuid", *OURS]


@pytest.mark.parametrize("name", REFUSED["sqlite"])
def test_sqlite_stops_where_a_person_must_decide(sqlite: Database, name: str) -> None:
    refused = REFUSED["sqlite"][name]
    make(sqlite, refused)
    assert_refused(sqlite, f"user.uuid {refused.because}")


def test_after_the_person_decided_it_goes_on(postgres: PostgresDatabase) -> None:
    make(postgres, State("text", {"a": GOOD, "b": "12345"}))
    assert_refused(postgres, ROWS + "b:")
    postgres.execute('update "user" set uuid = null where id = ?', "b")
    assert "ALTER COLUMN uuid TYPE uuid" in plan(postgres)
    up(postgres)
    assert uuids(postgres)["a"] == GOOD
    assert_all_have_a_uuid(postgres)


GENERATED = {
    "sqlite": """text generated always as
        (lower('a11ce000-0000-4000-8000-' || substr('000000000000' || id, -12)))""",
    "postgresql": """uuid generated always as
        (('a11ce000-0000-4000-8000-' || lpad(id, 12, '0'))::uuid) stored""",
}


def test_a_generated_column_is_seen(database: Database) -> None:
    """On SQLite it was taken for none, and on PostgreSQL for one that may be given values."""
    make_tables(database, jwt=True)
    unique = UNIQUE_INDEX if database.kind == "sqlite" else ""
    script(database, f'alter table "user" add column uuid {GENERATED[database.kind]}; {unique}')
    add_users(database, "1", "2")
    assert pending(database) == (OURS if database.kind == "sqlite" else ["user.uuid", *OURS])
    up(database)
    assert set(uuids(database)) == {"1", "2"}
    database.execute("insert into tags (user_id, name) values (?, 'home')", uuids(database)["1"])


def test_a_domain_is_the_type_that_it_restricts(postgres: PostgresDatabase) -> None:
    script(postgres, "create domain user_uuid as uuid check (value is not null)")
    make_tables(postgres, jwt=True)
    script(postgres, 'alter table "user" add column uuid user_uuid default gen_random_uuid()')
    add_users(postgres, "1")
    up(postgres)
    assert pending(postgres) == []
    postgres.execute("insert into tags (user_id, name) values (?, 'home')", uuids(postgres)["1"])
