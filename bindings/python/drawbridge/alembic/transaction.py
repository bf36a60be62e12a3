"""The connection and the transactions of a revision that is being run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.operations import Operations
from sqlalchemy import Connection, text

from drawbridge.alembic.refusal import MigrationRefused

PRODUCTS = ("postgresql", "sqlite")

# Of the database, whoever migrates it: `drawbridge migrate` takes the same one.
LOCK_NUMBER = 0x6472617762726964
# A change that waits for somebody's long transaction keeps everybody else waiting behind it.
LOCK_TIMEOUT = "10s"


def connection_of(op: Operations) -> Connection:
    """The revision's. MigrationRefused where there is none, and for a database of another product."""
    context = op.get_context()
    if context.as_sql:
        raise MigrationRefused(
            "drawbridge.alembic cannot write its SQL with --sql: what it does depends on the tables that exist. "
            "Run the revision on the database, or have `drawbridge migrate plan --with-better-auth` print the "
            "SQL, run that, and mark the revision as done with `alembic stamp`"
        )
    connection = op.get_bind()
    if connection.dialect.name not in PRODUCTS:
        raise MigrationRefused(
            f"drawbridge.alembic works on PostgreSQL and SQLite, but this database is {connection.dialect.name}"
        )
    return connection


def is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Keeps other migrations of this database out until the transaction ends, and waits for one that is at work; on
    SQLite, whose writers exclude each other, it does nothing. Other locks are waited for ten seconds inside."""
    if not is_postgres(connection):
        yield
        return
    connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK_NUMBER})"))
    set_timeout = text("SELECT set_config('lock_timeout', :value, true)")
    before = connection.scalar(text("SELECT current_setting('lock_timeout')"))
    connection.execute(set_timeout, {"value": LOCK_TIMEOUT})
    yield
    # After a failure the transaction is over, and the setting with it.
    connection.execute(set_timeout, {"value": before})


@contextmanager
def each_statement_by_itself(op: Operations) -> Iterator[Connection]:
    """A connection on which each statement is a transaction, so that nobody waits for all of them. What the revision
    did before is committed first. Where ``env.py`` holds a transaction of its own around all, it stays one."""
    context = op.get_context()
    # Alembic's autocommit_block() can end its own transaction only, and tells the two apart by this.
    if context._in_external_transaction:
        yield op.get_bind()
        return
    with context.autocommit_block():
        yield op.get_bind()
