"""Stores that cannot tell, and what a look does to the app's own engine: no outage reads as a sign-out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest
from key_server import KeyServer
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine
from stored_sessions import ALICE, OwnStore, Rows, by_cookie, code_of, new_token, verifier_of

from drawbridge import AuthError, Verifier
from drawbridge.sessions import SessionRecord, SessionsUnavailable, look, sqlalchemy_sessions, tables
from drawbridge.testing import Issuer


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    return Rows(tmp_path)


async def never(token: str) -> SessionRecord | None:
    await asyncio.Event().wait()
    return None


async def breaks(token: str) -> SessionRecord | None:
    raise ValueError(f"no luck with {token}")


async def says_why(token: str) -> SessionRecord | None:
    raise SessionsUnavailable("The disk is on fire.")


async def is_cancelled(token: str) -> SessionRecord | None:
    raise asyncio.CancelledError


async def gives_no_text(token: str) -> SessionRecord | None:
    return SessionRecord(json=7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("find", "hint"),
    [
        (never, "The session store did not answer within 0.05 seconds."),
        (breaks, "The sessions cannot be read: ValueError."),
        (says_why, "The disk is on fire."),
        (is_cancelled, "The lookup of the session was cancelled."),
        (gives_no_text, "The sessions cannot be read: AttributeError."),
    ],
)
def test_a_store_that_cannot_tell_is_503(
    find: Callable[[str], Coroutine[Any, Any, SessionRecord | None]],
    hint: str,
    issuer: Issuer,
    keys: KeyServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(look, "LONGEST_WAIT", 0.05)
    with verifier_of(OwnStore(find), issuer, keys) as verifier, pytest.raises(AuthError) as refused:
        asyncio.run(verifier.authenticate_request_async(by_cookie(new_token()), method="GET"))
    error = refused.value
    assert (error.code, error.status, error.hint, error.retry_after) == ("session_unavailable", 503, hint, 1)
    assert error.__context__ is None  # what a driver says may hold the token


def test_who_waits_is_told_after_two_seconds() -> None:
    assert look.LONGEST_WAIT == 2


def test_an_outage_is_logged_once_and_without_the_token(
    issuer: Issuer, keys: KeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "drawbridge")
    token = new_token()

    async def run(verifier: Verifier) -> None:
        for _ in range(3):
            sent = verifier.authenticate_request_async(by_cookie(token), method="GET")
            assert await code_of(sent) == "503 session_unavailable"
        while not said():
            await asyncio.sleep(0.01)

    def said() -> list[str]:
        return [record.getMessage() for record in caplog.records if "sessions" in record.getMessage()]

    with verifier_of(OwnStore(breaks), issuer, keys) as verifier:
        asyncio.run(asyncio.wait_for(run(verifier), 10))
    assert said() == ["The sessions cannot be read: ValueError."]


def test_a_cancelled_request_ends_what_it_reads(issuer: Issuer, keys: KeyServer) -> None:
    async def run() -> None:
        begun, ended = asyncio.Event(), asyncio.Event()

        async def waits(token: str) -> SessionRecord | None:
            begun.set()
            try:
                return await never(token)
            finally:
                ended.set()

        with verifier_of(OwnStore(waits), issuer, keys) as verifier:
            request = asyncio.ensure_future(verifier.authenticate_request_async(by_cookie(new_token()), method="GET"))
            await begun.wait()
            request.cancel()
            with pytest.raises(asyncio.CancelledError):
                await request
            await asyncio.wait_for(ended.wait(), 10)

    asyncio.run(run())


def test_a_verifier_that_closes_leaves_nobody_unanswered(issuer: Issuer, keys: KeyServer) -> None:
    async def run() -> None:
        begun, goes_on = asyncio.Event(), asyncio.Event()

        async def waits(token: str) -> SessionRecord | None:
            begun.set()
            await goes_on.wait()
            return None

        with verifier_of(OwnStore(waits), issuer, keys) as verifier:
            request = asyncio.create_task(verifier.authenticate_request_async(by_cookie(new_token()), method="GET"))
            await begun.wait()
        goes_on.set()
        assert await code_of(request) == "session_unknown"  # what it has begun it ends

    asyncio.run(run())


# ---- the app's own engine ------------------------------------------------------------------------------


class FaultOfDriver(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("fault", "reads"),
    [
        (DBAPIError("", {}, FaultOfDriver("57014")), 1),  # statement_timeout
        (DBAPIError("", {}, TimeoutError()), 1),
        (PoolTimeout(), 1),
        (DBAPIError("", {}, FaultOfDriver("42703")), 2),  # a column that is no longer there
        (DBAPIError("", {}, FaultOfDriver("57P01"), connection_invalidated=True), 2),
    ],
    ids=["statement_timeout", "the driver's time", "the pool's time", "tables that changed", "a cut connection"],
)
def test_what_took_too_long_is_not_read_twice(
    fault: Exception, reads: int, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        engine = create_async_engine(rows.url)
        sessions = sqlalchemy_sessions(engine)
        assert await sessions.find(new_token()) is None  # from now on the statement is known
        asked: list[Sequence[str]] = []

        async def look(self: tables.Tables, tokens: Sequence[str]) -> dict[str, SessionRecord]:
            asked.append(tokens)
            raise fault

        monkeypatch.setattr(tables.Tables, "_look", look)
        with pytest.raises(SessionsUnavailable):
            await sessions.find(new_token())
        assert len(asked) == reads
        await engine.dispose()

    asyncio.run(run())


def test_an_exhausted_pool_is_503_and_tokens_are_served(
    rows: Rows, issuer: Issuer, keys: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "LONGEST_WAIT", 0.05)

    async def run() -> None:
        token = new_token()
        rows.add(token, {}, {})
        engine = create_async_engine(rows.url, pool_size=1, max_overflow=0)
        with verifier_of(sqlalchemy_sessions(engine), issuer, keys) as verifier:
            async with engine.connect():
                sent = verifier.authenticate_request_async(by_cookie(token), method="GET")
                signed = verifier.verify_async(issuer.token(ALICE))
                assert await asyncio.gather(code_of(sent), code_of(signed)) == ["503 session_unavailable", "good"]
            monkeypatch.setattr(look, "LONGEST_WAIT", 10)
            assert await code_of(verifier.authenticate_request_async(by_cookie(token), method="GET")) == "good"
        assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # of a pool that counts
        await engine.dispose()

    asyncio.run(run())


def test_sessions_leave_connections_to_the_app(rows: Rows, issuer: Issuer, keys: KeyServer) -> None:
    async def run() -> None:
        token = new_token()
        rows.add(token, {}, {})
        engine = create_async_engine(rows.url, pool_size=10)
        most = 0

        @event.listens_for(engine.sync_engine, "checkout")
        def count(*_: object) -> None:
            nonlocal most
            most = max(most, engine.pool.checkedout())  # type: ignore[attr-defined]

        with verifier_of(sqlalchemy_sessions(engine, connections=2), issuer, keys) as verifier:
            tokens = [token, *(new_token() for _ in range(9))]
            sent = [verifier.authenticate_request_async(by_cookie(each), method="GET") for each in tokens]
            assert await asyncio.gather(*map(code_of, sent)) == ["good", *["session_unknown"] * 9]
        assert most == 2
        await engine.dispose()

    asyncio.run(run())


def test_the_statement_follows_the_tables(
    rows: Rows, issuer: Issuer, keys: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        token = new_token()
        rows.add(token, {}, {})
        engine = create_async_engine(rows.url)

        with verifier_of(sqlalchemy_sessions(engine), issuer, keys) as verifier:

            async def says() -> str:
                return await code_of(verifier.authenticate_request_async(by_cookie(token), method="GET"))

            assert await says() == "good"
            rows.execute('alter table "session" rename column "expiresAt" to "expires_at"')
            assert await says() == "good"  # it failed, and was written again
            rows.execute('alter table "session" rename column "token" to "former"')
            assert await says() == "503 session_unavailable"
            rows.execute('alter table "session" rename column "former" to "token"')
            assert await says() == "good"
            rows.execute('alter table "user" drop column "banned"')
            assert await says() == "good"
            rows.execute('alter table "user" add column "banned" integer')
            rows.execute('update "user" set "banned" = 1')
            assert await says() == "good"  # known for a minute
            monkeypatch.setattr(tables, "LONGEST_KNOWN", 0)
            verifier._sessions._known_until = 0  # type: ignore[union-attr]
            assert await says() == "session_unknown"
        await engine.dispose()

    asyncio.run(run())


def test_a_database_without_better_auths_tables_says_so(tmp_path: Path, issuer: Issuer, keys: KeyServer) -> None:
    async def run() -> str:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/empty.db")
        with verifier_of(sqlalchemy_sessions(engine), issuer, keys) as verifier, pytest.raises(AuthError) as refused:
            await verifier.authenticate_request_async(by_cookie(new_token()), method="GET")
        await engine.dispose()
        return f"{refused.value.code}: {refused.value.hint}"

    said = asyncio.run(run())
    assert said.startswith("session_unavailable: The sessions in the database cannot be read: Better Auth's table")
