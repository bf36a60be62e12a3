"""The model of a `user` table that an ORM made: other names, other types of times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from alembic_project import sqlalchemy_url
from database import Database
from sqlalchemy import Engine, ForeignKey, create_engine, event, inspect, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from drawbridge.sqlalchemy import BetterAuthTime, BetterAuthUser, UserUuid

pytest_plugins = ["alembic_databases"]
pytestmark = pytest.mark.repository

TIME = datetime(2026, 1, 2, 3, 4, 5, 678_000, timezone.utc)
ALICE = uuid4()

# As Drizzle makes it with `usePlural` and snake_case columns, and a row as it writes it. In another time zone than UTC.
TABLES = {
    "postgresql": (
        "timestamp",
        """create table users (id text primary key, name text not null, email text not null unique,
             email_verified boolean default false not null, image text, created_at timestamp default now() not null,
             updated_at timestamp not null, uuid uuid not null unique default gen_random_uuid())""",
        ("true", "'2026-01-02T03:04:05.678Z'"),
    ),
    "sqlite": (
        "timestamp_ms",
        """create table users (id text primary key not null, name text not null, email text not null,
             email_verified integer default false not null, image text, created_at integer not null,
             updated_at integer not null, uuid text not null unique)""",
        ("1", "1767323045678"),
    ),
}


class Tables:
    """What a project of that product says in its models."""

    def __init__(self, kind: str) -> None:
        stored = TABLES[kind][0]

        class Base(DeclarativeBase):
            pass

        class User(BetterAuthUser, Base):
            __tablename__ = "users"

            email_verified: Mapped[bool] = mapped_column("email_verified")
            created_at: Mapped[datetime] = mapped_column("created_at", BetterAuthTime(stored))
            updated_at: Mapped[datetime] = mapped_column("updated_at", BetterAuthTime(stored))

        class Note(Base):
            __tablename__ = "notes"

            id: Mapped[int] = mapped_column(primary_key=True)
            user_id: Mapped[UUID] = mapped_column(UserUuid, ForeignKey("users.uuid", ondelete="CASCADE"))

        self.Base, self.User, self.Note = Base, User, Note


@pytest.fixture
def tables(database: Database) -> Tables:
    return Tables(database.kind)


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    _, table, (verified, time) = TABLES[database.kind]
    database.execute(table)
    database.execute(f"insert into users values ('a', 'A', 'a@x', {verified}, null, {time}, {time}, '{ALICE}')")
    engine = create_engine(sqlalchemy_url(database))

    @event.listens_for(engine, "connect")
    def connected(connection, _) -> None:
        cursor = connection.cursor()
        is_sqlite = database.kind == "sqlite"
        cursor.execute("PRAGMA foreign_keys = ON" if is_sqlite else "SET TIME ZONE 'Asia/Tokyo'")
        cursor.close()

    yield engine
    engine.dispose()


def test_a_row_of_an_orm_is_read_and_found(engine: Engine, tables: Tables) -> None:
    user = tables.User
    with Session(engine) as session:
        alice = session.scalars(select(user).where(user.uuid == ALICE)).one()
        assert (alice.email_verified, alice.created_at, alice.updated_at) == (True, TIME, TIME)
        assert alice.created_at.tzinfo is not None
        assert session.scalars(select(user).where(user.created_at == TIME)).all() == [alice]
        assert session.scalars(select(user).where(user.created_at > TIME)).all() == []
        assert session.scalars(select(user).where(user.created_at > TIME - timedelta(milliseconds=1))).all() == [alice]
        with pytest.raises(StatementError, match="has no time zone"):
            session.scalars(select(user).where(user.created_at > datetime(2026, 1, 1))).all()


def test_a_time_is_stored_as_it_is_read(engine: Engine, tables: Tables, database: Database) -> None:
    row = {"id": "b", "uuid": uuid4(), "name": "B", "email": "b@x", "email_verified": True}
    in_another_zone = TIME.astimezone(timezone(timedelta(hours=2)))
    with Session(engine) as session:
        session.add(tables.User(**row, created_at=in_another_zone, updated_at=TIME))
        session.commit()
    assert database.execute("select count(distinct created_at) from users") == [(1,)]


def test_a_reference_goes_to_the_real_table(engine: Engine, tables: Tables, database: Database) -> None:
    tables.Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(tables.Note(user_id=ALICE))
        session.commit()
        session.add(tables.Note(user_id=uuid4()))
        with pytest.raises(IntegrityError):
            session.commit()


def test_its_columns_are_those_of_the_table(engine: Engine, tables: Tables) -> None:
    found = {column["name"] for column in inspect(engine).get_columns("users")}
    assert found == {column.name for column in tables.User.__table__.columns}


def test_times_without_a_zone_are_read_as_utc(engine: Engine, database: Database) -> None:
    """Also by who did not say how they are stored."""

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"

        id: Mapped[str] = mapped_column(primary_key=True)
        created_at: Mapped[datetime] = mapped_column(BetterAuthTime)

    with Session(engine) as session:
        assert session.scalars(select(User.created_at)).one() == TIME
