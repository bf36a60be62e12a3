"""Better Auth 1.7's tables ``user``, ``session``, ``account``, ``verification`` and ``jwks``: made where they are
missing, and repaired where they lack what the bridge, or Better Auth itself, cannot do without."""

from __future__ import annotations

from typing import Literal

from alembic.operations import Operations

from drawbridge import _core
from drawbridge.alembic.changes import Plan, Query, Where, carry_out


def upgrade(
    op: Operations,
    ids: Literal["text", "uuid", "serial"] = "text",
    *,
    schema: str | None = None,
    user_table: str | None = None,
) -> None:
    """Makes the tables that are missing, ``user`` with its ``uuid``, as Better Auth's own migration would; adds
    ``session.token`` and the columns ``alg``, ``crv`` and ``expiresAt`` of ``jwks`` where they are missing. No table
    and no column is dropped. Sessions that had no token cannot be told apart: they end, and their users sign in again.

    The ids of a table that is made, and who makes them, are those of ``user``. Where there is no ``user`` yet, ``ids``
    says what Better Auth's option ``advanced.database.generateId`` has: nothing (``"text"``), ``"uuid"`` or
    ``"serial"``. With ``"uuid"`` the id is the user's one UUID: there is no ``user.uuid``, and the plugin is
    ``drawbridge({ uuid: "user.id" })``.

    ``op`` is ``alembic.op``. Better Auth's tables are looked for as PostgreSQL looks, on the whole search path, and by
    their columns where they have other names. ``schema`` and ``user_table`` say where they are when it cannot be told.

    MigrationRefused, with nothing changed, where that cannot be told, where ``user`` is another program's, with
    ``--sql``, and on a database that is neither PostgreSQL nor SQLite.
    """

    def plan(product: str, query: Query, where: Where) -> Plan:
        return _core.plan_better_auth_tables(product, query, where, ids)

    carry_out(op, plan, "made", schema, user_table)


def downgrade(op: Operations, *, schema: str | None = None, user_table: str | None = None) -> None:
    """Removes the tables and columns that ``upgrade`` added to this database, and leaves what was there before it.

    MigrationRefused, with nothing changed, where that would take away what others made: a table that has rows or
    columns by now, or that foreign keys refer to; and where ``upgrade`` added all of it to other tables than those that
    are found now. Sessions that ``upgrade`` ended do not come back.
    """
    carry_out(op, _core.plan_without_better_auth_tables, "changed", schema, user_table)
