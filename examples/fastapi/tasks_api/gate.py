"""Keeps one sender's requests from being begun all at once: each costs the event loop time, whatever becomes of it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from drawbridge import AuthError
from starlette.requests import ClientDisconnect

from .caller import Caller
from .turns import LONGEST_WAIT, waited_too_long

MOST_WAITING = 256


@dataclass
class _Sender:
    begun: int = 0
    waiting: deque["asyncio.Future[None]"] = field(default_factory=deque)


class Gate:
    """A sender is who the `Authorization` header names, without proof: what others send in theirs holds up nobody else.
    A request whose client has gone before its turn is never begun."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._senders: dict[bytes, _Sender] = {}

    @asynccontextmanager
    async def passage(self, name: bytes, caller: Caller) -> AsyncIterator[None]:
        """The block is the request."""
        sender = self._senders.setdefault(name, _Sender())
        if sender.begun < self._at_once:
            sender.begun += 1
        elif len(sender.waiting) < MOST_WAITING:
            await self._wait(sender, caller)
        else:
            raise AuthError("rate_limited", retry_after=1)
        try:
            yield
        finally:
            self._end(name, sender)

    async def _wait(self, sender: _Sender, caller: Caller) -> None:
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        sender.waiting.append(turn)

        def give_up(error: Exception) -> None:
            if not turn.done():
                sender.waiting.remove(turn)
                turn.set_exception(error)

        too_long = loop.call_later(LONGEST_WAIT, give_up, waited_too_long())
        caller.when_gone(lambda: give_up(ClientDisconnect()))
        try:
            await turn
        finally:
            too_long.cancel()
            caller.when_gone(None)

    def _end(self, name: bytes, sender: _Sender) -> None:
        sender.begun -= 1
        while sender.waiting:
            turn = sender.waiting.popleft()
            if not turn.done():  # which a request that was cancelled is
                sender.begun += 1
                turn.set_result(None)
                return
        if not sender.begun:
            self._senders.pop(name, None)
