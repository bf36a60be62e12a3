"""The column ``uuid`` of Better Auth's ``user`` on PostgreSQL. What is to be done is derived from what is there."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import Connection, text

from drawbridge.alembic import additions
from drawbridge.alembic.references import referring_to
from drawbridge.alembic.refusal import ROWS_NAMED, name_rows, refusing

logger = logging.getLogger("alembic.drawbridge")

ADDED = "user.uuid"
TYPE, DEFAULT, UNIQUE, REQUIRED = (f"{ADDED} {what}" for what in ("type", "default", "unique", "required"))

# Pages of 8 KiB that one batch looks at, some ten thousand users.
BATCH_PAGES = 200

COLUMN = text("""
SELECT format_type(atttypid, NULL) AS type, format_type(atttypid, atttypmod) AS full_type,
       attnotnull AS is_required, pg_get_expr(adbin, adrelid) AS default_value,
       EXISTS (SELECT FROM pg_index
               WHERE indrelid = attrelid AND indkey[0] = attnum AND indisunique AND indisvalid AND indimmediate
                 AND indpred IS NULL AND indnkeyatts = 1) AS is_unique
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = to_regclass('"user"') AND attname = 'uuid' AND NOT attisdropped""")

UNIQUE_NAME = text("""
SELECT conname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
WHERE conrelid = to_regclass('"user"') AND contype = 'u' AND attname = 'uuid' AND cardinality(conkey) = 1
ORDER BY pg_constraint.oid DESC LIMIT 1""")

NIL = "uuid::text = '00000000-0000-0000-0000-000000000000'"
NO_UUID = "uuid !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'"
IN_SEVERAL_ROWS = """lower(uuid::text) IN
  (SELECT lower(uuid::text) FROM "user" WHERE uuid IS NOT NULL GROUP BY 1 HAVING count(*) > 1)"""


@dataclass(frozen=True)
class Column:
    type: str  # `uuid` or `text`, for example; empty when there is no such column
    full_type: str = ""  # with its length: `character varying(36)`
    is_required: bool = False
    default_value: str | None = None  # an expression
    is_unique: bool = False

    def has_default(self) -> bool:
        # A constant is no default that a second row could have.
        return self.default_value is not None and not self.default_value.startswith("'")

    def is_text(self) -> bool:
        return self.type in ("text", "character varying", "character")

    def is_complete(self) -> bool:
        return self.type == "uuid" and self.is_required and self.has_default() and self.is_unique


def inspect(connection: Connection) -> Column:
    """Looks at the catalogue only."""
    found = connection.execute(COLUMN).one_or_none()
    return Column(type="") if found is None else Column(**found._mapping)


def obstacle(connection: Connection, column: Column) -> str:
    """One line when a person must act before the column can be as it should, with the ids of rows. Reads every row."""
    if not column.type:
        return ""
    if column.type != "uuid" and not column.is_text():
        return f"user.uuid is of type {column.type}: it must be uuid, or text that can become uuid"
    bad = f"{NO_UUID} OR {NIL}" if column.is_text() else NIL
    if rows := ids_where(connection, bad):
        return f"user.uuid is not a UUID in the rows with id {name_rows(rows)}: correct or clear them first"
    # As text, two spellings of one UUID could be in two rows.
    if (not column.is_unique or column.is_text()) and (rows := ids_where(connection, IN_SEVERAL_ROWS)):
        return f"user.uuid is the same in several rows, with id {name_rows(rows)}: decide whose it is first"
    if column.is_text() and (referring := referring_to(connection, "user", "uuid")):
        return (
            f"user.uuid is of type {column.type} and must become uuid, but foreign keys refer to it: "
            f"{', '.join(referring)}. Drop them, run this again, and add them to columns of type uuid"
        )
    return ""


def ids_where(connection: Connection, condition: str) -> list[str]:
    query = f'SELECT id::text FROM "user" WHERE {condition} ORDER BY lower(uuid::text), id LIMIT {ROWS_NAMED + 1}'
    return list(connection.scalars(text(query)))


def alter(connection: Connection, *changes: str) -> None:
    with refusing("user.uuid cannot be changed"):
        for change in changes:
            connection.execute(text(f'ALTER TABLE "user" {change}'))


def add_structure(connection: Connection, column: Column) -> None:
    """The column, its type and its default: what each row that comes from now on has."""
    # A text's default goes with its type.
    before = column.default_value
    if not column.type:
        alter(connection, "ADD COLUMN uuid uuid")
        additions.record(connection, ADDED)
    elif column.is_text():
        alter(connection, "ALTER COLUMN uuid DROP DEFAULT", "ALTER COLUMN uuid TYPE uuid USING uuid::uuid")
        additions.record(connection, TYPE, column.full_type)
    if column.type != "uuid" or not column.has_default():
        alter(connection, "ALTER COLUMN uuid SET DEFAULT gen_random_uuid()")
        additions.record(connection, DEFAULT, before)


def count_without(connection: Connection) -> int:
    return int(connection.scalar(text('SELECT count(*) FROM "user" WHERE uuid IS NULL')) or 0)


def fill(connection: Connection, total: int) -> None:
    """Gives a UUID to ``total`` users, in batches, from the first page to what was the last one: the rows that are
    filled move behind it."""
    pages = connection.scalar(text("SELECT pg_relation_size('\"user\"') / current_setting('block_size')::bigint")) or 0
    done = 0
    for page in range(0, pages, BATCH_PAGES):
        done += connection.execute(
            text(
                'UPDATE "user" SET uuid = gen_random_uuid() WHERE uuid IS NULL '
                f"AND ctid >= '({page},0)' AND ctid < '({page + BATCH_PAGES},0)'"
            )
        ).rowcount
        logger.info("user.uuid: %d of %d users have one", done, max(total, done))


def add_constraints(connection: Connection, column: Column) -> None:
    if not column.is_required:
        # A row that somebody changed during the batches may have moved to a page that had been looked at.
        connection.execute(text('LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE'))
        connection.execute(text('UPDATE "user" SET uuid = gen_random_uuid() WHERE uuid IS NULL'))
    if not column.is_unique:
        alter(connection, "ADD UNIQUE (uuid)")
        additions.record(connection, UNIQUE, connection.scalar(UNIQUE_NAME))
    if not column.is_required:
        alter(connection, "ALTER COLUMN uuid SET NOT NULL")
        additions.record(connection, REQUIRED)


def undo(connection: Connection) -> None:
    """What the additions say; they are left as they are."""
    added = additions.recorded(connection)
    if not inspect(connection).type:
        return
    if ADDED in added:
        alter(connection, "DROP COLUMN uuid")
        return
    quoted = connection.dialect.identifier_preparer.quote
    if REQUIRED in added:
        alter(connection, "ALTER COLUMN uuid DROP NOT NULL")
    if UNIQUE in added:
        alter(connection, f"DROP CONSTRAINT IF EXISTS {quoted(added[UNIQUE] or 'user_uuid_key')}")
    if DEFAULT in added:
        alter(connection, "ALTER COLUMN uuid DROP DEFAULT")
    if TYPE in added:
        alter(connection, f"ALTER COLUMN uuid TYPE {added[TYPE]} USING uuid::text")
    if added.get(DEFAULT):
        alter(connection, f"ALTER COLUMN uuid SET DEFAULT {added[DEFAULT]}")
