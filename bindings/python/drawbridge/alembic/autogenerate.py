"""What ``alembic revision --autogenerate`` must leave alone."""

from __future__ import annotations

from sqlalchemy.schema import SchemaItem, Table

from drawbridge.alembic import additions
from drawbridge.alembic.tables import BETTER_AUTH_TABLES

# Those of Drawbridge's migrations, and of the tasks API's.
NOT_THE_APPS = frozenset({*BETTER_AUTH_TABLES, additions.TABLE, "drawbridge_migrations"})


def include_object(
    object: SchemaItem, name: str | None, type_: str, reflected: bool, compare_to: SchemaItem | None
) -> bool:
    """For ``context.configure(include_object=…)`` in ``env.py``: false for Better Auth's tables and all that is in
    them, in the database or as a model. Better Auth and this package change them, and autogenerate would drop what it
    finds no model for. With an ``include_object`` of one's own: ``mine(…) and include_object(…)``."""
    table = object if isinstance(object, Table) else getattr(object, "table", None)
    return not (isinstance(table, Table) and table.name in NOT_THE_APPS)
