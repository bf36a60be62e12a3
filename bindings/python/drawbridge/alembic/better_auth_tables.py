"""Better Auth 1.7's tables ``user``, ``session``, ``account``, ``verification`` and ``jwks``: made where they are
missing, and repaired where they lack what the bridge, or Better Auth itself, cannot do without."""

from __future__ import annotations

import logging

from alembic.operations import Operations
from sqlalchemy import Connection, text

from drawbridge.alembic import additions
from drawbridge.alembic.references import referring_to
from drawbridge.alembic.refusal import MigrationRefused, refusing
from drawbridge.alembic.statements import POSTGRES, SQLITE, Statements
from drawbridge.alembic.tables import BETTER_AUTH_TABLES, Tables, other_generator, read_tables
from drawbridge.alembic.transaction import alone, connection_of, is_postgres

# Below Alembic's own name, so that the logging of its template shows it.
logger = logging.getLogger("alembic.drawbridge")

# What `jwks` got after the first versions of Better Auth, with the type; None is a time.
LATER_JWKS_COLUMNS: dict[str, str | None] = {"alg": "text", "crv": "text", "expiresAt": None}
REPAIRED_COLUMNS = ("session.token", *(f"jwks.{column}" for column in LATER_JWKS_COLUMNS))


def upgrade(op: Operations) -> None:
    """Makes the tables that are missing, ``user`` with its ``uuid``, as Better Auth's own migration would; adds
    ``session.token`` and the columns ``alg``, ``crv`` and ``expiresAt`` of ``jwks`` where they are missing. No table
    and no column is dropped. Sessions that had no token cannot be told apart: they end, and their users sign in again.

    ``op`` is ``alembic.op``. MigrationRefused, with nothing changed, where another schema generator made the tables,
    with ``--sql``, and on a database that is neither PostgreSQL nor SQLite.
    """
    connection = connection_of(op)
    statements = POSTGRES if is_postgres(connection) else SQLITE
    with alone(connection):
        tables = read_tables(connection)
        if obstacle := other_generator(connection, tables):
            raise MigrationRefused(obstacle)
        repair_session(connection, statements, tables)
        for table in BETTER_AUTH_TABLES:
            if table not in tables:
                run(connection, f"table {table} cannot be made", statements.create[table])
                additions.record(connection, table, ",".join(read_tables(connection)[table]))
        repair_jwks(connection, statements, tables)


def downgrade(op: Operations) -> None:
    """Removes the tables and columns that ``upgrade`` added to this database, and leaves what was there before it.

    MigrationRefused, with nothing changed, where that would take away what others made: a table that has rows or
    columns by now, or that foreign keys refer to. Sessions that ``upgrade`` ended do not come back.
    """
    connection = connection_of(op)
    with alone(connection):
        tables = read_tables(connection)
        added = additions.recorded(connection)
        ours = [table for table in reversed(BETTER_AUTH_TABLES) if table in added]
        for table in ours:
            refuse_to_lose(connection, table, tables, ours, (added[table] or "").split(","))
        for name in REPAIRED_COLUMNS:
            if name in added:
                drop_column(connection, name, tables)
        for table in ours:
            if table in tables:
                run(connection, f"table {table} cannot be dropped", (f'DROP TABLE "{table}"',))
            additions.forget(connection, table)


def run(connection: Connection, fault: str, statements: tuple[str, ...]) -> None:
    with refusing(fault):
        for statement in statements:
            connection.execute(text(statement))


def repair_session(connection: Connection, statements: Statements, tables: Tables) -> None:
    if "session" not in tables or "token" in tables["session"]:
        return
    ended = connection.execute(text('DELETE FROM "session"')).rowcount
    run(connection, "column token of session cannot be added", statements.add_session_token)
    additions.record(connection, "session.token")
    if ended > 0:
        logger.warning(
            'table "session" had no column token: %d session%s could not be kept, their users sign in again',
            ended,
            "" if ended == 1 else "s",
        )


def repair_jwks(connection: Connection, statements: Statements, tables: Tables) -> None:
    if "jwks" not in tables:
        return
    for column, type in LATER_JWKS_COLUMNS.items():
        if column not in tables["jwks"]:
            statement = f'ALTER TABLE "jwks" ADD COLUMN "{column}" {type or statements.date}'
            run(connection, f"column {column} of jwks cannot be added", (statement,))
            additions.record(connection, f"jwks.{column}")


def refuse_to_lose(
    connection: Connection, table: str, tables: Tables, going: list[str], our_columns: list[str]
) -> None:
    """``going`` are the tables that are dropped with this one."""
    if table not in tables:
        return
    refused = f'table "{table}" is not dropped: '
    rows = connection.scalar(text(f'SELECT count(*) FROM "{table}"'))
    if rows:
        raise MigrationRefused(
            f"{refused}it has {rows} row{'' if rows == 1 else 's'} that Better Auth made. Delete them first if they "
            "are to be lost, then run this again"
        )
    others = [column for column in tables[table] if column not in our_columns]
    if others:
        raise MigrationRefused(
            f"{refused}others added the column {', '.join(others)} to it. Drop that first, then run this again"
        )
    referring = referring_to(connection, table, without=going)
    if referring:
        raise MigrationRefused(
            f"{refused}foreign keys refer to it: {', '.join(referring)}. Drop them first, then run this again"
        )


def drop_column(connection: Connection, name: str, tables: Tables) -> None:
    """``name`` is that of a column with its table's."""
    table, column = name.split(".")
    if column in tables.get(table, []):
        drop: tuple[str, ...] = (f'ALTER TABLE "{table}" DROP COLUMN "{column}"',)
        if name == "session.token" and not is_postgres(connection):
            drop = ("DROP INDEX IF EXISTS drawbridge_session_token", *drop)
        run(connection, f"column {column} of {table} cannot be dropped", drop)
    additions.forget(connection, name)
