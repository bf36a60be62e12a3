"""What a verifier reads sessions from. It gives what is there and judges nothing: that the core does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple


class SessionRecord(NamedTuple):
    """A session with its user, as it is kept."""

    json: str | bytes
    """`{"session":{…},"user":{…}}`, as Better Auth's secondary storage has it: the session with `id`, `token`, `userId`
    and `expiresAt`, the user with `id` and what tokens say. Names may be in snake_case, times ISO 8601 or numbers of
    seconds or milliseconds, flags 0 and 1."""
    revoked_before: int | None = None
    """Of secondary storage alone, milliseconds since 1970: sessions made before do not count."""


class SessionsUnavailable(Exception):
    """Whether there is such a session cannot be told. Its text is for the log: one line that says why, without a value
    of any record."""


class SessionSource(ABC):
    """Where Better Auth keeps its sessions. `sqlalchemy_sessions` and `redis_sessions` make the usual ones; a store of
    another kind is a class of one's own."""

    @abstractmethod
    async def find(self, token: str) -> SessionRecord | None:
        """The session whose `session.token` this is, which the secret signed, or that there is none, also where the
        user is gone. What it gives was so after the call: nothing is remembered.

        SessionsUnavailable where that cannot be told. Whatever else it raises means the same, and is logged by its
        type alone, as its text may hold the token. It is cancelled when the request is, and after two seconds.
        """


def named(error: BaseException | None) -> str:
    """An error of a library by its types and SQLSTATE: its text could quote the token."""
    names: list[str] = []
    while error is not None and len(names) < 3:
        state = getattr(error, "sqlstate", None)
        names.append(f"{type(error).__name__} {state}" if isinstance(state, str) else type(error).__name__)
        cause = getattr(error, "orig", None) or error.__cause__
        error = cause if isinstance(cause, BaseException) else None
    return " of ".join(dict.fromkeys(names))
