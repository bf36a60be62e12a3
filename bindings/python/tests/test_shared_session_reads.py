"""Requests share reads of sessions: few reads for many, and none that began before the request that it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import pytest
from stored_sessions import DictClient, new_token

from drawbridge.sessions import SessionRecord, SessionsUnavailable, redis_sessions, shared_reads
from drawbridge.sessions.shared_reads import Found, Late, SharedReads


class Store:
    """Of which each read stands still until it is let on."""

    def __init__(self, most_reads: int = 4) -> None:
        self.there: dict[str, Found] = {}
        self.begun: list[list[str]] = []
        self.go: list[asyncio.Event] = []
        self.cancelled: list[int] = []
        self.fails: dict[int, Exception] = {}
        self.reads = SharedReads(self._read, most_reads)

    async def _read(self, tokens: Sequence[str]) -> Mapping[str, Found]:
        number, found = len(self.begun), dict(self.there)  # as it is when the read begins
        self.begun.append(list(tokens))
        self.go.append(asyncio.Event())
        try:
            await self.go[number].wait()
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        if number in self.fails:
            raise self.fails[number]
        return found

    def ask(self, token: str, until: float | None = None) -> asyncio.Task[SessionRecord | None]:
        return asyncio.ensure_future(self.reads.find(token, until))

    async def have_begun(self, count: int) -> None:
        while len(self.begun) < count:
            await asyncio.sleep(0)


async def settled() -> None:
    """Whatever could go on without a read has done so."""
    for _ in range(20):
        await asyncio.sleep(0)


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(coroutine, 30))


@pytest.fixture(autouse=True)
def no_read_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_reads, "SLOW", 1000)


def test_fifty_at_once_are_two_reads_and_each_token_is_asked_for_once() -> None:
    async def body() -> None:
        store = Store()
        store.there = {f"t{number}": SessionRecord(f"{number}") for number in range(24)}
        asked = [store.ask(f"t{number % 25}") for number in range(50)]
        await store.have_begun(1)
        await settled()
        assert len(store.begun) == 1
        store.go[0].set()
        await store.have_begun(2)
        store.go[1].set()
        assert await asyncio.gather(*asked) == [store.there.get(f"t{number % 25}") for number in range(50)]
        assert sorted(store.begun[1]) == sorted(f"t{number}" for number in range(25))

    run(body())


def test_a_sign_out_counts_for_the_next_request_also_while_reads_are_under_way() -> None:
    async def body() -> None:
        store = Store()
        store.there = {"t": SessionRecord("signed in")}
        before = store.ask("t")
        await store.have_begun(1)
        del store.there["t"]
        after = store.ask("t")
        await settled()
        store.go[0].set()
        await store.have_begun(2)
        store.go[1].set()
        assert await before == SessionRecord("signed in")
        assert await after is None

    run(body())


def test_a_read_has_no_more_tokens_than_it_may_and_a_full_one_waits_for_none() -> None:
    async def body() -> None:
        store = Store(most_reads=2)
        asked = [store.ask(f"t{number}") for number in range(200)]
        await store.have_begun(2)
        await settled()
        assert [len(tokens) for tokens in store.begun] == [1, 64]
        for number in range(5):
            await store.have_begun(number + 1)
            store.go[number].set()
        assert await asyncio.gather(*asked) == [None] * 200
        assert [len(tokens) for tokens in store.begun] == [1, 64, 64, 64, 7]

    run(body())


def test_a_read_that_fails_is_unavailable_to_its_own_alone() -> None:
    async def body() -> None:
        store = Store()
        store.there = {"good": SessionRecord("good"), "bad": SessionsUnavailable("This one is bad.")}
        store.fails[0] = ValueError("of t")
        first = store.ask("t")
        await store.have_begun(1)
        others = [store.ask(token) for token in ("good", "bad", "bad", "none")]
        await settled()
        store.go[0].set()
        await store.have_begun(2)
        store.go[1].set()
        with pytest.raises(SessionsUnavailable, match=r"^The sessions cannot be read: ValueError\.$"):
            await first
        good, bad, same, none = await asyncio.gather(*others, return_exceptions=True)
        assert (good, none) == (SessionRecord("good"), None)
        assert [str(bad), str(same)] == ["This one is bad."] * 2
        assert bad is not same  # a traceback hangs on each

    run(body())


def test_who_leaves_harms_nobody_and_the_last_one_takes_the_read_along() -> None:
    async def body() -> None:
        store = Store(most_reads=1)
        held = store.ask("held")
        await store.have_begun(1)
        one, same, other, gone = (store.ask(token) for token in ("t", "t", "u", "gone"))
        await settled()
        gone.cancel()
        await settled()
        store.go[0].set()
        await store.have_begun(2)
        assert store.begun[1] == ["t", "u"]
        one.cancel()
        other.cancel()
        await settled()
        assert store.cancelled == []  # `same` waits
        store.go[1].set()
        assert (await held, await same) == (None, None)

        last = store.ask("t")
        await store.have_begun(3)
        last.cancel()
        await settled()
        assert store.cancelled == [2]
        at_once = store.ask("t")  # and left before its read could begin
        await asyncio.sleep(0)
        at_once.cancel()
        await settled()
        after = store.ask("t")
        number = len(store.begun)
        await store.have_begun(number + 1)
        store.go[number].set()
        assert await after is None

    run(body())


def test_a_slow_read_does_not_hold_up_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> None:
        store = Store(most_reads=2)
        slow = store.ask("slow")
        await store.have_begun(1)
        quick = store.ask("quick")
        await store.have_begun(2)  # without an end of the first one
        store.go[1].set()
        assert await quick is None
        assert not slow.done()
        slow.cancel()

    monkeypatch.setattr(shared_reads, "SLOW", 0)
    run(body())


def test_each_is_late_by_its_own_clock_and_gives_its_read_up() -> None:
    async def body() -> None:
        store = Store(most_reads=1)
        now = asyncio.get_running_loop().time()
        late = store.ask("t", now)
        waits = store.ask("u", now)
        patient = store.ask("v")
        for asked in (late, waits):
            with pytest.raises(Late):
                await asked
        await store.have_begun(2)
        assert (store.cancelled, store.begun[1]) == ([0], ["v"])
        store.go[1].set()
        assert await patient is None

    run(body())


def test_what_a_request_has_set_is_nothing_for_the_read() -> None:
    from contextvars import ContextVar

    of_request: ContextVar[str] = ContextVar("of_request", default="")
    seen: list[str] = []

    async def read(tokens: Sequence[str]) -> Mapping[str, Found]:
        seen.append(of_request.get())
        return {}

    async def body() -> None:
        of_request.set("Alice's")
        await SharedReads(read, 1).find("t", None)
        assert seen == [""]

    run(body())


class ManyClient(DictClient):
    def __init__(self) -> None:
        super().__init__()
        self.many: list[list[str]] = []

    async def mget(self, keys: list[str]) -> list[bytes | None]:
        self.many.append(keys)
        await asyncio.sleep(0)
        return [value.encode() if (value := self.values.get(key)) is not None else None for key in keys]

    def pipeline(self, *, transaction: bool) -> Pipeline:
        assert not transaction
        return Pipeline(self)


class Pipeline:
    """For what is asked of one: values, and how many keys are there."""

    def __init__(self, client: ManyClient) -> None:
        self.client = client
        self.keys: list[str] = []

    def mget(self, keys: list[str]) -> None:
        self.keys = keys

    def exists(self, *keys: str) -> None:
        assert list(keys) == self.keys

    async def execute(self, *, raise_on_error: bool) -> list[Any]:
        assert not raise_on_error
        values = await self.client.mget(self.keys)
        return [values, len(values) - values.count(None)]


def test_redis_gives_many_at_once_and_judges_revocations_apart() -> None:
    async def body() -> None:
        client, tokens = ManyClient(), [new_token() for _ in range(50)]
        for number, token in enumerate(tokens[:48]):
            of_user = f"u{number % 3}"
            client.add(token, {"id": of_user}, {"userId": of_user})
        client.values["better-auth:revoked-sessions-before-u1"] = "1893456000000"
        client.values["better-auth:revoked-sessions-before-u2"] = "soon"
        sessions = redis_sessions(client)
        found = await asyncio.gather(*map(sessions.find, tokens), return_exceptions=True)
        for number, each in enumerate(found[:48]):
            if number % 3 == 2:
                assert isinstance(each, SessionsUnavailable)
            else:
                assert isinstance(each, SessionRecord)
                assert each.revoked_before == (1893456000000 if number % 3 else None)
        assert found[48:] == [None, None]
        assert len(client.many) == 2  # beside the first one's own read
        assert len(client.asked) <= 2

    run(body())
