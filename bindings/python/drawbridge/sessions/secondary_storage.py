"""Sessions in Better Auth's secondary storage, by an asynchronous client of Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from inspect import iscoroutinefunction
from typing import Any, Protocol

from drawbridge import _core
from drawbridge.sessions.look import find_until
from drawbridge.sessions.shared_reads import Found, SharedReads, SourceInTime
from drawbridge.sessions.source import SessionRecord, SessionSource, SessionsUnavailable, named

MOST_READS = 4
"""At a time, in one event loop."""

LARGEST = 1024 * 1024
"""Bytes of a record that counts. One more is read, which shows that there are more: a user's row may hold a picture."""

Value = bytes | SessionsUnavailable | None
"""Of one key: its text, why it cannot be read, or that there is none."""
Values = list[Value]


class Client(Protocol):
    """What is asked of `redis.asyncio.Redis`; of those that have them too, `getrange`, `mget` and `pipeline`, or a
    cluster's `mget_nonatomic` and `exists`."""

    def get(self, name: str, /) -> Awaitable[Any]: ...  # Any: bytes, or str where the client decodes, or None


class SecondaryStorage(SourceInTime):
    """May be used in any number of event loops as long as the client may."""

    def __init__(self, client: Client, prefix: str, database: SessionSource | None) -> None:
        asks = [getattr(client, name, None) for name in ("execute_command", "get")]
        if not any(iscoroutinefunction(ask) for ask in asks):
            raise TypeError(
                f"sessions are read with an asynchronous client, for example redis.asyncio.Redis, but this is a "
                f"{type(client).__module__}.{type(client).__name__}"
            )
        self._client: Any = client
        # A cluster refuses MGET of keys that are not on one of its servers.
        self._is_cluster = hasattr(client, "mget_nonatomic")
        self._many: Any = getattr(client, "mget_nonatomic", None) or getattr(client, "mget", None)
        self._counts = self._is_cluster or (self._many is not None and hasattr(client, "pipeline"))
        # Without it, a record is read in full, however large.
        self._getrange: Any = getattr(client, "getrange", None)
        self._prefix = prefix
        self._database = database
        self._reads = SharedReads(self._read, MOST_READS)

    async def find_until(self, token: str, until: float | None) -> SessionRecord | None:
        record = await self._reads.find(token, until)
        # Not in the read that others share: what Redis has needs no database.
        return record if record or self._database is None else await find_until(self._database, token, until)

    async def _read(self, tokens: Sequence[str]) -> dict[str, Found]:
        keys_of_records = [_core.session_key(self._prefix, token) for token in tokens]
        values = await self._records(keys_of_records)
        there = {token: value for token, value in zip(tokens, values, strict=True) if value}
        records = {token: value for token, value in there.items() if isinstance(value, bytes)}
        keys = {token: _core.revocation_key(self._prefix, record) for token, record in records.items()}
        of_users = sorted({key for key in keys.values() if key is not None})
        many = self._mget_all if self._counts else None
        revocations = dict(zip(of_users, await self._get(of_users, many, self._get_one), strict=True))
        found: dict[str, Found] = {}
        for token, record in there.items():
            if not isinstance(record, bytes):
                found[token] = record
                continue
            key = keys[token]
            found[token] = _record_with(record, None if key is None else revocations[key])
        return found

    async def _records(self, keys: list[str]) -> Values:
        if self._getrange is None:
            return await self._get(keys, self._mget if self._many else None, self._get_one)
        return await self._get(keys, self._beginnings, self._beginning)

    async def _beginning(self, key: str) -> Value:
        try:
            return _text(await self._getrange(key, 0, LARGEST)) or None  # "" where there is no such key
        except Exception as error:
            return _unavailable(named(error))

    async def _beginnings(self, keys: list[str]) -> Values:
        if not hasattr(self._client, "pipeline"):
            return await asyncio.gather(*map(self._beginning, keys))
        pipeline = self._client.pipeline() if self._is_cluster else self._client.pipeline(transaction=False)
        for key in keys:
            pipeline.getrange(key, 0, LARGEST)
        return [
            _unavailable(named(value)) if isinstance(value, Exception) else _text(value) or None
            for value in await pipeline.execute(raise_on_error=False)
        ]

    async def _get(
        self,
        keys: list[str],
        many: Callable[[list[str]], Awaitable[Values]] | None,
        one: Callable[[str], Awaitable[Value]],
    ) -> Values:
        if len(keys) > 1 and many is not None:
            try:
                return await many(keys)
            except UnicodeError:
                pass  # a client that decodes fails for all; whose text is not UTF-8, only each by itself tells
            except Exception as error:
                raise _unavailable(named(error)) from None
        return [await one(key) for key in keys]

    async def _get_one(self, key: str) -> Value:
        try:
            return _text(await self._client.get(key))
        except Exception as error:
            return _unavailable(named(error))

    async def _mget(self, keys: list[str]) -> Values:
        return [_text(value) for value in await self._many(keys)]

    async def _mget_all(self, keys: list[str]) -> Values:
        """An MGET has nothing for a key of another type than a text, as for a key that is not there. So the keys that
        are there are counted, in the same round trip but for a cluster."""
        if self._is_cluster:
            values, count = await self._many(keys), await self._client.exists(*keys)
        else:
            pipeline = self._client.pipeline(transaction=False)
            pipeline.mget(keys)
            pipeline.exists(*keys)
            values, count = await pipeline.execute(raise_on_error=False)
        if isinstance(values, Exception):
            raise values
        found = [_text(value) for value in values]
        if count == len(found) - found.count(None):
            return found
        return [await self._get_one(key) if value is None else value for key, value in zip(keys, found, strict=True)]


def _record_with(record: bytes, revocation: Value) -> Found:
    if revocation is None:
        return SessionRecord(record)
    if isinstance(revocation, SessionsUnavailable):
        return revocation
    revoked_before = _core.read_revocation(revocation)
    if revoked_before is None:
        return _unavailable("the time at which all the user's sessions ended is not a time")
    return SessionRecord(record, revoked_before)


def _text(value: Any) -> Value:
    if isinstance(value, str):
        return value.encode()
    if value is None or isinstance(value, bytes):
        return value
    return _unavailable(f"the client returned a {type(value).__name__} instead of a string")


def _unavailable(why: str) -> SessionsUnavailable:
    return SessionsUnavailable(f"The sessions in Redis cannot be read: {why}.")
