"""How a migration says that a person must act first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from drawbridge import _core

# By SQLSTATE: a feature that is not supported, a name or a right that does not fit, something that depends on what is
# to be changed, an object in the wrong state. A lock that is held or a lost connection is none of these.
REFUSALS = ("0A", "42", "2B", "55000")


class MigrationRefused(CommandError):
    """The database is not as it must be for this; the text says what was found and what to do. Nothing that the text
    names was changed. The ``alembic`` command prints it as one line, without a traceback."""


@contextmanager
def refusing(name: str, done: str) -> Iterator[None]:
    """Turns the refusal of a statement by PostgreSQL, for example because a view depends on a column, into
    MigrationRefused; ``name`` is what was to be ``done``."""
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or ""
        if not state.startswith(REFUSALS):
            raise
        raise MigrationRefused(_core.refused_change(name, done, str(error.orig).partition("\n")[0])) from error
