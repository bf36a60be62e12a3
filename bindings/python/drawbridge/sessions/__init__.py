"""Sessions read where Better Auth keeps them, by the clients that the app has anyway::

    BetterAuth(credentials="token,session", sessions=sqlalchemy_sessions(engine))
    BetterAuth(credentials="token,session", sessions=redis_sessions(client))

Requests that wait together are read together. Each read begins after the requests that it is for, so that a sign-out, a
ban or another role counts at the next one. The secret of Better Auth is needed
(BETTER_AUTH_SECRET, or BETTER_AUTH_SECRETS): a cookie that it did not sign reaches no store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drawbridge.sessions.source import SessionRecord, SessionSource, SessionsUnavailable

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from drawbridge.sessions.secondary_storage import Client

__all__ = ["SessionRecord", "SessionSource", "SessionsUnavailable", "redis_sessions", "sqlalchemy_sessions"]

BETTER_AUTHS_PREFIX = "better-auth:"
"""That of `@better-auth/redis-storage`."""


def sqlalchemy_sessions(
    engine: AsyncEngine, *, schema: str | None = None, user_table: str | None = None, connections: int = 4
) -> SessionSource:
    """The sessions of the Better Auth whose tables are in this database, PostgreSQL or SQLite.

    `engine` is the app's own: it is used as it is and not closed. At most `connections` of its pool read sessions at a
    time, so that a crowd with cookies leaves some to the app. One statement reads sessions with their users. It is
    written for the tables that are there, whatever Drizzle or Prisma call them; they are looked at when the first
    session is read, at most once a minute from then on, and again when the statement fails. `schema` and `user_table`
    say where they are when it cannot be told. The role needs SELECT on `session` and `user`, and nothing else.

    TypeError for an engine that would block the event loop, ValueError for a database of another product.
    """
    from drawbridge.sessions.tables import Tables

    return Tables(engine, (schema or "", user_table or ""), connections)


def redis_sessions(
    client: Client, *, prefix: str = BETTER_AUTHS_PREFIX, database: AsyncEngine | SessionSource | None = None
) -> SessionSource:
    """The sessions of the Better Auth whose secondary storage is this Redis.

    `client` is the app's own `redis.asyncio.Redis`, whether or not it decodes responses: it is used as it is and not
    closed. `prefix` is what Better Auth was given, "" for none.

    What is not in Redis is no session. Where Better Auth keeps them in its database too and would look there itself
    (`storeSessionInDatabase` without `preserveSessionInDatabase`), give that as `database`: an engine, or
    `sqlalchemy_sessions(engine, …)`. Do not give it otherwise: rows that Better Auth itself no longer asks for would
    count until they end.

    TypeError for a client that would block the event loop.
    """
    from drawbridge.sessions.secondary_storage import SecondaryStorage

    rows = database if database is None or isinstance(database, SessionSource) else sqlalchemy_sessions(database)
    return SecondaryStorage(client, prefix, rows)
