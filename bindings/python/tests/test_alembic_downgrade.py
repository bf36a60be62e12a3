"""Down removes what up added, and refuses to take away what others made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic_project import Project, sqlalchemy_url
from better_auths import add_users, make_tables, run_migrations, script, uuids
from database import Database, SqliteDatabase
from migration import up
from private_postgres import PrivatePostgres
from schema import contents_of, schema_of, tables_of
from sqlalchemy import create_engine, text
from test_alembic_schema import STARTS

from drawbridge.alembic import MigrationRefused, better_auth_tables, hybrid_id

pytest_plugins = ["alembic_databases"]
pytestmark = pytest.mark.repository

GOOD = "a11ce000-0000-4000-8000-00000000000a"


def without_alembics(database: Database) -> list[str]:
    return [line for line in schema_of(database) if not line.startswith("alembic_version")]


@pytest.mark.parametrize("start", STARTS)
def test_down_leaves_the_tables_as_they_were(database: Database, tmp_path: Path, start: str) -> None:
    STARTS[start](database)
    before = without_alembics(database)
    users = [] if start == "nothing" else database.execute('select id, email from "user"')
    project = Project(tmp_path, database)
    for _ in range(2):
        project.up()
        project.down()
        assert without_alembics(database) == before
    if start == "nothing":
        assert tables_of(database) == ["alembic_version"]
    else:
        assert database.execute('select id, email from "user"') == users


# A column `uuid` as a project may have made it; PostgreSQL changes each of them.
COLUMNS = {
    "text": "text",
    "varchar, unique": "varchar(36) unique",
    "text with a default": "text default (gen_random_uuid())::text",
    "text, required and unique": "text not null unique",
    "uuid": "uuid",
    "uuid with a constant": f"uuid default '{GOOD}'::uuid",
    "uuid, required": "uuid not null",
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_that_was_there_is_again_what_it_was(postgres: Database, tmp_path: Path, name: str) -> None:
    make_tables(postgres, jwt=True)
    script(postgres, f'alter table "user" add column uuid {COLUMNS[name]}')
    add_users(postgres, "a", uuid={"a": GOOD})
    before = without_alembics(postgres)
    project = Project(tmp_path, postgres)
    project.up()
    assert "user.uuid uuid not null default gen_random_uuid()" in schema_of(postgres)
    project.down()
    assert without_alembics(postgres) == before
    assert uuids(postgres) == {"a": GOOD}


def test_a_text_column_on_sqlite_keeps_its_values(tmp_path: Path, sqlite_with_text: Database) -> None:
    before = without_alembics(sqlite_with_text)
    project = Project(tmp_path, sqlite_with_text)
    project.up()
    project.down()
    assert without_alembics(sqlite_with_text) == before
    assert uuids(sqlite_with_text) == {"a": GOOD}


@pytest.fixture
def sqlite_with_text(tmp_path: Path) -> Database:
    made = SqliteDatabase(tmp_path / "app.db")
    make_tables(made, jwt=True)
    script(made, 'alter table "user" add column uuid text')
    add_users(made, "a", uuid={"a": GOOD})
    return made


@dataclass
class Kept:
    """What others did after up, and what down then says."""

    sql: str
    because: str
    start: Callable[[Database], None] = STARTS["nothing"]


USER = """insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
    values ('a', 'A', 'a@example.com', {false}, '2026-01-01', '2026-01-01')"""
KEY = """insert into jwks (id, "publicKey", "privateKey", "createdAt") values ('k', '{{}}', '{{}}', '2026-01-01')"""

KEPT: dict[str, Kept] = {
    "a user": Kept(USER, 'table "user" is not dropped: it has 1 row that Better Auth wrote. If you do not'),
    "a key": Kept(KEY, 'table "jwks" is not dropped: it has 1 row'),
    "a key in a jwks that up made": Kept(
        KEY, 'table "jwks" is not dropped: it has 1 row', lambda database: run_migrations(database, jwt=False)
    ),
    "a column of a plugin": Kept(
        'alter table "user" add column role text',
        'table "user" is not dropped: something else added the column role to it.',
    ),
    "a table that refers to it": Kept(
        'create table notes (owner text references "user" (id))',
        'table "user" is not dropped: foreign keys refer to it: {key} of notes. Drop them first',
    ),
    "a table that refers to the uuid that up added": Kept(
        'create table notes (owner {uuid} references "user" (uuid))',
        "user.uuid is left as it is, because foreign keys refer to it: {key} of notes. Drop them first",
        lambda database: run_migrations(database, uuid=False),
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_others_made_is_refused_and_nothing_changed(database: Database, tmp_path: Path, name: str) -> None:
    kept = KEPT[name]
    kept.start(database)
    project = Project(tmp_path, database, revisions=[["better_auth_tables"], ["hybrid_id"]])
    project.up()
    is_sqlite = database.kind == "sqlite"
    words = {"false": "0", "uuid": "text"} if is_sqlite else {"false": "false", "uuid": "uuid"}
    script(database, kept.sql.format(**words))
    if "user.uuid" not in kept.because:
        project.down("r0")
    before = contents_of(database)
    with pytest.raises(MigrationRefused) as refused:
        project.down()
    assert kept.because.format(key="owner" if is_sqlite else "notes_owner_fkey") in str(refused.value)
    assert "\n" not in str(refused.value)
    assert contents_of(database) == before


def test_a_view_on_the_column_is_named(postgres: Database, tmp_path: Path) -> None:
    run_migrations(postgres, uuid=False)
    project = Project(tmp_path, postgres)
    project.up()
    postgres.execute('create view names as select uuid, name from "user"')
    before = contents_of(postgres)
    with pytest.raises(MigrationRefused, match=r"user\.uuid cannot be changed: cannot drop column uuid of table"):
        project.down()
    assert contents_of(postgres) == before


def test_tables_of_the_program_are_not_taken_away(database: Database, tmp_path: Path) -> None:
    up(database, "--with-better-auth")
    before = without_alembics(database)
    project = Project(tmp_path, database)
    project.up()
    project.down()
    assert without_alembics(database) == before


def test_the_connection_of_the_project_keeps_its_settings(postgres: Database, tmp_path: Path) -> None:
    """The ten seconds for a lock are those of the operation, not of what the revision does next."""
    engine = create_engine(sqlalchemy_url(postgres))
    with engine.connect() as connection, connection.begin():
        better_auth_tables.upgrade(Operations(MigrationContext.configure(connection)))
        assert connection.scalar(text("show lock_timeout")) == "0"
    engine.dispose()


# What an upgrade adds, and a downgrade is to leave where it is asked for another set of tables.
OPERATIONS = {"hybrid_id": hybrid_id, "better_auth_tables": better_auth_tables}
MADE_BEFORE = {"hybrid_id": {"uuid": False, "jwt": True}, "better_auth_tables": {"uuid": True, "jwt": False}}
ADDED = {"hybrid_id": "user.uuid", "better_auth_tables": "jwks"}
SIGNS = """it's "100%s" a\\b:c"""  # in the name of a schema, or of a table


