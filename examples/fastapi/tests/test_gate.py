"""How many requests of one sender are begun, and what becomes of those whose clients go."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from drawbridge import AuthError
from starlette.requests import ClientDisconnect
from test_turns import Client

from tasks_api import gate as gates
from tasks_api.caller import Caller
from tasks_api.gate import Gate


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 20))


class Requests:
    """Of several senders, each held until it is let go."""

    def __init__(self, at_once: int = 2) -> None:
        self.gate = Gate(at_once)
        self.begun: list[str] = []
        self.over = asyncio.Event()

    async def send(self, sender: str, client: Client | None = None) -> None:
        caller = Caller((client or Client()).receive)
        try:
            async with self.gate.passage(sender.encode(), caller):
                self.begun.append(sender)
                await self.over.wait()
        finally:
            caller.leave()

    def all_of(self, senders: str) -> "list[asyncio.Task[None]]":
        return [asyncio.create_task(self.send(sender)) for sender in senders]


def test_a_few_of_each_sender_are_begun_and_then_the_rest() -> None:
    async def test() -> None:
        requests = Requests()
        tasks = requests.all_of("eeeeebbb")
        await asyncio.sleep(0)
        assert "".join(requests.begun) == "eebb"
        requests.over.set()
        await asyncio.gather(*tasks)
        assert sorted(requests.begun) == sorted("eeeeebbb")
        assert not requests.gate._senders

    run(test)


def test_whose_client_goes_first_is_never_begun() -> None:
    async def test() -> None:
        requests, client = Requests(), Client()
        tasks = requests.all_of("ee")
        await asyncio.sleep(0)
        waiting = asyncio.create_task(requests.send("e", client))
        await asyncio.sleep(0)
        client.leave()
        with pytest.raises(ClientDisconnect):
            await waiting
        requests.over.set()
        await asyncio.gather(*tasks)
        assert "".join(requests.begun) == "ee"
        assert not requests.gate._senders

    run(test)


def test_more_than_may_wait_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "MOST_WAITING", 3)

    async def test() -> None:
        requests = Requests()
        tasks = requests.all_of("eeeee")
        await asyncio.sleep(0)
        with pytest.raises(AuthError) as refused:
            await requests.send("e")
        assert (refused.value.code, refused.value.headers()["Retry-After"]) == ("rate_limited", "1")
        requests.over.set()
        await asyncio.gather(*tasks)

    run(test)


def test_what_waits_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "LONGEST_WAIT", 0.05)

    async def test() -> None:
        requests = Requests()
        tasks = requests.all_of("ee")
        await asyncio.sleep(0)
        with pytest.raises(AuthError) as refused:
            await requests.send("e")
        assert refused.value.code == "store_unavailable"
        requests.over.set()
        await asyncio.gather(*tasks)
        assert not requests.gate._senders

    run(test)


def test_one_that_is_cancelled_while_it_waits_takes_nobodys_place() -> None:
    async def test() -> None:
        requests = Requests()
        first, second, third, fourth = requests.all_of("eeee")
        await asyncio.sleep(0)
        third.cancel()
        requests.over.set()
        await asyncio.gather(first, second, third, fourth, return_exceptions=True)
        assert "".join(requests.begun) == "eee"
        assert not requests.gate._senders

    run(test)


def test_a_body_that_came_while_it_waited_is_the_apps_to_read() -> None:
    async def test() -> None:
        messages = [
            {"type": "http.request", "body": b"ab", "more_body": True},
            {"type": "http.request", "body": b"c", "more_body": False},
        ]

        async def receive() -> dict[str, Any]:
            return messages.pop(0)

        caller = Caller(receive)
        caller.when_gone(lambda: None)
        await asyncio.sleep(0.01)
        caller.when_gone(None)
        read = [await caller.receive(), await caller.receive()]
        assert [(message["body"], message["more_body"]) for message in read] == [(b"ab", True), (b"c", False)]
        caller.leave()

    run(test)
