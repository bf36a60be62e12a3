"""The hybrid id: ``user.uuid``, which tokens carry, paths of the API hold, and tables of the API refer to. It is, on
PostgreSQL, ``uuid NOT NULL DEFAULT gen_random_uuid()``, on SQLite ``text``, filled in by a trigger; unique on both."""

from __future__ import annotations

from alembic.operations import Operations

from drawbridge import _core
from drawbridge.alembic.changes import carry_out


def upgrade(op: Operations, *, schema: str | None = None, user_table: str | None = None) -> None:
    """Adds the column where it is missing, gives every user a UUID, and makes the column required and unique. On
    PostgreSQL a text column that Better Auth made becomes ``uuid``, with its values; the table is locked meanwhile.

    Users are given theirs some thousands at a time, each time in a transaction of its own, so that sign-ups go on.
    For that, what the revision did before is committed: put this last in it. A run that was stopped is gone on with by
    the next. Where ``env.py`` holds a transaction around all migrations, all of it happens in that.

    ``op`` is ``alembic.op``. Better Auth's tables are looked for as PostgreSQL looks, on the whole search path, and by
    their columns where they have other names. ``schema`` and ``user_table`` say where they are when it cannot be told.

    MigrationRefused, with nothing changed, where there is no ``user`` or it cannot be told, where an ORM that owns it
    lacks the column, where a row's value is not a UUID or is another row's too (the rows are named), with ``--sql``,
    and on a database that is neither PostgreSQL nor SQLite.
    """
    carry_out(op, _core.plan_user_uuid, "made", schema, user_table)


def downgrade(op: Operations, *, schema: str | None = None, user_table: str | None = None) -> None:
    """Undoes what ``upgrade`` did to this database: a column that it added is dropped, with the UUIDs in it; of a
    column that was there, only what was added to it goes, and its type and default are again what they were.

    MigrationRefused, with nothing changed, where foreign keys refer to the column: drop them first; and where
    ``upgrade`` added it to another table than the one that is found now. Tokens that carry a UUID name nobody
    afterwards, and another ``upgrade`` gives other ones.
    """
    carry_out(op, _core.plan_without_user_uuid, "changed", schema, user_table)
