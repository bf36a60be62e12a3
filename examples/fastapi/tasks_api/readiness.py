"""Whether the API is ready, for anybody who asks: the database is asked once a second at most, for all of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable

KEPT = 1.0  # seconds


class Readiness:
    def __init__(self, ask: Callable[[], Awaitable[bool]], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._asked_at = 0.0
        self._answer: asyncio.Future[bool] | None = None

    async def get(self) -> bool:
        if self._answer is None or (self._answer.done() and self._clock() - self._asked_at >= KEPT):
            self._asked_at = self._clock()
            self._answer = asyncio.ensure_future(self._ask())
        return await asyncio.shield(self._answer)  # who goes does not take the answer away from others
