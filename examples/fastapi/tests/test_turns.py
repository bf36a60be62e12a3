"""How requests wait for the database, are stopped, and what is left when their clients go."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from drawbridge import AuthError
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect

from tasks_api import turns
from tasks_api.caller import Caller, current
from tasks_api.sqlite_database import SqliteDatabase
from tasks_api.statement_limit import StatementLimit
from tasks_api.turns import Turns
from tasks_api.work_queue import Limits

BOB, EVE = UUID(int=2), UUID(int=3)
ONE_EACH = Limits(running=2, costly=1, running_of_one=1, held_of_one=2)
FOR_EVER = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")


class Client:
    """What a server tells of a client who has sent a request without a body."""

    def __init__(self) -> None:
        self._left = asyncio.Event()
        self._messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive(self) -> dict[str, Any]:
        if self._messages:
            return self._messages.pop()
        await self._left.wait()
        return {"type": "http.disconnect"}

    def leave(self) -> None:
        self._left.set()


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 20))


async def turn(line: Turns, owner: UUID, client: Client, held: asyncio.Event, costly: bool = False) -> None:
    """A request that works until `held` is set, and whose answer is then sent."""
    caller = Caller(client.receive)
    current.set(caller)
    try:
        async with line.turn(owner, costly=costly):
            await held.wait()
    finally:
        caller.leave()


def test_a_users_second_search_waits_for_the_first_and_anothers_list_does_not() -> None:
    async def test() -> None:
        line, held, free = Turns(ONE_EACH), asyncio.Event(), asyncio.Event()
        free.set()
        first = asyncio.create_task(turn(line, EVE, Client(), held, costly=True))
        second = asyncio.create_task(turn(line, EVE, Client(), free, costly=True))
        await turn(line, BOB, Client(), free)
        assert not first.done()
        assert not second.done()
        held.set()
        await asyncio.gather(first, second)

    run(test)


def test_what_waits_too_long_is_refused_and_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.05)

    async def test() -> None:
        line, held = Turns(ONE_EACH), asyncio.Event()
        first = asyncio.create_task(turn(line, EVE, Client(), held))
        await asyncio.sleep(0)
        with pytest.raises(AuthError) as refused:
            await turn(line, EVE, Client(), held)
        assert (refused.value.code, refused.value.status) == ("store_unavailable", 503)
        held.set()
        await first
        assert not line._queue._users

    run(test)


def test_who_goes_while_waiting_gives_up_the_place() -> None:
    async def test() -> None:
        line, held, client = Turns(ONE_EACH), asyncio.Event(), Client()
        first = asyncio.create_task(turn(line, EVE, Client(), held))
        await asyncio.sleep(0)
        second = asyncio.create_task(turn(line, EVE, client, held))
        await asyncio.sleep(0)
        client.leave()
        with pytest.raises(ClientDisconnect):
            await second
        assert line._queue._waiting == 0
        held.set()
        await first

    run(test)


def test_a_request_that_is_cancelled_leaves_nothing_behind() -> None:
    async def test() -> None:
        line, held = Turns(ONE_EACH), asyncio.Event()
        first = asyncio.create_task(turn(line, EVE, Client(), held))
        second = asyncio.create_task(turn(line, EVE, Client(), held))
        await asyncio.sleep(0)
        for task in (second, first):
            task.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        assert not line._queue._users

    run(test)


def limit_reads(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(StatementLimit.__init__, "__defaults__", (seconds,))  # where LONGEST is by now


def read_for_ever(session: Session) -> Any:
    return session.scalar(FOR_EVER)


def read_at_once(session: Session) -> Any:
    return session.scalar(text("SELECT 1"))


def test_a_statement_that_takes_too_long_is_stopped_and_its_connection_is_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        database = SqliteDatabase(tmp_path / "a.db", readers=1)
        for _ in range(2):
            with monkeypatch.context() as limited, pytest.raises(AuthError) as stopped:
                limit_reads(limited, 0.1)
                await database.read(read_for_ever)
            assert (stopped.value.code, stopped.value.status) == ("statement_timeout", 503)
            assert await database.read(read_at_once) == 1

    run(test)


def test_what_is_read_after_the_time_is_over_is_stopped_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit_reads(monkeypatch, 0.05)

    def read_late(session: Session) -> Any:
        time.sleep(0.2)  # when nothing runs that could be interrupted
        return read_for_ever(session)

    async def test() -> None:
        with pytest.raises(AuthError) as stopped:
            await SqliteDatabase(tmp_path / "a.db", readers=1).read(read_late)
        assert stopped.value.code == "statement_timeout"

    run(test)


def test_a_statement_ends_with_its_client(tmp_path: Path) -> None:
    async def test() -> None:
        database, client = SqliteDatabase(tmp_path / "a.db", readers=1), Client()
        asyncio.get_running_loop().call_later(0.1, client.leave)
        with pytest.raises(ClientDisconnect):
            await database.read(read_for_ever, Caller(client.receive))
        assert await database.read(read_at_once) == 1

    run(test)


def test_what_writes_is_not_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, is_cancelled = threading.Event(), threading.Event()

    def make(session: Session) -> None:
        session.execute(text("CREATE TABLE made (a)"))
        begun.set()
        assert is_cancelled.wait(10)
        time.sleep(0.2)

    async def test() -> None:
        database = SqliteDatabase(tmp_path / "a.db", readers=1)
        with monkeypatch.context() as limited:
            limit_reads(limited, 0.05)
            writing = asyncio.create_task(database.write(make))
            assert await asyncio.to_thread(begun.wait, 10)
            writing.cancel()  # as when the server stops
            is_cancelled.set()
            with pytest.raises(asyncio.CancelledError):
                await writing
        assert await database.read(lambda session: session.scalar(text("SELECT count(*) FROM made"))) == 0

    run(test)


def test_a_caller_who_sends_what_nobody_asked_for_is_not_watched() -> None:
    async def test() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"x", "more_body": True}

        caller, gone = Caller(receive), []
        caller.when_gone(lambda: gone.append("gone"))
        await asyncio.sleep(0.01)
        assert not gone
        caller.leave()

    run(test)
