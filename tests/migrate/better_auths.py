"""Better Auth's own migration, the real one, and the tables and users that a project has which ran it."""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from better_auth import BUNDLE, PASSWORD, BetterAuth
from database import Database, PostgresDatabase, SqliteDatabase
from loopback import open_client
from process import PASSED_ON

NOTHING = {key: [] for key in ("toBeCreated", "toBeAdded", "toBeAddedIndexes", "unsafeChanges", "schemaProblems")}
NOTHING = NOTHING | {"sql": ""}


@dataclass
class Ended:
    status: int
    plan: Any  # what it planned; None when it failed
    err: str


def get_migrations(url: str, *arguments: str, uuid: bool = True, jwt: bool = True, **settings: str) -> Ended:
    """What getMigrations() of better-auth/db/migration does, with the field and the plugin that the bridge asks for, or
    without. Settings are those of server.mjs: `ids="uuid"` is ISSUER_IDS."""
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {"DATABASE_URL": url}
    env |= {} if uuid else {"ISSUER_UUID": "off"}
    env |= {} if jwt else {"ISSUER_JWT": "off"}
    env |= {f"ISSUER_{name.upper()}": value for name, value in settings.items()}
    command = ["node", str(BUNDLE / "migrations.js"), *arguments]
    ended = subprocess.run(command, text=True, capture_output=True, env=env, timeout=60, check=False)
    return Ended(ended.returncode, json.loads(ended.stdout) if ended.returncode == 0 else None, ended.stderr)


def planned(database: Database, **settings: str) -> Any:
    """What Better Auth with field and plugin would still do."""
    ended = get_migrations(database.url, **settings)
    assert ended.status == 0, ended.err
    return ended.plan


def run_migrations(database: Database, uuid: bool = True, jwt: bool = True, **settings: str) -> None:
    ended = get_migrations(database.url, "--run", uuid=uuid, jwt=jwt, **settings)
    assert ended.status == 0, ended.err


def script(database: Database, sql: str) -> None:
    """Several statements."""
    if isinstance(database, SqliteDatabase):
        with closing(sqlite3.connect(database.file, isolation_level=None)) as connection:
            connection.executescript(sql)
    else:
        database.execute(sql)


@functools.cache
def tables_sql(kind: str, server: str, uuid: bool, jwt: bool) -> str:
    with tempfile.TemporaryDirectory() as folder:
        url = server or f"sqlite://{Path(folder) / 'empty.db'}"
        ended = get_migrations(url, uuid=uuid, jwt=jwt)
        assert ended.status == 0, ended.err
        return str(ended.plan["sql"])


def make_tables(database: Database, uuid: bool = False, jwt: bool = False) -> None:
    """As run_migrations() makes them, without starting a Better Auth each time."""
    server = "" if database.kind == "sqlite" else database.url.rpartition("/")[0] + "/postgres"
    script(database, tables_sql(database.kind, server, uuid, jwt))


def sign_in(issuer: BetterAuth, email: str) -> httpx.Client:
    """The browser of somebody who signed up earlier."""
    browser = open_client(f"{issuer.url}/api/auth", headers={"Origin": issuer.url})
    answer = browser.post("/sign-in/email", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return browser


def add_users(database: Database, *names: str, uuid: dict[str, str | None] | None = None) -> None:
    """With the id that is the name; with a value of `uuid` where the dictionary has one."""
    values = uuid or {}
    for name in names:
        columns = '"id", "name", "email", "emailVerified", "createdAt", "updatedAt"'
        given = [name, "N", f"{name}@example.com", False, "2026-01-01", "2026-01-01"]
        if name in values:
            columns += ", uuid"
            given.append(values[name])
        marks = ", ".join("?" * len(given))
        database.execute(f'insert into "user" ({columns}) values ({marks})', *given)


def add_many_users(database: Database, count: int) -> None:
    """Named user1, user2, ...; without a uuid."""
    numbers = "select value from generate_series(1, {0}) as numbers (value)"
    if database.kind == "sqlite":
        numbers = "with recursive n(value) as (values(1) union all select value + 1 from n where value < {0}) select value from n"
    false = "0" if database.kind == "sqlite" else "false"
    database.execute(
        f"""insert into "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt")
            select 'user' || value, 'N', 'user' || value || '@example.com', {false}, '2026-01-01', '2026-01-01'
            from ({numbers.format(count)}) as numbers"""
    )


def uuids(database: Database) -> dict[str, str]:
    """Those that are there, by the user's id."""
    return dict(database.execute('select id, cast(uuid as text) from "user" where uuid is not null'))


@contextmanager
def users_locked(database: Database) -> Iterator[None]:
    """Everybody may read them."""
    if isinstance(database, PostgresDatabase):
        with closing(database.connect()) as connection, connection.transaction(force_rollback=True):
            connection.execute('LOCK TABLE "user" IN SHARE MODE')
            yield
    else:
        assert isinstance(database, SqliteDatabase)
        with database.write_lock():
            yield
