"""The database that Better Auth and this API share: a file of SQLite, or PostgreSQL."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from drawbridge import AuthError, Identity
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from .letter_case import fold
from .models import Tag, Task, task_tags, users
from .settings import settings
from .times import UTC

POSTGRES_EPOCH, MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

FORMS = "write sqlite:relative/path.db, sqlite:///absolute/path.db or postgresql://user:password@host:port/database"


def _sqlite(path: Path) -> AsyncEngine:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_timeout=5, hide_parameters=True)

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


def _postgresql(url: str) -> AsyncEngine:
    async def connect() -> asyncpg.Connection:
        # The driver reads what libpq reads in a URL; SQLAlchemy would need it spelt differently.
        connection = await asyncpg.connect(url, timeout=5, command_timeout=10)
        # By itself it writes the first moment of the year 1 as -infinity.
        await connection.set_type_codec(
            "timestamptz",
            schema="pg_catalog",
            format="tuple",
            encoder=lambda time: ((time - POSTGRES_EPOCH) // MICROSECOND,),
            decoder=lambda parts: POSTGRES_EPOCH + parts[0] * MICROSECOND,
        )
        return connection

    return create_async_engine(
        "postgresql+asyncpg://", async_creator=connect, pool_pre_ping=True, pool_timeout=5, hide_parameters=True
    )


def make_engine(url: str) -> AsyncEngine:
    """Opens nothing yet. What users wrote is kept out of error texts, and so of logs. ValueError for any other URL."""
    if url.startswith(("postgresql://", "postgres://")):
        return _postgresql(url)
    path = re.fullmatch(r"sqlite:(?://(?=/[^/])|(?!/))([^?#%]+)", url)
    if path is None:
        raise ValueError(f"DATABASE_URL is not one that can be used: {FORMS}")
    return _sqlite(Path(path[1]))


engine = make_engine(settings.database_url)
is_sqlite = engine.dialect.name == "sqlite"
_reading = engine if is_sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
_writing = engine.execution_options(writes=True) if is_sqlite else engine


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


def read() -> Any:
    """`async with read() as session`: all that is read there is of one moment."""
    return _session(_reading)


@asynccontextmanager
async def write(owner: Identity) -> AsyncIterator[AsyncSession]:
    """The same to write for a user, who must still be there: a token outlives the account by some minutes."""
    async with _session(_writing) as session:
        if await session.scalar(select(users.c.uuid).where(users.c.uuid == owner.uuid)) is None:
            raise user_unknown()
        yield session


async def is_ready() -> bool:
    """Whether all tables are there and may be read."""
    try:
        async with read() as session:
            for table in (users, Task.__table__, Tag.__table__, task_tags):
                await session.execute(select(table).limit(1))
    except AuthError:
        return False
    return True
