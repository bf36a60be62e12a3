"""Databases as a project has them, spoilt by SQL: Better Auth's own tables, made by its own migration, with users; and
what `drawbridge migrate up` makes of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from database import Database, PostgresDatabase

sys.path.append(str(Path(__file__).resolve().parents[1] / "migrate"))

from better_auths import add_users, make_tables, script  # noqa: E402
from migration import steps, up  # noqa: E402

__all__ = ["OURS", "Sql", "Uuids", "drop", "make", "script", "sql_for", "steps", "up"]

Sql = str | Mapping[str, str]  # the same for both products, or by product

DROP_OURS = "drop table task_tags; drop table tags; drop table tasks; drop table drawbridge_migrations;"
OURS = {"sqlite": DROP_OURS, "postgresql": DROP_OURS + "drop function letter_case_folded;"}

Uuids = Mapping[str, str | None]


def sql_for(database: Database, sql: Sql) -> str:
    return sql if isinstance(sql, str) else sql[database.kind]


def drop(database: Database) -> None:
    """What a server holds at its end takes it time to write and to delete."""
    if isinstance(database, PostgresDatabase):
        server, _, name = database.url.rpartition("/")
        PostgresDatabase(f"{server}/postgres").execute(f"drop database {name} with (force)")


def make(database: Database, column: Sql | None, uuids: Uuids, *, migrated: bool) -> None:
    """Users named as in `uuids`, in Better Auth's tables; with a column `uuid` of somebody's own, where one is given."""
    make_tables(database, jwt=True)
    if column:
        script(database, f'alter table "user" add column uuid {sql_for(database, column)}')
    add_users(database, *uuids, uuid=dict(uuids) if column else None)
    if migrated:
        up(database)
