"""Sessions in Better Auth's secondary storage, by an asynchronous client of Redis."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from inspect import iscoroutinefunction
from typing import Any, Protocol

from drawbridge import _core
from drawbridge.sessions.look import find_until
from drawbridge.sessions.shared_reads import Found, SharedReads, SourceInTime
from drawbridge.sessions.source import SessionRecord, SessionSource, SessionsUnavailable, named

MOST_READS = 4
"""At a time, in one event loop."""


class Client(Protocol):
    """What is asked of `redis.asyncio.Redis`; of those that have it too, `mget` or a cluster's `mget_nonatomic`."""

    def get(self, name: str, /) -> Awaitable[Any]: ...  # Any: bytes, or str where the client decodes, or None


class SecondaryStorage(SourceInTime):
    """May be used in any number of event loops as long as the client may."""

    def __init__(self, client: Client, prefix: str, database: SessionSource | None) -> None:
        asks = [getattr(client, name, None) for name in ("execute_command", "get")]
        if not any(iscoroutinefunction(ask) for ask in asks):
            raise TypeError(
                f"sessions are read with an asynchronous client, redis.asyncio.Redis for example, and this is a "
                f"{type(client).__module__}.{type(client).__name__}"
            )
        self._client = client
        # A cluster refuses MGET of keys that are not on one of its servers.
        self._many = getattr(client, "mget_nonatomic", None) or getattr(client, "mget", None)
        self._prefix = prefix
        self._database = database
        self._reads = SharedReads(self._read, MOST_READS)

    async def find_until(self, token: str, until: float | None) -> SessionRecord | None:
        record = await self._reads.find(token, until)
        # Not in the read that others share: what Redis has needs no database.
        return record if record or self._database is None else await find_until(self._database, token, until)

    async def _read(self, tokens: Sequence[str]) -> dict[str, Found]:
        values = await self._get([_core.session_key(self._prefix, token) for token in tokens])
        records = {token: value for token, value in zip(tokens, values, strict=True) if value}
        found: dict[str, Found] = {token: SessionRecord(record) for token, record in records.items()}
        keys = {token: _core.revocation_key(self._prefix, record) for token, record in records.items()}
        of_users = sorted({key for key in keys.values() if key is not None})
        revocations = dict(zip(of_users, await self._get(of_users), strict=True)) if of_users else {}
        for token, key in keys.items():
            revocation = None if key is None else revocations[key]
            if revocation is None:
                continue
            revoked_before = _core.read_revocation(revocation)
            if revoked_before is None:
                found[token] = _unavailable("when all sessions of the user were ended is no time")
            else:
                found[token] = SessionRecord(records[token], revoked_before)
        return found

    async def _get(self, keys: list[str]) -> list[bytes | None]:
        try:
            if len(keys) == 1 or self._many is None:
                values = [await self._client.get(key) for key in keys]
            else:
                values = await self._many(keys)
        except Exception as error:
            raise _unavailable(named(error)) from None
        return [_bytes(value) for value in values]


def _bytes(value: Any) -> bytes | None:
    if isinstance(value, str):
        return value.encode()
    if value is not None and not isinstance(value, bytes):
        raise _unavailable(f"the client gives a {type(value).__name__} for a text")
    return value


def _unavailable(why: str) -> SessionsUnavailable:
    return SessionsUnavailable(f"The sessions in Redis cannot be read: {why}.")
