"""Sessions read by the app's own clients: one judgement wherever they are, and no outage that reads as a sign-out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from key_server import KeyServer
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from stored_sessions import (
    ALICE,
    FUTURE,
    PAST,
    SECRET,
    DictClient,
    OwnStore,
    Rows,
    by_cookie,
    code_of,
    cookie_of,
    finds_nothing,
    new_token,
    verifier_of,
)

from drawbridge import IdentityRecord, Verifier
from drawbridge.sessions import (
    SessionSource,
    redis_sessions,
    sqlalchemy_sessions,
)
from drawbridge.testing import Issuer

REVOKED = "better-auth:revoked-sessions-before-u1"


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    return Rows(tmp_path)


class Store(NamedTuple):
    sessions: SessionSource
    add: Callable[[str, dict[str, Any], dict[str, Any]], None]


PLACES = ("tables", "redis", "redis that decodes", "redis, then tables")


@asynccontextmanager
async def store_of(place: str, rows: Rows) -> AsyncIterator[Store]:
    client = DictClient(decodes=place == "redis that decodes")
    engine = create_async_engine(rows.url)
    try:
        if place == "tables":
            yield Store(sqlalchemy_sessions(engine), rows.add)
        elif place == "redis, then tables":
            yield Store(redis_sessions(client, database=engine), rows.add)
        else:
            yield Store(redis_sessions(client), client.add)
    finally:
        await engine.dispose()


# ---- who is signed in, and what ends it ----------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
def test_the_identity_is_the_one_of_a_token(place: str, rows: Rows, issuer: Issuer, keys: KeyServer) -> None:
    async def run() -> None:
        async with store_of(place, rows) as store:
            token = new_token()
            store.add(token, {"role": "admin,editor"}, {})
            with verifier_of(store.sessions, issuer, keys) as verifier:
                found = await verifier.authenticate_request_async(by_cookie(token), method="GET")
                signed = await verifier.verify_async(
                    issuer.token(
                        ALICE,
                        sub="u1",
                        sid="s1",
                        name="Alice",
                        email="alice@example.com",
                        email_verified=True,
                        role="admin,editor",
                    )
                )
        own = ("credential", "issued_at", "expires_at")
        by_session, by_token = (IdentityRecord.of(identity).to_dict() for identity in (found, signed))
        assert {name: value for name, value in by_session.items() if name not in own} == {
            name: value for name, value in by_token.items() if name not in own
        }
        assert (found.credential, found.roles, str(found.uuid)) == ("session", ("admin", "editor"), ALICE)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("name", "user", "session", "code"),
    [
        ("as it was made", {}, {}, "good"),
        ("over", {}, {"expiresAt": PAST}, "session_unknown"),
        ("of a banned user", {"banned": True}, {}, "session_unknown"),
        ("of one banned for a time", {"banned": True, "banExpires": FUTURE}, {}, "session_unknown"),
        ("of one whose ban is over", {"banned": True, "banExpires": PAST}, {}, "good"),
        ("whose end cannot be read", {}, {"expiresAt": "soon"}, "503 session_unavailable"),
        ("of a user whose uuid no token could carry", {"uuid": "none"}, {}, "503 session_unavailable"),
    ],
)
@pytest.mark.parametrize("place", PLACES)
def test_what_a_session_is_worth(
    place: str,
    name: str,
    user: dict[str, Any],
    session: dict[str, Any],
    code: str,
    rows: Rows,
    issuer: Issuer,
    keys: KeyServer,
) -> None:
    async def run() -> None:
        async with store_of(place, rows) as store:
            token = new_token()
            store.add(token, user, session)
            with verifier_of(store.sessions, issuer, keys) as verifier:
                assert await code_of(verifier.authenticate_request_async(by_cookie(token), method="GET")) == code
                unknown = verifier.authenticate_request_async(by_cookie(new_token()), method="GET")
                assert await code_of(unknown) == "session_unknown"

    asyncio.run(run())


@pytest.mark.parametrize(("bytes_of_name", "shown"), [(4096, True), (4097, False), (3_000_000, False)])
def test_a_huge_name_is_not_read(bytes_of_name: int, shown: bool, rows: Rows, issuer: Issuer, keys: KeyServer) -> None:
    """Users write it themselves, and it decides nothing."""

    async def run() -> None:
        token, name = new_token(), "n" * bytes_of_name
        async with store_of("tables", rows) as store:
            store.add(token, {"name": name}, {})
            record = await store.sessions.find(token)
            assert record is not None
            assert len(record.json) < 8192
            with verifier_of(store.sessions, issuer, keys) as verifier:
                found = await verifier.authenticate_request_async(by_cookie(token), method="GET")
        assert found.name == (name if shown else None)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("after it was made", "1893456000000", "session_unknown"),
        ("before it was made", "1577836800000", "good"),
        ("at no time", "soon", "503 session_unavailable"),
    ],
)
def test_all_sessions_were_ended(name: str, value: str, code: str, issuer: Issuer, keys: KeyServer) -> None:
    async def run() -> None:
        client, token = DictClient(), new_token()
        client.add(token, {}, {})
        client.values[REVOKED] = value
        with verifier_of(redis_sessions(client), issuer, keys) as verifier:
            assert await code_of(verifier.authenticate_request_async(by_cookie(token), method="GET")) == code

    asyncio.run(run())


def test_what_redis_has_is_the_answer_and_only_a_miss_asks_the_database(
    rows: Rows, issuer: Issuer, keys: KeyServer
) -> None:
    async def run() -> None:
        client, in_both, in_rows = DictClient(), new_token(), new_token()
        rows.add(in_both, {}, {})
        client.add(in_both, {}, {"expiresAt": PAST})
        rows.add(in_rows, {}, {"id": "s2"})
        engine = create_async_engine(rows.url)
        alone, with_rows = redis_sessions(client), redis_sessions(client, database=sqlalchemy_sessions(engine))
        for sessions, expected in ((alone, "session_unknown"), (with_rows, "good")):
            with verifier_of(sessions, issuer, keys) as verifier:
                over = verifier.authenticate_request_async(by_cookie(in_both), method="GET")
                assert await code_of(over) == "session_unknown"
                missed = verifier.authenticate_request_async(by_cookie(in_rows), method="GET")
                assert await code_of(missed) == expected
        await engine.dispose()

    asyncio.run(run())


def test_another_prefix_is_another_storage(issuer: Issuer, keys: KeyServer) -> None:
    async def run() -> None:
        client, token = DictClient(), new_token()
        client.add(token, {}, {})
        for prefix, key in (("", token), ("shop:", f"shop:{token}")):
            with verifier_of(redis_sessions(client, prefix=prefix), issuer, keys) as verifier:
                sent = verifier.authenticate_request_async(by_cookie(token), method="GET")
                assert await code_of(sent) == "session_unknown"
                assert client.asked == [key]
                client.asked.clear()

    asyncio.run(run())


# ---- what reaches no store -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "headers", "method", "code"),
    [
        ("signed by another", [(b"cookie", cookie_of("t" * 32, "another-secret").encode())], "GET", "session_unknown"),
        ("no session's", [(b"cookie", b"better-auth.session_token=x")], "GET", "credential_malformed"),
        ("twice", [*by_cookie("t" * 32), *by_cookie("t" * 32)], "GET", "credential_malformed"),
        ("of another page", by_cookie("t" * 32, origin="https://evil.example"), "POST", "origin_not_allowed"),
        ("of no page", by_cookie("t" * 32), "DELETE", "origin_not_allowed"),
        ("beside a bad token", by_cookie("t" * 32, authorization="Bearer x"), "GET", "token_malformed"),
        ("nothing", [], "GET", "token_missing"),
        ("one to look for", by_cookie("t" * 32), "GET", "session_unknown"),
    ],
)
def test_a_cookie_that_does_not_count_reaches_no_store(
    name: str, headers: list[tuple[bytes, bytes]], method: str, code: str, issuer: Issuer, keys: KeyServer
) -> None:
    store = OwnStore(finds_nothing)
    with verifier_of(store, issuer, keys) as verifier:
        assert asyncio.run(code_of(verifier.authenticate_request_async(headers, method=method))) == code
    assert store.asked == (["t" * 32] if name == "one to look for" else [])


# ---- what cannot work ----------------------------------------------------------------------------------


def of_another_product() -> AsyncEngine:
    engine = create_async_engine("sqlite+aiosqlite://")
    engine.dialect.name = "mysql"
    return engine


class SyncClient:
    def get(self, name: str) -> bytes | None:
        raise AssertionError(name)


FAULTS: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "an engine that blocks": (
        lambda: sqlalchemy_sessions(create_engine("sqlite://")),  # type: ignore[arg-type]
        TypeError,
        "sessions are read with an AsyncEngine, from create_async_engine(), but this is a Engine",
    ),
    "a client that blocks": (
        lambda: redis_sessions(SyncClient()),  # type: ignore[arg-type]
        TypeError,
        "sessions are read with an asynchronous client, for example redis.asyncio.Redis, but this is a "
        "test_stored_sessions.SyncClient",
    ),
    "another product": (
        lambda: sqlalchemy_sessions(of_another_product()),
        ValueError,
        "sessions are read from PostgreSQL and SQLite, but this database is mysql",
    ),
    "no connection": (
        lambda: sqlalchemy_sessions(create_async_engine("sqlite+aiosqlite://"), connections=0),
        ValueError,
        "connections is 0: give 1 or more",
    ),
    "no secret": (
        lambda: Verifier("http://localhost:3000", credentials="session", sessions=OwnStore(finds_nothing)),
        ValueError,
        "BETTER_AUTH_SECRET is not set, but sessions are read from storage: give Better Auth's secret, which "
        "exposes forged session cookies",
    ),
    "no source": (
        lambda: Verifier("http://localhost:3000", credentials="session", secret=SECRET, sessions=DictClient()),  # type: ignore[arg-type]
        TypeError,
        "sessions is a DictClient: give what sqlalchemy_sessions() or redis_sessions() of drawbridge.sessions returns, "
        'or "issuer" or "cookie"',
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_work_is_said_at_the_start(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BETTER_AUTH_SECRET", raising=False)
    make, kind, said = FAULTS[name]
    with pytest.raises(kind) as raised:
        make()
    assert str(raised.value) == said


def test_a_call_that_blocks_is_refused_whatever_it_has(issuer: Issuer, keys: KeyServer) -> None:
    with verifier_of(OwnStore(finds_nothing), issuer, keys) as verifier:
        for headers in (by_cookie(new_token()), [(b"authorization", f"Bearer {issuer.token(ALICE)}".encode())]):
            with pytest.raises(RuntimeError, match=r"await authenticate_request_async\(\)"):
                verifier.authenticate_request(headers, method="GET")
        assert str(verifier.authenticate(f"Bearer {issuer.token(ALICE)}").uuid) == ALICE


def test_where_sessions_are_not_taken_none_are_read(issuer: Issuer, keys: KeyServer) -> None:
    store = OwnStore(finds_nothing)
    with Verifier(issuer.url, jwks_url=keys.url, credentials="token", sessions=store) as verifier:
        sent = verifier.authenticate_request_async(by_cookie(new_token()), method="GET")
        assert asyncio.run(code_of(sent)) == "token_missing"
    assert store.asked == []
