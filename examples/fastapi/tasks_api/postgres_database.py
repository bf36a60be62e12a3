"""PostgreSQL, by a driver that never blocks the event loop."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from .caller import Caller
from .statement_limit import LONGEST, StatementLimit, too_long
from .times import UTC

POSTGRES_EPOCH, MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
QUERY_CANCELED = "57014"
Result = TypeVar("Result")
Work = Callable[[Session], Result]


class PostgresDatabase:
    is_sqlite = False

    def __init__(self, url: str, readers: int, writers: int) -> None:
        """Opens nothing yet."""
        self.writers = writers
        # The server keeps to the limit by itself, also when this process cannot.
        limit = {"statement_timeout": f"{LONGEST * 1000:.0f}"}
        self._reading = _open(url, readers, limit).execution_options(isolation_level="REPEATABLE READ")
        self._writing = _open(url, writers, {})

    async def read(self, work: Work[Result], caller: Caller | None = None) -> Result:
        async with AsyncSession(self._reading, expire_on_commit=False) as session, session.begin():
            await session.connection()
            task: Any = asyncio.current_task()
            limit = StatementLimit(lambda: task.cancel())
            try:
                with limit.holds(caller):
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
        async with AsyncSession(self._writing, expire_on_commit=False) as session, session.begin():
            return await session.run_sync(work)


def _open(url: str, connections: int, settings: dict[str, str]) -> AsyncEngine:
    async def connect() -> asyncpg.Connection:
        # The driver reads what libpq reads in a URL; SQLAlchemy would need it spelt differently.
        connection = await asyncpg.connect(url, timeout=5, command_timeout=10, server_settings=settings)
        # By itself it writes the first moment of the year 1 as -infinity.
        await connection.set_type_codec(
            "timestamptz",
            schema="pg_catalog",
            format="tuple",
            encoder=lambda time: ((time - POSTGRES_EPOCH) // MICROSECOND,),
            decoder=lambda parts: POSTGRES_EPOCH + parts[0] * MICROSECOND,
        )
        return connection

    pool: dict[str, Any] = {"pool_size": connections, "max_overflow": 0, "pool_timeout": 5, "pool_pre_ping": True}
    # A read that is cancelled takes its connection along. The driver may have begun a transaction without knowing, and
    # the next read would see the rows as they were then.
    return create_async_engine("postgresql+asyncpg://", async_creator=connect, hide_parameters=True, **pool)
