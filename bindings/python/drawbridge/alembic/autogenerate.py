"""What ``alembic revision --autogenerate`` must leave alone, and how it writes this package's types."""

from __future__ import annotations

from typing import Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy.schema import SchemaItem, Table

from drawbridge import _core
from drawbridge.sqlalchemy import BetterAuthTime, UserUuid

# Better Auth's, and those in which migrations write down what they did.
NOT_THE_APPS = frozenset(_core.tables_of_migrations())


def include_object(
    object: SchemaItem, name: str | None, type_: str, reflected: bool, compare_to: SchemaItem | None
) -> bool:
    """For ``context.configure(include_object=…)`` in ``env.py``: false for Better Auth's tables and all that is in
    them, in the database or as a model. Better Auth and this package change them, and autogenerate would drop what it
    finds no model for. With an ``include_object`` of one's own: ``mine(…) and include_object(…)``."""
    table = object if isinstance(object, Table) else getattr(object, "table", None)
    return not (isinstance(table, Table) and table.name in NOT_THE_APPS)


def render_item(type_: str, object: object, autogen_context: AutogenContext) -> str | Literal[False]:
    """For ``context.configure(render_item=…)`` in ``env.py``: `UserUuid` and `BetterAuthTime` are written with the
    import that they need. With a ``render_item`` of one's own: ``mine(…) or render_item(…)``."""
    if type_ != "type" or not isinstance(object, (UserUuid, BetterAuthTime)):
        return False
    name = type(object).__name__
    autogen_context.imports.add(f"from {type(object).__module__} import {name}")
    return f"{name}()"
