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
from redis.asyncio import Redis, RedisCluster
from stored_sessions import new_token, session_of, user_of

from drawbridge.sessions import SessionRecord, SessionsUnavailable, redis_sessions

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
    with private_redis("--user", "reader", "on", ">r", "~better-auth:*", "+get", "+mget") as port:
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
        (record_is_a_list, "none", "none"),
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
            # The first look has a read of its own, which is of one key each.
            assert (calls["cmdstat_mget"], calls["cmdstat_exists"], calls["cmdstat_get"]) == (2, 1, 2)

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
