"""Where a person must act first: one line, the reason in it, and nothing changed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic_project import Project, sqlalchemy_url
from better_auths import add_users, make_tables, script
from database import Database
from schema import contents_of
from sqlalchemy import Column, MetaData, Table, Text, create_engine

from drawbridge.alembic import MigrationRefused, hybrid_id, include_object

pytest_plugins = ["alembic_databases"]
pytestmark = pytest.mark.repository

GOOD = "a11ce000-0000-4000-8000-00000000000a"
NIL = "00000000-0000-0000-0000-000000000000"
USER = "id text primary key, name text, email text"


@dataclass
class Refused:
    because: str
    sql: str
    on_better_auths: bool = False  # whether the SQL changes tables that Better Auth made
    values: dict[str, str | None] = field(default_factory=dict)  # of `uuid`, by a user's id


def column(because: str, type: str = "text", **values: str | None) -> Refused:
    return Refused(because, f'alter table "user" add column uuid {type}', on_better_auths=True, values=values)


REFUSED: dict[str, Refused] = {
    "two that could be it": Refused(
        'several tables look like Better Auth\'s "user": "people", "users". Say which one',
        f"create table people ({USER}, email_verified integer); create table users ({USER}, email_verified integer)",
    ),
    "an ORM's": Refused(
        'Drizzle owns Better Auth\'s table "users": add uuid',
        f"create table users ({USER}, email_verified integer); create table __drizzle_migrations (id integer)",
    ),
    "a table user of something else": Refused(
        'table "user" has no column id, email, emailVerified', 'create table "user" (number integer)'
    ),
    "a view": Refused(
        '"user" is not a table',
        f'create table people ({USER}, "emailVerified" integer); create view "user" as select * from people',
    ),
    "no UUID": column("UUID in the rows with id bad: correct or clear them first", ok=GOOD, bad="12345"),
    "nil": column("UUID in the rows with id bad:", bad=NIL),
    "many": column("UUID in the rows with id m0, m1, m2, m3, m4 and more:", **{f"m{n}": "x" for n in range(7)}),
    "the same in two rows": column("user.uuid is the same in several rows, with id a, b: decide", a=GOOD, b=GOOD),
}
ON_POSTGRES: dict[str, Refused] = {
    "the same in two cases": column(
        "is the same in several rows, with id a, b:", "text unique", a=GOOD, b=GOOD.upper()
    ),
    "another type": column("user.uuid has the type integer: it must be uuid, or text that can become uuid", "integer"),
    "text that is referred to": Refused(
        "user.uuid has the type text and must become uuid, but foreign keys refer to it: notes_owner_fkey of notes.",
        'alter table "user" add column uuid text unique; create table notes (owner text references "user" (uuid))',
        on_better_auths=True,
    ),
}


def assert_refused(database: Database, folder: Path, refused: Refused) -> None:
    if refused.on_better_auths:
        make_tables(database, jwt=True)
    script(database, refused.sql)
    add_users(database, *refused.values, uuid=refused.values)
    before = contents_of(database)
    with pytest.raises(MigrationRefused) as raised:
        Project(folder, database).up()
    assert refused.because in str(raised.value)
    assert "\n" not in str(raised.value)
    after = contents_of(database)
    if database.kind == "sqlite":
        # Alembic makes its own table on SQLite before the first revision; it is empty.
        rows, schema = after["rows"], after["schema"]
        assert isinstance(rows, dict)
        assert isinstance(schema, list)
        assert rows.pop("alembic_version") == []
        after["schema"] = [line for line in schema if not line.startswith("alembic_version")]
    assert after == before


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_what_was_found(database: Database, tmp_path: Path, name: str) -> None:
    assert_refused(database, tmp_path, REFUSED[name])


@pytest.mark.parametrize("name", ON_POSTGRES)
def test_on_postgres_too(postgres: Database, tmp_path: Path, name: str) -> None:
    assert_refused(postgres, tmp_path, ON_POSTGRES[name])


def test_without_better_auths_tables_the_hybrid_id_says_what_is_first(database: Database, tmp_path: Path) -> None:
    with pytest.raises(MigrationRefused, match=r"migration on it, then this again, or put better_auth_tables.upgrade"):
        Project(tmp_path, database, revisions=[["hybrid_id"]]).up()


def test_sql_alone_is_not_written(database: Database, tmp_path: Path) -> None:
    with pytest.raises(MigrationRefused, match=r"cannot write its SQL with --sql.*drawbridge migrate plan"):
        Project(tmp_path, database).up(sql=True)


def test_another_product_is_named() -> None:
    """Only what the operations ask of alembic.op: no test has such a server."""
    context = SimpleNamespace(as_sql=False)
    connection = SimpleNamespace(dialect=SimpleNamespace(name="mysql"))
    op = SimpleNamespace(get_context=lambda: context, get_bind=lambda: connection)
    with pytest.raises(MigrationRefused, match="works on PostgreSQL and SQLite, but this database is mysql"):
        hybrid_id.upgrade(op)  # type: ignore[arg-type]


def test_the_alembic_command_says_it_in_one_line(database: Database, tmp_path: Path) -> None:
    script(database, REFUSED["two that could be it"].sql)
    project = Project(tmp_path, database)
    file = tmp_path / "alembic.ini"
    with file.open("w") as ini:
        project.config().file_config.write(ini)
    command = [sys.executable, "-m", "alembic", "-c", str(file), "upgrade", "head"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False)
    assert ended.returncode != 0
    said = ended.stdout + ended.stderr
    assert "FAILED: several tables look like Better Auth's" in said
    assert "Traceback" not in said


def test_autogenerate_leaves_better_auths_tables_alone(database: Database, tmp_path: Path) -> None:
    Project(tmp_path, database).up()
    engine = create_engine(sqlalchemy_url(database))
    models = MetaData()
    Table("user", models, Column("id", Text, primary_key=True), Column("more", Text))
    with engine.connect() as connection:
        left_alone = MigrationContext.configure(connection, opts={"include_object": include_object})
        assert compare_metadata(left_alone, models) == []
        assert len(compare_metadata(MigrationContext.configure(connection), models)) > 5
        Table("notes", models, Column("id", Text, primary_key=True))
        ((change, table),) = compare_metadata(left_alone, models)
    engine.dispose()
    assert (change, table.name) == ("add_table", "notes")
