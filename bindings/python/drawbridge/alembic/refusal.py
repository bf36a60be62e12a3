"""How a migration says that a person must act first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

ROWS_NAMED = 5

# By SQLSTATE: a feature that is not supported, a name or a right that does not fit, something that depends on what is
# to be changed, an object in the wrong state. A lock that is held or a lost connection is none of these.
REFUSALS = ("0A", "42", "2B", "55000")


class MigrationRefused(CommandError):
    """The database is not as it must be for this; the text says what was found and what to do. Nothing that the text
    names was changed. The ``alembic`` command prints it as one line, without a traceback."""


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """Turns the refusal of a statement by PostgreSQL, for example because a view depends on a column, into
    MigrationRefused; ``what`` is what was to be done, as the subject of a sentence in the passive."""
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or ""
        if not state.startswith(REFUSALS):
            raise
        reason = str(error.orig).partition("\n")[0]
        raise MigrationRefused(
            f"{what}: {reason}. Nothing of it was changed; mend that, for example by dropping what depends on it and "
            "making it again afterwards, then run this again"
        ) from error


def name_rows(ids: Sequence[str]) -> str:
    """At most five ids out of Better Auth's table, fit for one line of a terminal, "and more" behind them."""
    shown = ("".join(c if " " <= c <= "~" else "?" for c in id[:64]) for id in ids[:ROWS_NAMED])
    return ", ".join(shown) + (" and more" if len(ids) > ROWS_NAMED else "")
