"""How long a request may read the database, and why it was stopped. What writes is never stopped."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from drawbridge import AuthError
from starlette.requests import ClientDisconnect

from .caller import Caller

LONGEST = 2.0  # seconds, for all statements of a request


class StatementLimit:
    """Stops at most once, while it holds: when the time is over, or when the caller has gone."""

    def __init__(self, stop: Callable[[], None], seconds: float = LONGEST) -> None:
        self._stop, self._seconds = stop, seconds
        self.reason: Exception | None = None

    @contextmanager
    def holds(self, caller: Caller | None) -> Iterator[None]:
        """Nobody's going is noticed where no caller is given."""
        timer = asyncio.get_running_loop().call_later(self._seconds, self._stop_for, too_long())
        if caller is not None:
            caller.when_gone(lambda: self._stop_for(ClientDisconnect()))
        try:
            yield
        finally:
            timer.cancel()
            if caller is not None:
                caller.when_gone(None)

    def _stop_for(self, reason: Exception) -> None:
        if self.reason is None:
            self.reason = reason
            self._stop()


def too_long() -> AuthError:
    detail = "The database took too long for this request; ask for less, or try again."
    return AuthError("statement_timeout", detail, f"What it read took longer than {LONGEST:g} s.")
