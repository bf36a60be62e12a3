"""Sessions in Better Auth's tables, by an asynchronous engine of SQLAlchemy."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from drawbridge import _core
from drawbridge.sessions.shared_reads import MOST_TOKENS, SharedReads, SourceInTime
from drawbridge.sessions.source import SessionRecord, SessionsUnavailable, named

LONGEST_KNOWN = 60.0
"""Seconds. A column that a plugin adds, `banned` for example, counts from then on."""

QUERY_CANCELED = "57014"
"""By `statement_timeout`, for example."""
TIMEOUTS = (TimeoutError, asyncio.TimeoutError, PoolTimeout)

# The core's statement, which is of one token, for those that are asked for; and how many of them may be. On SQLite a
# record that cannot be made JSON, as with a BLOB, fails the whole statement, so that each has one to itself.
_TOKEN = "asked.token"
_FOR_TOKENS = {
    "postgresql": "SELECT asked.token, found.json FROM unnest(CAST({} AS text[])) AS asked(token)"
    " CROSS JOIN LATERAL ({}) AS found(json)",
    "sqlite": "SELECT asked.token, ({1}) FROM (SELECT {0} AS token) AS asked",
}
_MOST_TOKENS = {"postgresql": MOST_TOKENS, "sqlite": 1}


class _Statement(NamedTuple):
    clause: TextClause
    of_asyncpg: str


class Tables(SourceInTime):
    """May be used in any number of event loops as long as the engine may."""

    def __init__(self, engine: AsyncEngine, where: tuple[str, str], connections: int) -> None:
        if not isinstance(engine, AsyncEngine):
            raise TypeError(
                f"sessions are read with an AsyncEngine, from create_async_engine(), but this is a "
                f"{type(engine).__name__}"
            )
        self._product = engine.dialect.name
        if self._product not in _FOR_TOKENS:
            raise ValueError(f"sessions are read from PostgreSQL and SQLite, but this database is {self._product}")
        if connections < 1:
            raise ValueError(f"connections is {connections}: give 1 or more")
        self._engine = engine
        # One statement needs no transaction around it. On SQLite a SELECT begins none, and to come back from another
        # isolation level would undo what an app sets on its connections.
        is_postgres = self._product == "postgresql"
        self._in_no_transaction = engine.execution_options(isolation_level="AUTOCOMMIT") if is_postgres else engine
        self._is_asyncpg = is_postgres and engine.dialect.driver == "asyncpg"
        self._where = where
        self._reads = SharedReads(self._read, connections, _MOST_TOKENS[self._product])
        self._statement: _Statement | None = None
        self._known_until = 0.0

    async def find_until(self, token: str, until: float | None) -> SessionRecord | None:
        return await self._reads.find(token, until)

    async def _read(self, tokens: Sequence[str]) -> dict[str, SessionRecord]:
        statement = self._known()
        if statement is not None and self._is_asyncpg:
            try:
                return await self._look_by_asyncpg(statement, tokens)
            except Exception as error:
                if _took_too_long(error):
                    _fail(named(error))
                # What else it is the other way tells, which knows connections that have ended and tables that changed.
        try:
            return await self._look(tokens)
        except DBAPIError as error:
            self._statement = None
            if _took_too_long(error):
                _fail(named(error))
            # A connection that has ended while it rested, or tables that have changed: once more, with new ones.
            if not (error.connection_invalidated or statement is not None):
                _fail(named(error))
        except SessionsUnavailable:
            raise
        except Exception as error:
            _fail(named(error))
        try:
            return await self._look(tokens)
        except SessionsUnavailable:
            raise
        except Exception as error:
            self._statement = None
            _fail(named(error))

    def _known(self) -> _Statement | None:
        return self._statement if time.monotonic() < self._known_until else None

    async def _look_by_asyncpg(self, statement: _Statement, tokens: Sequence[str]) -> dict[str, SessionRecord]:
        """On a connection of the pool, but by the driver itself: SQLAlchemy takes thrice as long."""
        async with self._engine.connect() as connection:
            try:
                driver: Any = (await connection.get_raw_connection()).driver_connection  # Any: asyncpg has no types
                rows = await driver.fetch(statement.of_asyncpg, tokens)
            except BaseException:  # a cancelled one too: its query has to end
                await connection.invalidate()
                raise
        return _records(rows)

    async def _look(self, tokens: Sequence[str]) -> dict[str, SessionRecord]:
        async with self._in_no_transaction.connect() as connection:
            statement = self._known()
            if statement is None:
                statement = await self._learn(connection)
            asked = tokens if self._product == "postgresql" else tokens[0]
            return _records((await connection.execute(statement.clause, {"asked": asked})).all())

    async def _learn(self, connection: AsyncConnection) -> _Statement:
        written, obstacle = await connection.run_sync(self._written)
        if obstacle:
            _fail(obstacle)
        form = _FOR_TOKENS[self._product]
        clause = text(form.format(":asked", written.replace(":", r"\:")))
        self._statement = statement = _Statement(clause, form.format("$1", written))
        self._known_until = time.monotonic() + LONGEST_KNOWN
        return statement

    def _written(self, connection: Connection) -> tuple[str, str]:
        def query(sql: str) -> list[list[str | None]]:
            rows = connection.execute(text(sql.replace(":", r"\:"))).all()  # none of them begins a parameter
            return [[None if value is None else str(value) for value in row] for row in rows]

        return _core.session_statement(self._product, query, self._where, _TOKEN)


def _took_too_long(error: BaseException | None) -> bool:
    """By any clock. It would again, and the others wait meanwhile."""
    while error is not None:
        if isinstance(error, TIMEOUTS) or getattr(error, "sqlstate", None) == QUERY_CANCELED:
            return True
        cause = getattr(error, "orig", None) or error.__cause__
        error = cause if isinstance(cause, BaseException) else None
    return False


def _records(rows: Iterable[Sequence[Any]]) -> dict[str, SessionRecord]:
    return {token: SessionRecord(json) for token, json in rows if json is not None}


def _fail(why: str) -> NoReturn:
    raise SessionsUnavailable(f"The sessions in the database cannot be read: {why}.") from None
