"""The hybrid id: ``user.uuid``, which tokens carry, paths of the API hold, and tables of the API refer to. It is, on
PostgreSQL, ``uuid NOT NULL DEFAULT gen_random_uuid()``, on SQLite ``text``, filled in by a trigger; unique on both."""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import Connection

from drawbridge.alembic import additions, postgres_uuid, sqlite_uuid
from drawbridge.alembic.references import referring_to
from drawbridge.alembic.refusal import MigrationRefused
from drawbridge.alembic.tables import other_generator, read_tables
from drawbridge.alembic.transaction import alone, connection_of, each_statement_by_itself, is_postgres


def upgrade(op: Operations) -> None:
    """Adds the column where it is missing, gives every user a UUID, and makes the column required and unique. On
    PostgreSQL a text column that Better Auth made becomes ``uuid``, with its values; the table is locked meanwhile.

    Users are given theirs some thousands at a time, each time in a transaction of its own, so that sign-ups go on.
    For that, what the revision did before is committed: put this last in it. A run that was stopped is gone on with by
    the next. Where ``env.py`` holds a transaction around all migrations, all of it happens in that.

    ``op`` is ``alembic.op``. MigrationRefused, with nothing changed, where there is no ``user``, where another schema
    generator made it, where a row's value is no UUID or is another row's too (the rows are named), with ``--sql``, and
    on a database that is neither PostgreSQL nor SQLite.
    """
    if is_postgres(connection_of(op)):
        upgrade_postgres(op)
    else:
        upgrade_sqlite(op)


def downgrade(op: Operations) -> None:
    """Undoes what ``upgrade`` did to this database: a column that it added is dropped, with the UUIDs in it; of a
    column that was there, only what was added to it goes, and its type and default are again what they were.

    MigrationRefused, with nothing changed, where foreign keys refer to the column: drop them first. Tokens that carry
    a UUID name nobody afterwards, and another ``upgrade`` gives other ones.
    """
    connection = connection_of(op)
    with alone(connection):
        added = [name for name in additions.recorded(connection) if name.partition(" ")[0] == "user.uuid"]
        referring = referring_to(connection, "user", "uuid") if added else []
        if referring:
            raise MigrationRefused(
                f"user.uuid is left as it is: foreign keys refer to it: {', '.join(referring)}. Drop them first, then "
                "run this again"
            )
        if is_postgres(connection):
            postgres_uuid.undo(connection)
        else:
            sqlite_uuid.undo(connection)
        for name in added:
            additions.forget(connection, name)


def refuse_tables_of_others(connection: Connection) -> None:
    tables = read_tables(connection)
    if obstacle := other_generator(connection, tables):
        raise MigrationRefused(obstacle)
    if "user" not in tables:
        raise MigrationRefused(
            "Better Auth's table \"user\" is not in this database: run Better Auth's migration on it, or put "
            "better_auth_tables.upgrade(op) before hybrid_id.upgrade(op); then run this again"
        )


def upgrade_postgres(op: Operations) -> None:
    connection = op.get_bind()
    with alone(connection):
        column = postgres_uuid.inspect(connection)
        if column.is_complete():
            return
        refuse_tables_of_others(connection)
        if obstacle := postgres_uuid.obstacle(connection, column):
            raise MigrationRefused(obstacle)
        postgres_uuid.add_structure(connection, column)
        without = postgres_uuid.count_without(connection)
    if without:
        with each_statement_by_itself(op) as batches:
            postgres_uuid.fill(batches, without)
    connection = op.get_bind()
    with alone(connection):
        # Somebody else may have finished it between the batches.
        postgres_uuid.add_constraints(connection, postgres_uuid.inspect(connection))


def upgrade_sqlite(op: Operations) -> None:
    connection = op.get_bind()
    column = sqlite_uuid.inspect(connection)
    # A good `uuid` is enough, whoever made the table.
    if column is None or not column.is_complete():
        refuse_tables_of_others(connection)
    if column is not None and (obstacle := sqlite_uuid.obstacle(connection)):
        raise MigrationRefused(obstacle)
    sqlite_uuid.add_structure(connection, column)
    without = sqlite_uuid.count_without(connection)
    if without:
        with each_statement_by_itself(op) as batches:
            sqlite_uuid.fill(batches, without)
