"""Stops what reads the database too long, or for a client who has gone. What writes is never stopped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from drawbridge import AuthError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect

from .caller import Caller

LONGEST = 2.0  # seconds, for all statements of a request
AGAIN = 0.05  # seconds
QUERY_CANCELED = "57014"  # of PostgreSQL, also when the server's own limit is reached


@asynccontextmanager
async def bounded(session: AsyncSession, caller: Caller | None) -> AsyncIterator[None]:
    """Around all that a session reads, inside its transaction. With a caller it stops when they have gone."""
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    stopping = _Stopping(driver if connection.dialect.name == "sqlite" else None)
    timer = asyncio.get_running_loop().call_later(LONGEST, stopping.stop, _too_long())
    if caller is not None:
        caller.when_gone(lambda: stopping.stop(ClientDisconnect()))
    try:
        yield
    except (DBAPIError, asyncio.CancelledError) as error:
        reason = stopping.end()
        if reason is None and _is_canceled(error):
            reason = _too_long()
        if reason is None:
            raise
        raise reason from error
    finally:
        timer.cancel()
        if caller is not None:
            caller.when_gone(None)
        stopping.end()


class _Stopping:
    """On SQLite the statement that runs is interrupted, until nothing runs any more. On PostgreSQL our own task is
    cancelled; the driver then has the server stop, and waits for it before the connection is used again."""

    def __init__(self, sqlite: Any | None) -> None:
        self._sqlite = sqlite
        self._task = asyncio.current_task()
        self._reason: Exception | None = None
        self._again: asyncio.TimerHandle | None = None

    def stop(self, reason: Exception) -> None:
        if self._reason is not None:
            return
        self._reason = reason
        if self._sqlite is not None:
            self._interrupt()
        elif self._task is not None:
            self._task.cancel()

    def end(self) -> Exception | None:
        """Why it was stopped, if it was. Nothing is interrupted from now on."""
        if self._again is not None:
            self._again.cancel()
        if self._reason is not None and self._sqlite is None:
            # Python 3.10 does not count the requests to cancel a task.
            getattr(self._task, "uncancel", int)()
        reason, self._reason = self._reason, None
        return reason

    def _interrupt(self) -> None:
        # It ends what runs at this moment, and may come between two statements.
        self._interrupting = asyncio.ensure_future(self._sqlite.interrupt())  # type: ignore[union-attr]
        self._again = asyncio.get_running_loop().call_later(AGAIN, self._interrupt)


def _is_canceled(error: BaseException) -> bool:
    return getattr(getattr(error, "orig", None), "sqlstate", None) == QUERY_CANCELED


def _too_long() -> AuthError:
    detail = "The database took too long for this request; ask for less, or try again."
    return AuthError("statement_timeout", detail, f"What it read took longer than {LONGEST:g} s.")
