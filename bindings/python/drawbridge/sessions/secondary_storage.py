"""Sessions in Better Auth's secondary storage, by an asynchronous client of Redis."""

from __future__ import annotations

from collections.abc import Awaitable
from inspect import iscoroutinefunction
from typing import Any, NoReturn, Protocol

from drawbridge import _core
from drawbridge.sessions.source import SessionRecord, SessionSource, SessionsUnavailable, named


class Client(Protocol):
    """What is asked of `redis.asyncio.Redis`. Others that have it do as well."""

    def get(self, name: str, /) -> Awaitable[Any]: ...  # Any: bytes, or str where the client decodes, or None


class SecondaryStorage(SessionSource):
    """May be used in any number of event loops as long as the client may."""

    def __init__(self, client: Client, prefix: str, database: SessionSource | None) -> None:
        asks = [getattr(client, name, None) for name in ("execute_command", "get")]
        if not any(iscoroutinefunction(ask) for ask in asks):
            raise TypeError(
                f"sessions are read with an asynchronous client, redis.asyncio.Redis for example, and this is a "
                f"{type(client).__module__}.{type(client).__name__}"
            )
        self._client = client
        self._prefix = prefix
        self._database = database

    async def find(self, token: str) -> SessionRecord | None:
        record = await self._get(_core.session_key(self._prefix, token))
        if not record:
            return None if self._database is None else await self._database.find(token)
        key = _core.revocation_key(self._prefix, record)
        revocation = None if key is None else await self._get(key)
        if revocation is None:
            return SessionRecord(record)
        revoked_before = _core.read_revocation(revocation)
        if revoked_before is None:
            _fail("when all sessions of the user were ended is no time")
        return SessionRecord(record, revoked_before)

    async def _get(self, key: str) -> bytes | None:
        try:
            value = await self._client.get(key)
        except Exception as error:
            _fail(named(error))
        if isinstance(value, str):
            return value.encode()
        if value is not None and not isinstance(value, bytes):
            _fail(f"the client gives a {type(value).__name__} for a text")
        return value


def _fail(why: str) -> NoReturn:
    raise SessionsUnavailable(f"The sessions in Redis cannot be read: {why}.") from None
