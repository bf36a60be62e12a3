"""Has work wait for its turn, as `work_queue.py` decides."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from drawbridge import AuthError
from starlette.requests import ClientDisconnect

from .caller import Caller, current
from .work_queue import Limits, Work, WorkQueue

LONGEST_WAIT = 5.0  # seconds


class Turns:
    def __init__(self, limits: Limits) -> None:
        self._queue = WorkQueue(limits)
        self._waiting: dict[Work, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def turn(self, owner: UUID, *, costly: bool = False, watched: bool = True) -> AsyncIterator[Caller]:
        """The block runs when it is this user's turn. The user's share is held until the answer is sent. A caller whose
        body is not yet read cannot be watched: it would be taken for the end."""
        work, caller = Work(owner, costly), current.get()
        await self._wait(work, caller if watched else None)
        try:
            yield caller
        finally:
            self._queue.finish(work)
            caller.keep(lambda: self._release(work))
            self._begin()

    async def _wait(self, work: Work, caller: Caller | None) -> None:
        refusal = self._queue.add(work)
        if refusal is not None:
            raise AuthError(refusal, retry_after=1)
        loop = asyncio.get_running_loop()
        turn = self._waiting[work] = loop.create_future()
        self._begin()
        if turn.done():
            return

        def give_up(error: Exception) -> None:
            if not turn.done():
                turn.set_exception(error)

        too_long = loop.call_later(LONGEST_WAIT, give_up, waited_too_long())
        if caller is not None:
            caller.when_gone(lambda: give_up(ClientDisconnect()))
        try:
            await turn
        except BaseException:
            if self._waiting.pop(work, None) is not None:
                self._queue.drop(work)
            else:  # cancelled just when it was to begin
                self._queue.finish(work)
                self._release(work)
            raise
        finally:
            too_long.cancel()
            if caller is not None:
                caller.when_gone(None)

    def _release(self, work: Work) -> None:
        self._queue.release(work)
        self._begin()

    def _begin(self) -> None:
        for work in self._queue.begin():
            turn = self._waiting.pop(work)
            if not turn.done():
                turn.set_result(None)


def waited_too_long() -> AuthError:
    hint = f"It waited {LONGEST_WAIT:g} s for its turn, behind other work of this user or behind too much of all."
    return AuthError("store_unavailable", "The database is currently unavailable; try again.", hint)
