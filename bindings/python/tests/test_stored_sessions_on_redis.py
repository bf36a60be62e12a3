"""Sessions in a real Redis that many requests read at once: what is wrong about one user's keys is nobody else's."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from key_server import KeyServer
from redis.asyncio import Redis, RedisCluster
from stored_sessions import by_cookie, code_of, new_token, session_of, user_of, verifier_of

from drawbridge.sessions import SessionRecord, SessionsUnavailable, redis_sessions
from drawbridge.testing import Issuer

SCRIPT = Path(__file__).resolve().parents[3] / "tests/support/private_redis"

pytestmark = pytest.mark.repository

Spoil = Callable[[Any, str, str], Awaitable[None]]

USERS = 8
BAD = 3
"""The user whose keys are not what they should be."""
KEY = "better-auth:{}"
REVOKED = "better-auth:revoked-sessions-before-{}"


@contextmanager
def private_redis(*settings: str) -> Iterator[int]:
    """Its port."""
    with subprocess.Popen([SCRIPT, *settings], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin
        assert server.stdout
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()
            server.wait()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with private_redis("--user", "reader", "on", ">r", "~better-auth:*", "+getrange", "+get", "+mget") as port:
        yield port


async def nothing_wrong(redis: Any, token: str, user: str) -> None:
    pass


async def revoked(redis: Any, token: str, user: str) -> None:
    await redis.set(REVOKED.format(user), "1893456000000")


async def revocation_is_a_list(redis: Any, token: str, user: str) -> None:
    await redis.lpush(REVOKED.format(user), "1893456000000")


async def revocation_is_not_utf8(redis: Any, token: str, user: str) -> None:
    await redis.set(REVOKED.format(user), b"\xff\xfe")


async def record_is_not_utf8(redis: Any, token: str, user: str) -> None:
    await redis.set(KEY.format(token), b"\xff" + await redis.get(KEY.format(token)))


async def record_is_a_list(redis: Any, token: str, user: str) -> None:
    await redis.delete(KEY.format(token))
    await redis.lpush(KEY.format(token), "x")


def kind_of(found: SessionRecord | BaseException | None) -> str:
    if isinstance(found, SessionRecord):
        return "revoked" if found.revoked_before else "there"
    return "none" if found is None else "unavailable" if isinstance(found, SessionsUnavailable) else repr(found)


async def found_with(redis: Any, client: Any, spoil: Spoil) -> list[str]:
    """Of each user in turn what one look by all together finds, in reads that they share."""
    await redis.flushdb()
    tokens = [new_token() for _ in range(USERS)]
    for number, token in enumerate(tokens):
        record = {"session": session_of(token, {"userId": f"u{number}"}), "user": user_of({"id": f"u{number}"})}
        await redis.set(KEY.format(token), json.dumps(record))
    await spoil(redis, tokens[BAD], f"u{BAD}")
    found = await asyncio.gather(*map(redis_sessions(client).find, tokens), return_exceptions=True)
    return [kind_of(each) for each in found]


@pytest.mark.parametrize(
    ("spoil", "of_bytes", "of_text"),
    [
        (nothing_wrong, "there", "there"),
        (revoked, "revoked", "revoked"),
        (revocation_is_a_list, "unavailable", "unavailable"),
        (revocation_is_not_utf8, "unavailable", "unavailable"),
        # Whoever judges a record refuses what is not UTF-8.
        (record_is_not_utf8, "there", "unavailable"),
        (record_is_a_list, "unavailable", "unavailable"),
    ],
)
@pytest.mark.parametrize("decodes", [False, True], ids=["bytes", "text"])
@pytest.mark.parametrize("user", ["default", "reader"])
def test_only_the_owner_of_a_bad_key_is_refused(
    port: int,
    user: str,
    decodes: bool,
    spoil: Spoil,
    of_bytes: str,
    of_text: str,
) -> None:
    async def run() -> None:
        redis = Redis(port=port)
        who = {} if user == "default" else {"username": user, "password": "r"}
        client = Redis(port=port, decode_responses=decodes, **who)
        async with redis, client:
            kinds = await found_with(redis, client, spoil)
            expected = ["there"] * USERS
            expected[BAD] = of_text if decodes else of_bytes
            assert kinds == expected

    asyncio.run(run())


def test_good_sessions_cost_two_round_trips_a_read(port: int) -> None:
    async def run() -> None:
        async with Redis(port=port) as redis:
            await redis.config_resetstat()
            kinds = await found_with(redis, redis, revoked)
            assert kinds.count("there") == USERS - 1
            calls = {name: stats["calls"] for name, stats in (await redis.info("commandstats")).items()}
            # Records by one pipeline. The first look has a read of its own, which is of one key each.
            names = ("getrange", "mget", "exists", "get")
            assert [calls[f"cmdstat_{name}"] for name in names] == [USERS, 1, 1, 1]

    asyncio.run(run())


class OnlyGets:
    """A client of another kind, without what only redis.asyncio has."""

    def __init__(self, client: Any, *more: str) -> None:
        self._client = client
        for name in more:
            setattr(self, name, getattr(client, name))

    async def get(self, name: str, /) -> Any:
        return await self._client.get(name)


@pytest.mark.parametrize("more", [(), ("mget",), ("getrange",), ("getrange", "mget")], ids="+".join)
def test_a_client_of_another_kind(port: int, more: tuple[str, ...]) -> None:
    async def run() -> None:
        async with Redis(port=port) as redis:
            kinds = await found_with(redis, OnlyGets(redis, *more), revoked)
        assert kinds == ["there"] * BAD + ["revoked"] + ["there"] * (USERS - BAD - 1)

    asyncio.run(run())


@pytest.mark.parametrize("decodes", [False, True], ids=["bytes", "text"])
def test_of_a_record_that_does_not_fit_only_the_beginning_is_read(
    port: int, decodes: bool, issuer: Issuer, keys: KeyServer
) -> None:
    """A user whose row holds a picture takes no more of a read than anyone else in it."""
    largest = 1024 * 1024

    async def run() -> None:
        async with Redis(port=port) as redis, Redis(port=port, decode_responses=decodes) as client:
            await redis.flushdb()
            token = new_token()
            record = {"session": session_of(token, {}), "user": user_of({})}
            await redis.set(KEY.format(token), json.dumps(record))
            with verifier_of(redis_sessions(client), issuer, keys) as verifier:
                sent = verifier.authenticate_request_async(by_cookie(token), method="GET")
                assert await code_of(sent) == "good"
                await redis.setrange(KEY.format(token), 64 * largest, "}")
                before = (await redis.info("stats"))["total_net_output_bytes"]
                sent = verifier.authenticate_request_async(by_cookie(token), method="GET")
                assert await code_of(sent) == "503 session_unavailable"
                assert (await redis.info("stats"))["total_net_output_bytes"] - before < 2 * largest

    asyncio.run(run())


@pytest.mark.parametrize(
    ("spoil", "kind"), [(nothing_wrong, "there"), (revoked, "revoked"), (revocation_is_a_list, "unavailable")]
)
def test_a_cluster(tmp_path: Path, spoil: Spoil, kind: str) -> None:
    async def run(port: int) -> None:
        async with Redis(port=port) as redis:
            await redis.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
            while (await redis.execute_command("CLUSTER INFO"))["cluster_state"] != "ok":
                await asyncio.sleep(0.05)
            async with RedisCluster(host="127.0.0.1", port=port) as cluster:
                kinds = await found_with(redis, cluster, spoil)
        assert kinds == ["there"] * BAD + [kind] + ["there"] * (USERS - BAD - 1)

    settings = ["--cluster-enabled", "yes", "--cluster-config-file", str(tmp_path / "nodes.conf")]
    with private_redis(*settings) as port:
        asyncio.run(run(port))
