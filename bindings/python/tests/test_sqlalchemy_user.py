"""The model of Better Auth's `user`, read from rows that the real Better Auth made."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic_project import Project, sqlalchemy_url
from better_auth import BetterAuth, Person
from database import Database
from sqlalchemy import ForeignKey, create_engine, event, inspect, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from drawbridge.sqlalchemy import BetterAuthUser, UserUuid

pytest_plugins = ["alembic_databases"]
pytestmark = pytest.mark.repository

ASYNC_DRIVERS = {"sqlite": "aiosqlite", "postgresql": "asyncpg"}
UTC = timezone.utc


class Base(DeclarativeBase):
    """A project's own."""


class User(BetterAuthUser, Base):
    pass


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(UserUuid, ForeignKey("user.uuid", ondelete="CASCADE"))


@pytest.fixture
def alice(database: Database, tmp_path: Path) -> Iterator[Person]:
    """Who signed up at a Better Auth whose tables a revision made."""
    Project(tmp_path / "alembic", database).up()
    issuer = BetterAuth(tmp_path, database, migrate="off")
    try:
        yield issuer.start().sign_up("alice")
    finally:
        issuer.stop()


def test_a_row_of_the_real_better_auth_is_read(database: Database, alice: Person) -> None:
    engine = create_engine(sqlalchemy_url(database))
    with Session(engine) as session:
        user = session.scalars(select(User).where(User.uuid == UUID(alice.uuid))).one()
        assert (user.id, user.uuid) == (alice.id, UUID(alice.uuid))
        assert user.email.endswith("@example.com")
        assert user.name
        assert user.email_verified is False
        assert user.image is None
        assert user.created_at.tzinfo is not None
        assert abs(user.created_at - datetime.now(UTC)) < timedelta(minutes=5)
        assert user.updated_at >= user.created_at
        assert session.scalars(select(User).where(User.uuid == uuid4())).all() == []
        second = timedelta(seconds=1)
        assert session.scalars(select(User).where(User.created_at < user.created_at - second)).all() == []
        assert session.scalars(select(User).where(User.created_at > user.created_at - second)).all() == [user]
    engine.dispose()


def test_with_an_asynchronous_driver(database: Database, alice: Person) -> None:
    async def read() -> User:
        engine = create_async_engine(sqlalchemy_url(database, ASYNC_DRIVERS[database.kind]))
        async with AsyncSession(engine) as session:
            user = (await session.scalars(select(User).where(User.uuid == UUID(alice.uuid)))).one()
        await engine.dispose()
        return user

    user = asyncio.run(read())
    assert (user.id, user.created_at.tzinfo is not None) == (alice.id, True)


def test_a_table_of_ones_own_refers_to_the_uuid(database: Database, alice: Person) -> None:
    engine = create_engine(sqlalchemy_url(database))
    if database.kind == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = ON"))
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Note(user_id=UUID(alice.uuid)))
        session.commit()
        assert session.scalars(select(Note.user_id)).all() == [UUID(alice.uuid)]
        session.add(Note(user_id=uuid4()))
        with pytest.raises(IntegrityError):
            session.commit()
    engine.dispose()
    ((stored,),) = database.execute("select cast(user_id as text) from notes")
    assert stored == alice.uuid
    alice.delete_account()
    assert database.execute("select count(*) from notes") == [(0,)]


def test_its_columns_are_those_of_the_table(database: Database, tmp_path: Path) -> None:
    Project(tmp_path, database).up()
    engine = create_engine(sqlalchemy_url(database))
    found = {column["name"]: column["nullable"] for column in inspect(engine).get_columns("user")}
    engine.dispose()
    assert found == {column.name: bool(column.nullable) for column in User.__table__.columns}


def test_rows_for_a_test_of_an_api_can_be_made(database: Database) -> None:
    """In tables that the model makes; what is stored is what Better Auth would store."""
    engine = create_engine(sqlalchemy_url(database))
    Base.metadata.create_all(engine)
    uuid, time = uuid4(), datetime(2026, 1, 2, 3, 4, 5, 678_000, timezone(timedelta(hours=2)))
    row = {"id": "a", "uuid": uuid, "name": "A", "email": "a@example.com", "email_verified": True}
    with Session(engine) as session:
        session.add(User(**row, created_at=time, updated_at=time))
        session.commit()
        assert session.scalars(select(User)).one().created_at == time
        session.add(User(**row | {"id": "b"}, created_at=time.replace(tzinfo=None), updated_at=time))
        with pytest.raises(StatementError, match="has no time zone"):
            session.commit()
    engine.dispose()
    if database.kind == "sqlite":
        stored = database.execute('select uuid, "createdAt", "emailVerified" from "user"')
        assert stored == [(str(uuid), "2026-01-02T01:04:05.678Z", 1)]
