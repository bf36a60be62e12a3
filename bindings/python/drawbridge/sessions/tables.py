"""Sessions in Better Auth's tables, by an asynchronous engine of SQLAlchemy."""

from __future__ import annotations

import asyncio
import time
from typing import NoReturn
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from drawbridge import _core
from drawbridge.sessions.source import SessionRecord, SessionSource, SessionsUnavailable, named

LONGEST_KNOWN = 60.0
"""Seconds. A column that a plugin adds, `banned` for example, counts from then on."""

_PRODUCTS = ("postgresql", "sqlite")
_TOKEN = "DRAWBRIDGE_TOKEN"  # where the statement has its parameter, until it is SQLAlchemy's


class Tables(SessionSource):
    """May be used in any number of event loops as long as the engine may."""

    def __init__(self, engine: AsyncEngine, where: tuple[str, str], connections: int) -> None:
        if not isinstance(engine, AsyncEngine):
            raise TypeError(
                f"sessions are read with an AsyncEngine, as create_async_engine() makes one, and this is a "
                f"{type(engine).__name__}"
            )
        self._product = engine.dialect.name
        if self._product not in _PRODUCTS:
            raise ValueError(f"sessions are read from PostgreSQL and SQLite, and this database is {self._product}")
        if connections < 1:
            raise ValueError(f"connections is {connections}: sessions are read with one or more")
        # One statement needs no transaction around it. On SQLite a SELECT begins none, and to come back from another
        # isolation level would undo what an app sets on its connections.
        is_postgres = self._product == "postgresql"
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT") if is_postgres else engine
        self._where = where
        self._connections = connections
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
        self._statement: TextClause | None = None
        self._known_until = 0.0

    async def find(self, token: str) -> SessionRecord | None:
        async with self._turn():
            was_known = self._known() is not None
            try:
                return await self._look(token)
            except DBAPIError as error:
                self._statement = None
                # A connection that has ended while it rested, or tables that have changed: once more, with new ones.
                if not (error.connection_invalidated or was_known):
                    _fail(named(error))
            except SessionsUnavailable:
                raise
            except Exception as error:
                _fail(named(error))
            try:
                return await self._look(token)
            except SessionsUnavailable:
                raise
            except Exception as error:
                self._statement = None
                _fail(named(error))

    def _turn(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        turn = self._turns.get(loop)
        if turn is None:
            turn = self._turns.setdefault(loop, asyncio.Semaphore(self._connections))
        return turn

    def _known(self) -> TextClause | None:
        return self._statement if time.monotonic() < self._known_until else None

    async def _look(self, token: str) -> SessionRecord | None:
        async with self._engine.connect() as connection:
            statement = self._known()
            if statement is None:
                statement = await self._learn(connection)
            row = (await connection.execute(statement, {"token": token})).first()
        return None if row is None else SessionRecord(row[0])

    async def _learn(self, connection: AsyncConnection) -> TextClause:
        written, obstacle = await connection.run_sync(self._written)
        if obstacle:
            _fail(obstacle)
        before, _, after = written.replace(":", r"\:").partition(_TOKEN)
        self._statement = statement = text(f"{before}:token{after}")
        self._known_until = time.monotonic() + LONGEST_KNOWN
        return statement

    def _written(self, connection: Connection) -> tuple[str, str]:
        def query(sql: str) -> list[list[str | None]]:
            rows = connection.execute(text(sql.replace(":", r"\:"))).all()  # none of them begins a parameter
            return [[None if value is None else str(value) for value in row] for row in rows]

        return _core.session_statement(self._product, query, self._where, _TOKEN)


def _fail(why: str) -> NoReturn:
    raise SessionsUnavailable(f"The sessions in the database cannot be read: {why}.") from None
