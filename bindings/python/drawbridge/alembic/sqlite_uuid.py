"""The column ``uuid`` of Better Auth's ``user`` on SQLite. What is to be done is derived from what is there."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import Connection, text

from drawbridge.alembic import additions
from drawbridge.alembic.refusal import ROWS_NAMED, name_rows
from drawbridge.alembic.statements import SQLITE_RANDOM_UUID

logger = logging.getLogger("alembic.drawbridge")

ADDED = "user.uuid"
UNIQUE, FILLED = f"{ADDED} unique", f"{ADDED} filled"
INDEX, TRIGGER = "drawbridge_user_uuid_unique", "drawbridge_user_uuid"

BATCH_SIZE = 5_000

# Filled: by NOT NULL, a default or a trigger, so that a new row cannot be without.
COLUMN = text(f"""
SELECT EXISTS (SELECT 1 FROM pragma_index_list('user') AS list
               WHERE list."unique" = 1 AND list.partial = 0
                 AND (SELECT count(*) FROM pragma_index_info(list.name)) = 1
                 AND EXISTS (SELECT 1 FROM pragma_index_xinfo(list.name) AS info
                             WHERE info.key = 1 AND lower(info.name) = 'uuid' AND info.coll = 'BINARY')),
       "notnull" = 1 OR dflt_value IS NOT NULL
         OR EXISTS (SELECT 1 FROM sqlite_schema
                    WHERE type = 'trigger' AND name = '{TRIGGER}' AND tbl_name = 'user' COLLATE NOCASE)
FROM pragma_table_info('user') WHERE lower(name) = 'uuid'""")

PATTERN = "-".join("[0-9a-f]" * digits for digits in (8, 4, 4, 4, 12))
# One that a token could carry and tables of the API would store: compared as text, so only lower case will do.
GOOD = f"""typeof(uuid) = 'text' AND length(uuid) = 36 AND uuid GLOB '{PATTERN}'
  AND uuid <> '00000000-0000-0000-0000-000000000000'"""
IN_SEVERAL_ROWS = 'uuid IN (SELECT uuid FROM "user" WHERE uuid IS NOT NULL GROUP BY uuid HAVING count(*) > 1)'


@dataclass(frozen=True)
class Column:
    is_unique: bool
    is_filled: bool

    def is_complete(self) -> bool:
        return self.is_unique and self.is_filled


def inspect(connection: Connection) -> Column | None:
    """Looks at the schema only."""
    found = connection.execute(COLUMN).one_or_none()
    return None if found is None else Column(is_unique=bool(found[0]), is_filled=bool(found[1]))


def obstacle(connection: Connection) -> str:
    """One line when a person must act before the column can be as it should, with the ids of rows. Reads every row."""
    if rows := ids_where(connection, f"uuid IS NOT NULL AND NOT ({GOOD})"):
        return f"user.uuid is not a lower-case UUID in the rows with id {name_rows(rows)}: correct or clear them first"
    if rows := ids_where(connection, IN_SEVERAL_ROWS):
        return f"user.uuid is the same in several rows, with id {name_rows(rows)}: decide whose it is first"
    return ""


def ids_where(connection: Connection, condition: str) -> list[str]:
    query = f'SELECT id FROM "user" WHERE {condition} ORDER BY uuid, id LIMIT {ROWS_NAMED + 1}'
    return [str(id) for id in connection.scalars(text(query))]


def add_structure(connection: Connection, column: Column | None) -> None:
    """Column, index and trigger where they are missing. SQLite adds no NOT NULL column to a table with rows."""
    if column is None:
        connection.execute(text('ALTER TABLE "user" ADD COLUMN uuid TEXT'))
        additions.record(connection, ADDED)
    if column is None or not column.is_unique:
        connection.execute(text(f'CREATE UNIQUE INDEX {INDEX} ON "user" (uuid)'))
        additions.record(connection, UNIQUE)
    if column is None or not column.is_filled:
        connection.execute(
            text(
                f'CREATE TRIGGER {TRIGGER} AFTER INSERT ON "user" WHEN NEW.uuid IS NULL\nBEGIN\n'
                f'  UPDATE "user" SET uuid =\n    {SQLITE_RANDOM_UUID}\n    WHERE id = NEW.id;\nEND'
            )
        )
        additions.record(connection, FILLED)


def count_without(connection: Connection) -> int:
    return int(connection.scalar(text('SELECT count(*) FROM "user" WHERE uuid IS NULL')) or 0)


def fill(connection: Connection, total: int) -> None:
    """Gives a UUID to ``total`` users, in batches."""
    some = f'SELECT id FROM "user" WHERE uuid IS NULL LIMIT {BATCH_SIZE}'
    done = 0
    while changed := connection.execute(
        text(f'UPDATE "user" SET uuid =\n    {SQLITE_RANDOM_UUID}\n  WHERE id IN ({some})')
    ).rowcount:
        done += changed
        logger.info("user.uuid: %d of %d users have one", done, max(total, done))


def undo(connection: Connection) -> None:
    """What the additions say; they are left as they are."""
    added = additions.recorded(connection)
    if FILLED in added:
        connection.execute(text(f"DROP TRIGGER IF EXISTS {TRIGGER}"))
    if UNIQUE in added:
        connection.execute(text(f"DROP INDEX IF EXISTS {INDEX}"))
    if ADDED in added and inspect(connection) is not None:
        connection.execute(text('ALTER TABLE "user" DROP COLUMN uuid'))
