"""What ``alembic revision --autogenerate`` must leave alone, and how it writes this package's types."""

from __future__ import annotations

import logging
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.schema import SchemaItem, Table

from drawbridge import _core
from drawbridge.alembic.revisions import tables_made_by
from drawbridge.sqlalchemy import BetterAuthTime, UserUuid, is_better_auths

# Better Auth's own, and those in which migrations write down what they did.
NOT_THE_APPS = frozenset(_core.tables_of_migrations())

logger: logging.Logger = logging.getLogger("alembic.drawbridge")


def include_object(
    object: SchemaItem, name: str | None, type_: str, reflected: bool, compare_to: SchemaItem | None
) -> bool:
    """For ``context.configure(include_object=…)`` in ``env.py``. It is false for

    - Better Auth's ``user``, ``session``, ``account``, ``verification`` and ``jwks`` and all that is in them, in the
      database or as a model, and the table of a model such as ``BetterAuthUser``, whatever its name: Better Auth, or
      the ORM that owns them, and this package change them;
    - whatever the database has without a model, a table or a part of one, unless a revision of the app made that table
      by ``op.create_table`` with its name as a literal. So nothing is dropped that somebody else made, whatever its
      name: Better Auth's plugins (``organization()``, ``twoFactor()``, ``apiKey()``), its ``rateLimit``, another
      program. A table that the app made in another way is dropped by hand.

    With an ``include_object`` of one's own: ``mine(…) and include_object(…)``."""
    table = object if isinstance(object, Table) else getattr(object, "table", None)
    if not isinstance(table, Table):
        return True
    if table.name in NOT_THE_APPS or is_better_auths(table):
        return False
    if not reflected or compare_to is not None or was_made_by_the_app(table):
        return True
    what = table.fullname if type_ == "table" else f"{name} of {table.fullname}"
    logger.info(
        "The %s %s is left alone: it has no model, and no revision created that table", type_.replace("_", " "), what
    )
    return False


def was_made_by_the_app(table: Table) -> bool:
    """False where no project can be asked, as in a comparison without ``env.py``."""
    script = getattr(context, "script", None)
    return script is not None and (table.schema, table.name) in tables_made_by(script)


def render_item(type_: str, object: object, autogen_context: AutogenContext) -> str | Literal[False]:
    """For ``context.configure(render_item=…)`` in ``env.py``: `UserUuid` and `BetterAuthTime` are written with the
    import that they need. With a ``render_item`` of one's own: ``mine(…) or render_item(…)``."""
    if type_ != "type" or not isinstance(object, (UserUuid, BetterAuthTime)):
        return False
    name = type(object).__name__
    autogen_context.imports.add(f"from {type(object).__module__} import {name}")
    stored = getattr(object, "stored", "timestamptz")
    return f"{name}()" if stored == "timestamptz" else f"{name}({stored!r})"