def in_quotes(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def two_sets(database: Database, operation: str, names: tuple[str, str]) -> list[dict[str, str]]:
    """Of Better Auth's tables, whole but for what the operation adds; and how each is named to it."""
    for name in names:
        make_tables(database, **MADE_BEFORE[operation])
        if database.kind == "postgresql":
            script(database, f"alter schema public rename to {in_quotes(name)}; create schema public")
        else:
            script(database, f'alter table "user" rename to {in_quotes(name)}')
            for table in ("session", "account", "verification", "jwks"):
                script(database, f"drop table {table}")
    return [{"schema" if database.kind == "postgresql" else "user_table": name} for name in names]


def run(database: Database, *calls: tuple[Callable[..., None], dict[str, str]]) -> None:
    """As a revision does, each call in a transaction of its own."""
    engine = create_engine(sqlalchemy_url(database))
    for call, where in calls:
        with engine.connect() as connection, connection.begin():
            call(Operations(MigrationContext.configure(connection)), **where)
    engine.dispose()


def columns_of_all(database: Database) -> list[tuple[object, ...]]:
    if database.kind == "sqlite":
        return database.execute("select sql from sqlite_schema where tbl_name not like 'drawbridge%' order by 1")
    return database.execute(
        """select nspname, relname, attname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
           join pg_attribute on attrelid = pg_class.oid where relkind = 'r' and attnum > 0 and not attisdropped
           and nspname !~ '^(pg_|information_schema)' and relname <> 'drawbridge_additions' order by 1, 2, 3"""
    )


NAMES = {"plain names": ("a", "b"), "signs in a name": (SIGNS, "b")}


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize(
    ("operation", "kind"),
    [("hybrid_id", "sqlite"), ("hybrid_id", "postgresql"), ("better_auth_tables", "postgresql")],
)
def test_another_set_of_tables_loses_nothing(
    server: PrivatePostgres, tmp_path: Path, operation: str, kind: str, names: str
) -> None:
    database = server.new_database() if kind == "postgresql" else SqliteDatabase(tmp_path / "app.db")
    first, second = two_sets(database, operation, NAMES[names])
    before = columns_of_all(database)
    run(database, (OPERATIONS[operation].upgrade, first))
    added = columns_of_all(database)
    assert added != before
    said = rf"^{ADDED[operation]}.* was added to the table .*, but a different table is found now"
    with pytest.raises(MigrationRefused, match=said):
        run(database, (OPERATIONS[operation].downgrade, second))
    assert columns_of_all(database) == added
    run(database, (OPERATIONS[operation].downgrade, first))
    assert columns_of_all(database) == before
    assert "drawbridge_additions" not in tables_of(database)


@pytest.mark.parametrize(
    ("operation", "kind"),
    [("hybrid_id", "sqlite"), ("hybrid_id", "postgresql"), ("better_auth_tables", "postgresql")],
)
def test_of_two_sets_each_is_undone_by_itself(
    server: PrivatePostgres, tmp_path: Path, operation: str, kind: str
) -> None:
    database = server.new_database() if kind == "postgresql" else SqliteDatabase(tmp_path / "app.db")
    add, undo = OPERATIONS[operation].upgrade, OPERATIONS[operation].downgrade
    first, second = two_sets(database, operation, ("a", "b"))
    before = columns_of_all(database)
    run(database, (add, first))
    with_first = columns_of_all(database)
    run(database, (add, second))
    run(database, (undo, second))
    assert columns_of_all(database) == with_first
    run(database, (undo, first))
    assert columns_of_all(database) == before
    assert "drawbridge_additions" not in tables_of(database)


def test_a_table_that_is_gone_is_struck_out(postgres: Database) -> None:
    make_tables(postgres, uuid=True)
    run(postgres, (better_auth_tables.upgrade, {}))
    script(postgres, "drop table jwks")
    run(postgres, (better_auth_tables.downgrade, {}))
    assert "drawbridge_additions" not in tables_of(postgres)


def test_what_a_former_drawbridge_wrote_down_is_undone(database: Database) -> None:
    """It did not say to which table."""
    make_tables(database, jwt=True)
    before = schema_of(database)
    run(database, (hybrid_id.upgrade, {}))
    end = "instr(name, ' of ') - 1" if database.kind == "sqlite" else "strpos(name, ' of ') - 1"
    database.execute(f"update drawbridge_additions set name = substr(name, 1, {end})")
    run(database, (hybrid_id.downgrade, {}))
    assert schema_of(database) == before
