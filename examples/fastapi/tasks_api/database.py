"""The database that Better Auth and this API share: a file of SQLite, or PostgreSQL."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from drawbridge import AuthError, Identity
from sqlalchemy import Connection, ExceptionContext, Select, event, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from .letter_case import fold
from .models import Tag, Task, task_tags, users
from .settings import settings
from .statement_limit import LONGEST, bounded
from .times import UTC
from .turns import Turns
from .work_queue import Limits

POSTGRES_EPOCH, MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

# Connections. Whether the API is ready is read on one more, so that it is seen however much there is to do.
READERS, WRITERS = 4, 4
# One user's searches leave connections for others, and so does a user whose answers nobody fetches.
READS = Limits(running=READERS, costly=READERS - 1, running_of_one=READERS // 2, held_of_one=4)

USER_LOCK = int.from_bytes(b"drawuser", "big")  # as `drawbridge serve` has it

FORMS = "write sqlite:relative/path.db, sqlite:///absolute/path.db or postgresql://user:password@host:port/database"


def _pool(connections: int) -> dict[str, Any]:
    return {"pool_size": connections, "max_overflow": 0, "pool_timeout": 5, "hide_parameters": True}


def _sqlite(path: Path, connections: int) -> AsyncEngine:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", **_pool(connections))

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        connection.isolation_level = None  # transactions begin below, not where the driver guesses
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 5000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("letter_case_folded", 1, fold, deterministic=True)

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and then writes would fail when another wrote in between.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: str, connections: int, settings: dict[str, str]) -> AsyncEngine:
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

    pool = _pool(connections) | {"pool_pre_ping": True}
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, **pool)

    @event.listens_for(engine.sync_engine, "handle_error")
    def keep(context: ExceptionContext) -> None:
        # The driver has the server stop, and its connection is good afterwards.
        if isinstance(context.original_exception, asyncio.CancelledError):
            context.is_disconnect = False

    return engine


def make_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """What reads and what writes. Opens nothing yet. What users wrote is kept out of error texts, and so of logs.
    ValueError for any other URL."""
    if url.startswith(("postgresql://", "postgres://")):
        # The server keeps to the limit by itself, also when this process cannot.
        reading = _postgresql(url, READERS + 1, {"statement_timeout": f"{LONGEST * 1000:.0f}"})
        return reading.execution_options(isolation_level="REPEATABLE READ"), _postgresql(url, WRITERS, {})
    path = re.fullmatch(r"sqlite:(?://(?=/[^/])|(?!/))([^?#%]+)", url)
    if path is None:
        raise ValueError(f"DATABASE_URL is not one that can be used: {FORMS}")
    return _sqlite(Path(path[1]), READERS + 1), _sqlite(Path(path[1]), 1).execution_options(writes=True)


_reading, _writing = make_engines(settings.database_url)
is_sqlite = _reading.dialect.name == "sqlite"
_reads = Turns(READS)
# SQLite has one writer at a time.
_writers = 1 if is_sqlite else WRITERS
_writes = Turns(Limits(running=_writers, costly=_writers, running_of_one=max(1, _writers // 2), held_of_one=4))


def user_unknown() -> AuthError:
    return AuthError("user_unknown", "The user no longer exists.")


@asynccontextmanager
async def _session(on: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """One transaction, committed at the end of the block, before anybody is told that it is done."""
    try:
        async with AsyncSession(on, expire_on_commit=False) as session, session.begin():
            yield session
    except IntegrityError as error:
        # All else that a constraint would refuse has been refused before. The rows that are referred to are the user's,
        # who may be deleted at any time.
        if "foreign key" in str(error.orig).lower():
            raise user_unknown() from error
        raise AuthError("conflict", "You have another tag of that name.") from error
    except (DBAPIError, NoConnectionFree, asyncpg.PostgresError, asyncio.TimeoutError, OSError) as error:
        raise AuthError("store_unavailable", "The database cannot be used now; try again.", str(error)) from error


def _uuid(owner: Identity) -> UUID:
    assert owner.uuid is not None, "auth.py takes no token without one"
    return owner.uuid


@asynccontextmanager
async def read(owner: Identity, *, costly: bool = False) -> AsyncIterator[AsyncSession]:
    """All that is read there is of one moment, for this user. It is costly where no index leads to what is wanted."""
    async with (
        _reads.turn(_uuid(owner), costly=costly) as caller,
        _session(_reading) as session,
        bounded(session, caller if costly else None),
    ):
        yield session


@asynccontextmanager
async def write(owner: Identity) -> AsyncIterator[AsyncSession]:
    """The same to write for a user, who must still be there: a token outlives the account by some minutes."""
    async with _writes.turn(_uuid(owner)), _session(_writing) as session:
        if await session.scalar(select(users.c.uuid).where(users.c.uuid == owner.uuid)) is None:
            raise user_unknown()
        yield session


async def count(session: AsyncSession, rows: Select[Any]) -> int:
    return await session.scalar(select(func.count()).select_from(rows.subquery())) or 0


async def check_quota(session: AsyncSession, owner: Identity, table: type[Task] | type[Tag], quota: int) -> None:
    """Before one more is added in the same transaction. A quota of 0 is none."""
    if quota == 0:
        return
    if not is_sqlite:  # where nobody else could add one meanwhile
        key = func.hashtextextended(str(owner.uuid), USER_LOCK)
        await session.execute(select(func.pg_advisory_xact_lock(key)))
    if await count(session, select(table.id).where(table.user_id == owner.uuid).limit(quota)) == quota:
        name = table.__tablename__
        raise AuthError("quota_exceeded", f"You have {quota} {name}, and one user may have no more; delete some first.")


async def is_ready() -> bool:
    """Whether all tables are there and may be read."""
    try:
        async with _session(_reading) as session, bounded(session, None):
            for table in (users, Task.__table__, Tag.__table__, task_tags):
                await session.execute(select(table).limit(1))
    except AuthError:
        return False
    return True
