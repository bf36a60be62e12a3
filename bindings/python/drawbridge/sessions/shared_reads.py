"""Reads that requests share: those that come while a read is under way wait for the next one, and have it together.

A read begins after each request that it is for, and what it finds is given to these and forgotten: a session that has
ended counts for no request that came later.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import Context
from functools import partial
from itertools import islice
from weakref import WeakKeyDictionary

from drawbridge.sessions.source import SessionRecord, SessionSource, SessionsUnavailable, named

MOST_TOKENS = 64
"""Of one read."""

SLOW = 0.25
"""Seconds after which a read does not hold up the next one any more."""

Found = SessionRecord | SessionsUnavailable
Read = Callable[[Sequence[str]], Awaitable[Mapping[str, Found]]]
"""For tokens of which none comes twice: what is there, or why it cannot be told of one. It raises why it cannot of any,
and is cancelled once nobody waits for it."""


class Late(SessionsUnavailable):
    """There was no answer in time."""


class SourceInTime(SessionSource):
    """One that gives up by itself, which takes less than to have a task for it and to end that."""

    @abstractmethod
    async def find_until(self, token: str, until: float | None) -> SessionRecord | None:
        """As find(). Late at `until`, by the loop's clock, whatever the store does then."""

    async def find(self, token: str) -> SessionRecord | None:
        return await self.find_until(token, None)


class SharedReads:
    """May be used in any number of event loops. Each has reads of its own, `most_reads` at a time."""

    def __init__(self, read: Read, most_reads: int, most_tokens: int = MOST_TOKENS) -> None:
        self._read = read
        self._most_reads = most_reads
        self._most_tokens = most_tokens
        self._of_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Reads] = WeakKeyDictionary()

    async def find(self, token: str, until: float | None) -> SessionRecord | None:
        """`until`: by the loop's clock, when it raises Late."""
        loop = asyncio.get_running_loop()
        reads = self._of_loops.get(loop)
        if reads is None:
            reads = self._of_loops.setdefault(loop, _Reads(self._read, self._most_reads, self._most_tokens))
        return await reads.find(token, until)


class _Look:
    """For one token, for all who have asked before its read began."""

    __slots__ = ("reading", "waiters")

    def __init__(self) -> None:
        self.waiters: list[asyncio.Future[SessionRecord | None]] = []
        self.reading: _Reading | None = None

    def answer(self, found: Found | None) -> None:
        for waiter in self.waiters:
            if waiter.done():
                continue
            if isinstance(found, SessionsUnavailable):
                waiter.set_exception(SessionsUnavailable(str(found)))  # one each: a traceback will hang on it
            else:
                waiter.set_result(found)
        self.waiters.clear()


class _Reading:
    """A read under way."""

    def __init__(self, looks: dict[str, _Look]) -> None:
        self.looks = looks
        self.wanted = len(looks)
        self.task: asyncio.Task[Mapping[str, Found] | SessionsUnavailable]
        self.slow: asyncio.TimerHandle


class _Reads:
    """Of one event loop."""

    def __init__(self, read: Read, most_reads: int, most_tokens: int) -> None:
        self._read = read
        self._most_reads = most_reads
        self._most_tokens = most_tokens
        self._waiting: dict[str, _Look] = {}
        self._under_way: set[_Reading] = set()
        self._latest: _Reading | None = None  # while it holds up the next one

    async def find(self, token: str, until: float | None) -> SessionRecord | None:
        loop = asyncio.get_running_loop()
        look = self._waiting.get(token)
        if look is None:
            look = self._waiting[token] = _Look()
        waiter: asyncio.Future[SessionRecord | None] = loop.create_future()
        look.waiters.append(waiter)
        self._begin()
        timer = None if until is None else loop.call_at(until, _give_up, waiter)
        try:
            return await waiter
        finally:
            if timer is not None:
                timer.cancel()
            self._leave(token, look, waiter)

    def _begin(self) -> None:
        """The next reads, where they may."""
        loop = asyncio.get_running_loop()
        while self._waiting and len(self._under_way) < self._most_reads:
            if self._latest is not None and len(self._waiting) < self._most_tokens:
                return
            reading = _Reading({token: self._waiting[token] for token in islice(self._waiting, self._most_tokens)})
            for token, look in reading.looks.items():
                del self._waiting[token]
                look.reading = reading
            self._latest = reading
            self._under_way.add(reading)
            # In no request's context: what one of them has set there is nothing for the others.
            reading.task = Context().run(loop.create_task, self._outcome(list(reading.looks)))
            reading.task.add_done_callback(partial(self._ended, reading))
            reading.slow = loop.call_later(SLOW, self._let_go, reading)

    async def _outcome(self, tokens: list[str]) -> Mapping[str, Found] | SessionsUnavailable:
        try:
            return await self._read(tokens)
        except SessionsUnavailable as error:
            return error
        except Exception as error:
            return SessionsUnavailable(f"The sessions cannot be read: {named(error)}.")

    def _ended(self, reading: _Reading, task: asyncio.Task[Mapping[str, Found] | SessionsUnavailable]) -> None:
        self._under_way.discard(reading)
        outcome = SessionsUnavailable("The lookup of the session was cancelled.") if task.cancelled() else task.result()
        for token, look in reading.looks.items():
            look.answer(outcome if isinstance(outcome, SessionsUnavailable) else outcome.get(token))
        self._let_go(reading)

    def _let_go(self, reading: _Reading) -> None:
        reading.slow.cancel()
        if self._latest is reading:
            self._latest = None
        self._begin()

    def _leave(self, token: str, look: _Look, waiter: asyncio.Future[SessionRecord | None]) -> None:
        if waiter not in look.waiters:
            return  # it was told
        look.waiters.remove(waiter)
        if look.waiters:
            return
        reading = look.reading
        if reading is None:
            del self._waiting[token]
            return
        reading.wanted -= 1
        if reading.wanted == 0:
            reading.task.cancel()
            self._let_go(reading)


def _give_up(waiter: asyncio.Future[SessionRecord | None]) -> None:
    if not waiter.done():
        waiter.set_exception(Late())
