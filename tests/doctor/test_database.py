"""What a database lacks: made with the real tables, found by its name, and mended as doctor says."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import PRODUCTS, NewDatabase, StartSetUp
from database import Database, PostgresDatabase, SqliteDatabase
from examination import Examination, Status, examine
from process import DRAWBRIDGE, free_port, wait_until
from set_up import SetUp
from silent_postgres import silent_postgres
from spoilt_tables import OURS, Sql, Uuids, drop, make, script, sql_for, steps, up

GOOD = "a11ce000-0000-4000-8000-00000000000a"
ALSO_GOOD = "b0b00000-0000-4000-8000-00000000000b"
NIL = "00000000-0000-0000-0000-000000000000"

Remedy = Callable[[Database, str], None]


def by_migrate_up(database: Database, remedy: str) -> None:
    assert "drawbridge migrate up" in remedy and "hybrid_id.upgrade(op)" in remedy
    up(database)


def by_making_better_auths(database: Database, remedy: str) -> None:
    assert "drawbridge migrate up --with-better-auth" in remedy and "better_auth_tables.upgrade(op)" in remedy
    up(database, "--with-better-auth")


def by_our_migration(database: Database, remedy: str) -> None:
    assert "run drawbridge migrate up" in remedy
    up(database)


def by_its_statements(database: Database, remedy: str) -> None:
    """The remedy is SQL, to the letter."""
    script(database, "ALTER TABLE" + remedy.partition("ALTER TABLE")[2])


def by_hand(*statements: Sql, says: str, then_up: bool = True) -> Remedy:
    """What a person decides; `says` is in the remedy."""

    def mend(database: Database, remedy: str) -> None:
        assert says in remedy
        for statement in statements:
            script(database, sql_for(database, statement))
        if then_up:
            up(database)

    return mend


@dataclass
class Spoilt:
    """A database in which `found` is the one thing that is wrong."""

    found: str
    says: str
    mend: Remedy | None
    sql: Sql = ""  # run at the end
    column: Sql | None = None  # `uuid`, as somebody made it before any migration
    uuids: Uuids = field(default_factory=lambda: {"u1": GOOD, "u2": ALSO_GOOD})
    migrated: bool = False  # by `drawbridge migrate up`, before the SQL
    status: Status = "fault"
    products: tuple[str, ...] = PRODUCTS
    left: tuple[str, ...] = ()  # some of what is not checked because of it


POSTGRES = ("postgresql",)
SQLITE = ("sqlite",)

NULLABLE = {
    "postgresql": 'alter table "user" alter uuid drop not null, alter uuid drop default',
    "sqlite": "drop trigger drawbridge_user_uuid",
}
TASKS_OF_THE_ID = 'create table tasks (id integer primary key, user_id text references "user" (id), title text)'
TASKS_OF_NOBODY = (
    "create table tasks (id integer primary key, user_id text not null, title text);"
    """insert into tasks select 1, cast(uuid as text), 'Buy milk' from "user" where id = 'u1'"""
)
LATEST = len(steps())
OLDER = f"delete from drawbridge_migrations where version = {LATEST}; drop index tasks_unfolded"

UUID: dict[str, Spoilt] = {
    "no column": Spoilt("tables.user_uuid", "no column uuid", by_migrate_up, left=("tables.migrations",)),
    "text": Spoilt("tables.user_uuid", "of type text", by_migrate_up, column="text unique", products=POSTGRES),
    "varchar": Spoilt("tables.user_uuid", "of type character", by_migrate_up, column="varchar(36)", products=POSTGRES),
    "text, referred to": Spoilt(
        "tables.user_uuid",
        "of type text",
        by_hand("alter table notes drop constraint notes_owner_fkey", says="drop the foreign keys of notes.owner"),
        column="text unique",
        sql='create table notes (owner text references "user" (uuid))',
        products=POSTGRES,
    ),
    "a number": Spoilt(
        "tables.user_uuid",
        "of type integer",
        by_hand(
            'ALTER TABLE "user" RENAME COLUMN uuid TO old_uuid',
            says='ALTER TABLE "user" RENAME COLUMN uuid TO old_uuid',
        ),
        column="integer",
        uuids={"u1": None},
        products=POSTGRES,
    ),
    "a user without": Spoilt(
        "tables.user_uuid_values",
        "1 user without a uuid (id u2)",
        by_migrate_up,
        column={"postgresql": "uuid unique", "sqlite": "text"},
        uuids={"u1": GOOD, "u2": None},
        left=("tables.user_uuid_required", "tables.user_uuid_unique", "tables.user_uuid_default"),
    ),
    "many without": Spoilt(
        "tables.user_uuid_values",
        "7 users without a uuid (id m0, m1, m2, m3, m4 and more)",
        by_migrate_up,
        column={"postgresql": "uuid", "sqlite": "text"},
        uuids={f"m{number}": None for number in range(7)},
    ),
    "upper case": Spoilt(
        "tables.user_uuid_values",
        "1 user whose uuid is not a lower-case UUID (id u1)",
        by_hand('UPDATE "user" SET uuid = lower(uuid)', says='UPDATE "user" SET uuid = lower(uuid)'),
        column="text",
        uuids={"u1": GOOD.upper(), "u2": ALSO_GOOD},
        products=SQLITE,
    ),
    "no UUID": Spoilt(
        "tables.user_uuid_values",
        "2 users whose uuid is not a lower-case UUID",
        by_hand("""UPDATE "user" SET uuid = NULL WHERE id in ('u1', 'u2')""", says='UPDATE "user" SET uuid = NULL'),
        column="text",
        uuids={"u1": "1", "u2": NIL},
        products=SQLITE,
    ),
    "nil": Spoilt(
        "tables.user_uuid_values",
        "1 user whose uuid is not a lower-case UUID",
        by_hand("""UPDATE "user" SET uuid = NULL WHERE id = 'u1'""", says='UPDATE "user" SET uuid = NULL'),
        column="uuid",
        uuids={"u1": NIL, "u2": GOOD},
        products=POSTGRES,
    ),
    "the same twice": Spoilt(
        "tables.user_uuid_values",
        "2 users whose uuid another user has, too (id u1, u2)",
        by_hand("""UPDATE "user" SET uuid = NULL WHERE id = 'u2'""", says='UPDATE "user" SET uuid = NULL'),
        column={"postgresql": "uuid", "sqlite": "text"},
        uuids={"u1": GOOD, "u2": GOOD},
    ),
    "nullable, and not made": Spoilt(
        "tables.user_uuid_required",
        "may be null, and nothing fills it in",
        by_migrate_up,
        migrated=True,
        sql=NULLABLE,
        left=("tables.user_uuid_default",),
    ),
    "nullable": Spoilt(
        "tables.user_uuid_required",
        "may be null",
        by_migrate_up,
        migrated=True,
        sql='alter table "user" alter uuid drop not null',
        status="warning",
        products=POSTGRES,
    ),
    "not unique": Spoilt(
        "tables.user_uuid_unique",
        "not unique",
        by_migrate_up,
        column={"postgresql": "uuid default gen_random_uuid()", "sqlite": f"text not null default '{GOOD}'"},
        sql={"postgresql": 'alter table "user" alter uuid set not null', "sqlite": ""},
        left=("tables.migrations",),
    ),
    "no default": Spoilt(
        "tables.user_uuid_default",
        "no default",
        by_migrate_up,
        migrated=True,
        sql='alter table "user" alter uuid drop default',
        status="warning",
        products=POSTGRES,
    ),
}

TABLES: dict[str, Spoilt] = {
    "foreign keys of tasks to user.id": Spoilt(
        "tables.foreign_keys",
        "tasks.user_id references user.id",
        by_its_statements,
        migrated=True,
        sql={product: drop + TASKS_OF_THE_ID for product, drop in OURS.items()},
    ),
    "foreign keys of another table to user.id": Spoilt(
        "tables.foreign_keys",
        "notes.owner_id references user.id",
        by_its_statements,
        migrated=True,
        sql='create table notes (id integer primary key, owner_id text references "user" (id))',
        status="warning",
    ),
    "tasks without a foreign key": Spoilt(
        "tables.foreign_keys",
        "tasks.user_id has no foreign key",
        by_its_statements,
        migrated=True,
        sql={product: drop + TASKS_OF_NOBODY for product, drop in OURS.items()},
        status="warning",
    ),
    "none of ours": Spoilt(
        "tables.migrations", "do not exist", by_our_migration, migrated=True, sql=OURS, products=POSTGRES
    ),
    "none of ours, which serve makes": Spoilt(
        "tables.migrations", "do not exist", by_our_migration, migrated=True, sql=OURS, products=SQLITE, status="warning"
    ),
    "older ones of ours": Spoilt(
        "tables.migrations",
        f"version {LATEST - 1}, but this program expects {LATEST}",
        by_our_migration,
        migrated=True,
        sql=OLDER,
    ),
    "newer ones of ours": Spoilt(
        "tables.migrations",
        f"version {LATEST + 1}, but this program expects {LATEST}",
        None,  # another program
        migrated=True,
        sql=f"insert into drawbridge_migrations (version, name, applied_at) values ({LATEST + 1}, 'later', '2026-01-01')",
    ),
    "jwks of an older Better Auth": Spoilt(
        "tables.jwks",
        "jwks has no column expiresAt, alg, crv",
        by_making_better_auths,
        migrated=True,
        sql='alter table jwks drop column "expiresAt"; alter table jwks drop column alg; alter table jwks drop column crv',
    ),
    "columns of another generator": Spoilt(
        "tables.user_uuid",
        "no column uuid",
        by_migrate_up,
        sql='alter table "user" rename "emailVerified" to email_verified',
    ),
    "a table of another generator": Spoilt(
        "tables.user_uuid", "no column uuid", by_migrate_up, sql='alter table "user" rename to users'
    ),
    "a view": Spoilt(
        "database.better_auth",
        "a view",
        by_hand('drop view "user"; alter table people rename to "user"', says="rename it"),
        sql='alter table "user" rename to people; create view "user" as select * from people',
    ),
    "no account": Spoilt(
        "database.better_auth", "no table account", by_making_better_auths, migrated=True, sql="drop table account"
    ),
    "no verification": Spoilt(
        "database.better_auth",
        "no table verification",
        by_making_better_auths,
        migrated=True,
        sql="drop table verification",
        status="warning",
    ),
}

CASES = {"uuid": UUID, "tables": TABLES}


def is_short(number: int, product: str, spoilt: Spoilt) -> bool:
    """On one of its products, in turn: what is made of the facts is the same code, and each kind of fact is in several."""
    return product == spoilt.products[number % len(spoilt.products)]


PARAMETERS = [
    pytest.param(
        product,
        spoilt,
        id=f"{group}: {name}, {product}",
        marks=() if is_short(number, product, spoilt) else pytest.mark.long,
    )
    for group, cases in CASES.items()
    for number, (name, spoilt) in enumerate(cases.items())
    for product in spoilt.products
]


def look_at(healthy: SetUp, url: str, **changes: object) -> Examination:
    """A good Better Auth, and a database of nobody whom it knows."""
    return examine(better_auth_url=healthy.issuer.url, database_url=url, **changes)


def assert_found_and_mended(healthy: SetUp, database: Database, spoilt: Spoilt) -> None:
    make(database, spoilt.column, spoilt.uuids, migrated=spoilt.migrated)
    script(database, sql_for(database, spoilt.sql))
    checks = look_at(healthy, database.url)
    assert {check.id: check.status for check in checks.values() if check.cause} == {spoilt.found: spoilt.status}
    assert spoilt.says in checks[spoilt.found].summary
    assert set(spoilt.left) <= checks.not_checked
    if spoilt.mend:
        spoilt.mend(database, checks[spoilt.found].remedy or "")
        mended = look_at(healthy, database.url)
        assert (mended.faults, mended.warnings) == (set(), set())


@pytest.mark.parametrize(("product", "spoilt"), PARAMETERS)
def test_is_found_and_mended(healthy_sqlite: SetUp, new_database: NewDatabase, product: str, spoilt: Spoilt):
    database = new_database(product)
    try:
        assert_found_and_mended(healthy_sqlite, database, spoilt)
    finally:
        drop(database)


def test_an_api_that_is_not_ready_for_it(start_set_up: StartSetUp):
    """That it is not is the same fault, and not told again."""
    set_up = start_set_up("postgresql")
    script(set_up.issuer.database, 'alter table "user" drop constraint user_uuid_key cascade')
    checks = set_up.examine()
    assert (checks.faults, checks.warnings) == ({"tables.user_uuid_unique"}, set())
    assert checks["api.ready"].summary == "because of the fault tables.user_uuid_unique"
    up(set_up.issuer.database)
    # It keeps its answer for a second.
    wait_until(lambda: set_up.backend.call("GET", "/readyz").status_code == 200, 10, "the API is ready")
    checks = set_up.examine()
    # What referred to it went with it.
    assert (checks.faults, checks.warnings) == (set(), {"tables.foreign_keys"})
    assert checks["tables.foreign_keys"].summary == "tasks.user_id, tags.user_id have no foreign key to user.uuid"
    by_its_statements(set_up.issuer.database, checks["tables.foreign_keys"].remedy or "")
    mended = set_up.examine()
    assert (mended.faults, mended.warnings) == (set(), set())


# ---- databases that cannot be read, or are empty -----------------------------------------------------


def test_nothing_in_it(healthy_sqlite: SetUp, new_database: NewDatabase, tmp_path: Path):
    """Better Auth works, so it has another one; and that is said."""
    for product in PRODUCTS:
        database = new_database(product)
        if isinstance(database, SqliteDatabase):
            script(database, "pragma user_version = 1")
        checks = look_at(healthy_sqlite, database.url)
        assert (checks.faults, checks.warnings) == ({"database.better_auth"}, set())
        assert "DATABASE_URL names a different one" in checks["database.better_auth"].text()


UNREADABLE = {
    "no file": ("sqlite:///{folder}/none.db", "there is no file /{folder}/none.db"),
    "no database in the file": ("sqlite:///{folder}/text.db", "not a SQLite database"),
    "no server": ("postgresql://nobody:sesame@127.0.0.1:{port}/app", "cannot be reached"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_cannot_be_read(healthy_sqlite: SetUp, tmp_path: Path, name: str):
    (tmp_path / "text.db").write_text("no database, but a text that is longer than its header would be" * 20)
    facts = {"folder": str(tmp_path).lstrip("/"), "port": free_port()}
    url, says = (text.format(**facts) for text in UNREADABLE[name])
    checks = look_at(healthy_sqlite, url)
    assert (checks.faults, checks.warnings) == ({"database.reachable"}, set())
    text = checks["database.reachable"].text()
    assert says in text and "sesame" not in text
    assert checks["tables.jwks"].summary == "because of the fault database.reachable"


def test_a_server_that_says_nothing_is_waited_for_ten_seconds(healthy_sqlite: SetUp):
    with silent_postgres() as url:
        begun = time.monotonic()
        checks = look_at(healthy_sqlite, url)
        took = time.monotonic() - begun
    assert (checks.faults, checks.warnings) == ({"database.reachable"}, set())
    assert "cannot be reached" in checks["database.reachable"].summary
    assert 8 < took < 15


PASSWORDS = {
    "a slash": "postgresql://app:{}/more@db.invalid/app",
    "an at sign": "postgresql://app:abc@{}@db.invalid/app",
    "a question mark": "postgresql://app:abc?{}@db.invalid/app",
    "no host behind it": "postgresql://app:{}",
}


@pytest.mark.parametrize("command", ["doctor", "migrate status", "serve"])
@pytest.mark.parametrize("form", PASSWORDS.values(), ids=PASSWORDS.keys())
def test_no_part_of_a_password_is_shown(command: str, form: str):
    arguments = [str(DRAWBRIDGE), *command.split(), f"--database-url={form.format('Sesame')}"]
    env = {"BETTER_AUTH_URL": "http://127.0.0.1:1"}
    done = subprocess.run(arguments, text=True, capture_output=True, env=env, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "DATABASE_URL" in done.stderr.upper().replace("-", "_")
    assert "Sesame" not in done.stderr


def test_no_database_is_given(healthy_sqlite: SetUp):
    checks = examine(better_auth_url=healthy_sqlite.issuer.url)
    assert checks["tables.user_uuid"].status == "not_checked"
    assert checks["tables.user_uuid"].summary == "give --database-url"


# ---- the role that serves ----------------------------------------------------------------------------


def test_a_role_that_sees_uuids_alone(healthy_postgres: SetUp):
    """The one that `drawbridge serve` signs in as: what it may not read is left, and nothing fails."""
    healthy_postgres.issuer.database.migrate()
    checks = healthy_postgres.examine(database_url=healthy_postgres.issuer.database.serve_url)
    tables = {id: check for id, check in checks.items() if id.startswith(("database.", "tables.", "user."))}
    assert {id for id, check in tables.items() if check.status != "ok"} == set()


def test_a_role_that_sees_nothing(new_database: NewDatabase, healthy_sqlite: SetUp):
    database = new_database("postgresql")
    assert isinstance(database, PostgresDatabase)
    make(database, None, {"u1": None}, migrated=True)
    script(database, 'alter table "user" alter uuid drop not null; create role sees_nothing login')
    checks = look_at(healthy_sqlite, database.url.replace("//postgres@", "//sees_nothing@"))
    assert checks.faults == set()
    assert "is not allowed" in checks["tables.user_uuid_values"].summary
    assert {"tables.user_uuid_values", "tables.migrations"} <= checks.not_checked


# ---- nothing is changed ------------------------------------------------------------------------------


def files_of(database: SqliteDatabase) -> dict[str, bytes]:
    """But for the index of the log, which every reader makes anew."""
    files = {file.name: file.read_bytes() for file in database.file.parent.glob("app.db*")}
    files.pop("app.db-shm", None)
    return files


def test_leaves_a_file_that_nobody_has_open(healthy_sqlite: SetUp, new_database: NewDatabase):
    database = new_database("sqlite")
    assert isinstance(database, SqliteDatabase)
    make(database, None, {"u1": None}, migrated=True)
    before = files_of(database)
    assert list(before) == ["app.db"]
    checks = look_at(healthy_sqlite, database.url)
    assert (checks.faults, checks.warnings) == (set(), set())
    assert files_of(database) == before


def test_leaves_the_log_of_a_crash(healthy_sqlite: SetUp, new_database: NewDatabase, tmp_path: Path):
    """Whoever closes the file last would write it back."""
    database, left = new_database("sqlite"), SqliteDatabase(tmp_path / "app.db")
    assert isinstance(database, SqliteDatabase)
    make(database, None, {"u1": None}, migrated=True)
    with closing(sqlite3.connect(database.file, isolation_level=None)) as writer:
        writer.execute("update \"user\" set name = 'M'")
        for name, content in files_of(database).items():
            (tmp_path / name).write_bytes(content)
    before = files_of(left)
    assert len(before["app.db-wal"]) > 0
    checks = look_at(healthy_sqlite, left.url)
    assert (checks.faults, checks.warnings) == (set(), set())
    assert files_of(left) == before
