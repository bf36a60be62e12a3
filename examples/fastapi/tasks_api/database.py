"""The database that Better Auth and this API share: a file of SQLite, or PostgreSQL."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from drawbridge import AuthError, Identity
from sqlalchemy import Column, Select, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, NoSuchTableError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from .models import OddRow, Tag, Task, task_tags, users_of
from .postgres_database import PostgresDatabase
from .settings import settings
from .sqlite_database import SqliteDatabase
from .turns import Turns
from .work_queue import Limits

Result = TypeVar("Result")
Work = Callable[[Session], Result]

# Connections. Whether the API is ready is read on one more, so that it is seen however much there is to do.
READERS, WRITERS = 4, 4
TAGS_ON_A_TASK = 10  # of one user's tasks, on average: an account that is deleted takes all with it at once
USER_LOCK = int.from_bytes(b"drawuser", "big")  # as `drawbridge serve` has it
UNAVAILABLE = (
    DBAPIError,
    NoSuchTableError,
    NoConnectionFree,
    asyncpg.PostgresError,
    asyncio.TimeoutError,
    OSError,
    OddRow,
)
FORMS = "write sqlite:relative/path.db, sqlite:///absolute/path.db or postgresql://user:password@host:port/database"


def open_database(url: str) -> SqliteDatabase | PostgresDatabase:
    """What users wrote is kept out of error texts, and so of logs. ValueError for a URL of another form."""
    file = sqlite_file(url)
    return PostgresDatabase(url, READERS + 1, WRITERS) if file is None else SqliteDatabase(file, READERS + 1)


def sqlite_file(url: str) -> Path | None:
    """None where it is PostgreSQL. ValueError as above."""
    if url.startswith(("postgresql://", "postgres://")):
        return None
    path = re.fullmatch(r"sqlite:(?://(?=/[^/])|(?!/))([^?#%]+)", url)
    if path is None:
        raise ValueError(f"DATABASE_URL is not one that can be used: {FORMS}")
    return Path(path[1])


_database = open_database(settings.database_url)
is_sqlite = _database.is_sqlite
# One user's searches leave connections for others, and so does a user whose answers nobody fetches.
_reads = Turns(Limits(running=READERS, costly=READERS - 1, running_of_one=READERS // 2, held_of_one=4))
_writers = _database.writers
_users: Column[UUID] | None = None
_writes = Turns(Limits(running=_writers, costly=_writers, running_of_one=max(1, _writers // 2), held_of_one=4))


async def read(owner: Identity, work: Work[Result], *, costly: bool = False) -> Result:
    """What the work returns, for this user. All that it reads is of one moment. It is costly where no index leads to
    what is wanted."""
    with _refusals():
        async with _reads.turn(owner.uuid, costly=costly) as caller:
            return await _database.read(work, caller if costly else None)


async def write(owner: Identity, work: Work[Result]) -> Result:
    """The same to write for a user, who must still be there: a token outlives the account by some minutes. It is
    committed before anybody is told that it is done."""

    def checked(session: Session) -> Result:
        uuid = users(session)
        if session.scalar(select(uuid).where(uuid == owner.uuid)) is None:
            raise user_unknown()
        return work(session)

    with _refusals():
        async with _writes.turn(owner.uuid):
            return await _database.write(checked)


def users(session: Session) -> Column[UUID]:
    """Asked of the database once."""
    global _users
    if _users is None:
        _users = users_of(session.connection())
    return _users


def count(session: Session, rows: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def have_alone(session: Session, owner: Identity) -> None:
    """Nobody else adds rows of this user until the transaction ends. First of all that it locks, so that nobody who has
    the user waits for a row of somebody who waits for the user."""
    if not is_sqlite:  # where nobody else writes meanwhile
        key = func.hashtextextended(str(owner.uuid), USER_LOCK)
        session.execute(select(func.pg_advisory_xact_lock(key)))


def check_quota(session: Session, owner: Identity, table: type[Task] | type[Tag], quota: int) -> None:
    """Before one more is added in the same transaction. A quota of 0 is none."""
    if quota == 0:
        return
    have_alone(session, owner)
    if count(session, select(table.id).where(table.user_id == owner.uuid).limit(quota)) == quota:
        name = table.__tablename__
        text = f"You have {quota} {name}, which is the most that one user may have; delete some first."
        raise AuthError("quota_exceeded", text)


def check_tags_on_tasks(session: Session, owner: Identity, more: int) -> None:
    """Before tasks carry so many more tags in the same transaction, which has the user alone. A write that
    adds none is never refused, so that a user who has too many can remove some."""
    quota = TAGS_ON_A_TASK * settings.max_tasks
    if quota == 0 or more <= 0:
        return
    left = quota - more
    there = select(task_tags.c.tag_id).where(task_tags.c.user_id == owner.uuid)
    if left < 0 or count(session, there.limit(left + 1)) > left:
        text = (
            f"Your tasks would have more than {quota} tags in all, which is the most that one user may have; "
            "remove some first."
        )
        raise AuthError("quota_exceeded", text)


async def is_ready() -> bool:
    """Whether all tables are there and may be read."""

    def look(session: Session) -> None:
        for rows in (users(session), Task.__table__, Tag.__table__, task_tags):
            session.execute(select(rows).limit(1))

    try:
        with _refusals():
            await _database.read(look)
    except AuthError:
        return False
    return True


def user_unknown() -> AuthError:
    return AuthError("user_unknown", "The user no longer exists.")


@contextmanager
def _refusals() -> Iterator[None]:
    """What the database says, as what is answered."""
    try:
        yield
    except IntegrityError as error:
        # All else that a constraint would refuse has been refused before. The rows that are referred to are the user's,
        # who may be deleted at any time.
        if "foreign key" in str(error.orig).lower():
            raise user_unknown() from error
        raise AuthError("conflict", "You already have a tag with that name.") from error
    except UNAVAILABLE as error:
        raise AuthError("store_unavailable", "The database is currently unavailable; try again.", str(error)) from error
