"""Tasks with long texts, as one user could have made them in an afternoon; put into the database in a second."""

from __future__ import annotations

import sqlite3
import unicodedata
from contextlib import closing
from uuid import uuid4

from database import Database, PostgresDatabase, SqliteDatabase

CAPITAL = "\u0130"  # İ, which folds into two characters
DOTTED = unicodedata.normalize("NFC", CAPITAL.casefold())
COLUMNS = "user_id, id, title, description, created_at, updated_at, title_folded, description_folded"
MADE_AT = "2026-11-23T10:00:00.000Z"


def fill(
    database: Database, owner: str, count: int, text: str = CAPITAL * 10_000, folded: str | None = DOTTED * 10_000
) -> None:
    """Without folded texts they are as if another program had written them."""
    title = "long" if folded is not None else None
    rows = [(owner, str(uuid4()), "long", text, MADE_AT, MADE_AT, title, folded) for _ in range(count)]
    if isinstance(database, SqliteDatabase):
        with closing(sqlite3.connect(database.file, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(f"INSERT INTO tasks ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            connection.execute("COMMIT")
        return
    assert isinstance(database, PostgresDatabase)
    with closing(database.connect()) as connection, connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger folds what is folded
        with cursor.copy(f"COPY tasks ({COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
