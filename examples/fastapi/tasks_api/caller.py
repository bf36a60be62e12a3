"""The client behind a request: whether it is still there, and what is kept for it until its answer is sent."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar

from starlette.types import Message, Receive


class Caller:
    """It looks whether the client is there when somebody wants to know, and no sooner: a task costs time."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._watching: asyncio.Task[None] | None = None
        self._act: Callable[[], None] | None = None
        self._kept: list[Callable[[], None]] = []
        self._first: Message | None = None
        self.is_gone = False

    async def receive(self) -> Message:
        """For the app: also what was received meanwhile."""
        first, self._first = self._first, None
        return await self._receive() if first is None else first

    def when_gone(self, act: Callable[[], None] | None) -> None:
        """Has it called, at once if the client has gone already. It takes the place of what was to be called before."""
        self._act = act
        if act is not None and self.is_gone:
            act()
        elif act is not None and self._watching is None:
            self._watching = asyncio.create_task(self._watch())

    def keep(self, release: Callable[[], None]) -> None:
        """Has it called when the answer is sent, or never will be."""
        self._kept.append(release)

    def leave(self) -> None:
        """The request is over."""
        self._act = None
        if self._watching is not None:
            self._watching.cancel()
        for release in self._kept:
            release()
        self._kept.clear()

    async def _watch(self) -> None:
        """What comes after the body is the end. A body that comes in parts is the app's to read."""
        while not self.is_gone:
            message = await self._receive()
            self.is_gone = message["type"] == "http.disconnect"
            if not self.is_gone:
                self._first = message
            if message.get("more_body"):
                return
        if self._act is not None:
            self._act()


current: ContextVar[Caller] = ContextVar("caller")
