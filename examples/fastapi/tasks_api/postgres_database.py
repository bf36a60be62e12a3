"""PostgreSQL, by a driver that never blocks the event loop."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from .caller import Caller
from .models import OddRow
from .statement_limit import LONGEST, StatementLimit, too_long
from .times import UTC

POSTGRES_EPOCH, MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
QUERY_CANCELED = "57014"
POOLER_TIME = 0.5  # seconds more, in which the server's own limit is heard of
Result = TypeVar("Result")
Work = Callable[[Session], Result]


class Engines(NamedTuple):
    reading: AsyncEngine
    writing: AsyncEngine
    is_pooled: bool


class NeverCancels(asyncpg.Connection):  # type: ignore[misc]  # asyncpg says nothing of its types
    """Gives a statement up by closing the connection, whoever stops waiting for it: a timeout, a task that is
    cancelled, a close. asyncpg would send a request to cancel, which names the connection and not the statement.
    Behind a pooler it may come when that session of the server runs somebody else's."""

    def _cancel_current_command(self, *waiters: Any) -> None:
        asyncio.get_running_loop().call_soon(self.terminate)  # which ends the waiting; what calls it writes first


class PostgresDatabase:
    is_sqlite = False

    def __init__(self, url: str, readers: int, writers: int) -> None:
        """Opens nothing yet."""
        self.writers = writers
        self._url, self._readers = url, readers
        self._opening: asyncio.Future[Engines] | None = None

    async def _engines(self) -> Engines:
        """What stands between here and the server decides how they work, so one connection
        looks first; who comes meanwhile waits for it."""
        opening = self._opening = self._opening or asyncio.ensure_future(self._open())
        try:
            return await asyncio.shield(opening)
        except BaseException:
            if opening.done() and self._opening is opening:
                self._opening = None
            raise

    async def _open(self) -> Engines:
        pooled = await _is_pooled(self._url)
        # The server keeps to the limit by itself, also when this process cannot.
        limit = {"statement_timeout": f"{LONGEST * 1000:.0f}"}
        reading = make_engine(self._url, self._readers, pooled, {} if pooled else limit)
        if pooled:
            event.listen(reading.sync_engine, "begin", _limit_transaction)
        writing = make_engine(self._url, self.writers, pooled, {})
        return Engines(reading.execution_options(isolation_level="REPEATABLE READ"), writing, pooled)

    async def read(self, work: Work[Result], caller: Caller | None = None) -> Result:
        engines = await self._engines()
        async with AsyncSession(engines.reading, expire_on_commit=False) as session, session.begin():
            await session.connection()
            task: Any = asyncio.current_task()
            # Behind a pooler a statement that is given up costs the connection, and another client's session of the
            # server: it ends by the server's limit, whether or not the caller is there.
            pooled = engines.is_pooled
            limit = StatementLimit(lambda: task.cancel(), LONGEST + POOLER_TIME if pooled else LONGEST)
            try:
                with limit.holds(None if pooled else caller):
                    return await session.run_sync(work)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != QUERY_CANCELED:
                    raise
                raise (limit.reason or too_long()) from None
            except asyncio.CancelledError:
                if limit.reason is None:
                    raise
                # Python 3.10 does not count the requests to cancel a task.
                getattr(task, "uncancel", int)()
                raise limit.reason from None

    async def write(self, work: Work[Result]) -> Result:
        engines = await self._engines()
        async with AsyncSession(engines.writing, expire_on_commit=False) as session, session.begin():
            return await session.run_sync(work)


async def _is_pooled(url: str) -> bool:
    """Whether a pooler such as PgBouncer is in between, which may give each transaction another session of the server.
    It gives its clients a process number of its own."""
    connection = await asyncpg.connect(
        url, timeout=5, command_timeout=10, statement_cache_size=0, connection_class=NeverCancels
    )
    try:
        return bool(await connection.fetchval("SELECT pg_backend_pid()") != connection.get_server_pid())
    finally:
        await connection.close(timeout=5)


def _time(parts: tuple[int]) -> datetime:
    try:
        return POSTGRES_EPOCH + parts[0] * MICROSECOND
    except OverflowError:  # of infinity too
        raise OddRow("a time is outside the years 1 to 9999") from None


def _limit_transaction(connection: Connection) -> None:
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {LONGEST * 1000:.0f}")


def make_engine(url: str, connections: int, pooled: bool, settings: dict[str, str]) -> AsyncEngine:
    # A statement that is prepared stays with its session. One without a name is planned each time.
    prepared: dict[str, Any] = (
        {"prepared_statement_cache_size": 0, "prepared_statement_name_func": str} if pooled else {}
    )

    async def connect() -> asyncpg.Connection:
        # The driver reads what libpq reads in a URL; SQLAlchemy would need it spelt differently.
        behind: dict[str, Any] = {"statement_cache_size": 0, "connection_class": NeverCancels} if pooled else {}
        connection = await asyncpg.connect(url, timeout=5, command_timeout=10, server_settings=settings, **behind)
        # By itself it writes the first moment of the year 1 as -infinity.
        await connection.set_type_codec(
            "timestamptz",
            schema="pg_catalog",
            format="tuple",
            encoder=lambda time: ((time - POSTGRES_EPOCH) // MICROSECOND,),
            decoder=_time,
        )
        return connection

    pool: dict[str, Any] = {"pool_size": connections, "max_overflow": 0, "pool_timeout": 5, "pool_pre_ping": True}
    # A read that is cancelled takes its connection along. The driver may have begun a transaction without knowing, and
    # the next read would see the rows as they were then.
    connecting = {"async_creator_fn": connect} | prepared
    return create_async_engine("postgresql+asyncpg://", connect_args=connecting, hide_parameters=True, **pool)
