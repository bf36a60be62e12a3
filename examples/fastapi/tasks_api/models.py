"""The tables that `drawbridge migrate up` makes. Each key begins with the owner, and so does each reference, so that a
task cannot have another user's tag."""

import re
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from drawbridge.sqlalchemy import BetterAuthTime, UserUuid
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Dialect,
    ForeignKeyConstraint,
    MetaData,
    SmallInteger,
    Table,
    event,
    inspect,
    update,
)
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from .letter_case import fold

PRIORITIES = ("low", "medium", "high")
STORED_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


class OddRow(Exception):
    """Another program has written what means nothing here."""


class PriorityColumn(TypeDecorator[str]):
    """1, 2, 3 for low, medium, high, so that they sort."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> int | None:
        return None if value is None else PRIORITIES.index(value) + 1

    def process_result_value(self, value: int | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if not 1 <= value <= len(PRIORITIES):
            raise OddRow("a priority is not 1, 2 or 3")
        return PRIORITIES[value - 1]


class UuidColumn(UserUuid):
    cache_ok = True

    def process_result_value(self, value: UUID | str | None, dialect: Dialect) -> UUID | None:
        try:
            return super().process_result_value(value, dialect)
        except ValueError:
            raise OddRow("an id is not a UUID") from None


class TimeColumn(BetterAuthTime):
    cache_ok = True

    def process_result_value(self, value: datetime | str | int | None, dialect: Dialect) -> datetime | None:
        try:
            if isinstance(value, int) or (isinstance(value, str) and not STORED_TIME.fullmatch(value)):
                raise ValueError
            return super().process_result_value(value, dialect)
        except ValueError:
            raise OddRow("a time is not like 2026-11-23T10:00:00.000Z") from None


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {UUID: UuidColumn, datetime: TimeColumn}


def users_of(connection: Connection) -> Column[UUID]:
    """Better Auth's users by the column that tokens name them by: `user.uuid`, or `user.id` where ids are UUIDs. The
    foreign key of `tasks` says which. Only this column is read, and the role that serves may see no other."""
    for key in inspect(connection).get_foreign_keys("tasks"):
        if key["constrained_columns"] == ["user_id"]:
            column: Column[UUID] = Column(key["referred_columns"][0], UserUuid, primary_key=True)
            Table(key["referred_table"], MetaData(), column, schema=key["referred_schema"])
            return column
    raise NoSuchTableError("tasks, with a foreign key to Better Auth's users")


task_tags = Table(
    "task_tags",
    Base.metadata,
    Column("user_id", UserUuid, primary_key=True),
    Column("task_id", UserUuid, primary_key=True),
    Column("tag_id", BigInteger, primary_key=True),
    ForeignKeyConstraint(["user_id", "task_id"], ["tasks.user_id", "tasks.id"]),
    ForeignKeyConstraint(["user_id", "tag_id"], ["tags.user_id", "tags.id"]),
)


class Tag(Base):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[UUID]
    name: Mapped[str]
    color: Mapped[str | None]


class Task(Base):
    __tablename__ = "tasks"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str | None]
    completed: Mapped[bool]
    priority: Mapped[str | None] = mapped_column(PriorityColumn)
    due_date: Mapped[datetime | None]
    reminder_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    # What search and order by title compare; null in a row that somebody else has written on SQLite.
    title_folded: Mapped[str | None] = mapped_column(deferred=True)
    description_folded: Mapped[str | None] = mapped_column(deferred=True)
    tags: Mapped[list[Tag]] = relationship(secondary=task_tags, order_by=Tag.name, lazy="selectin")


def folded_of(task: Task) -> dict[str, str | None]:
    return {"title_folded": fold(task.title), "description_folded": fold(task.description)}


# PostgreSQL folds by a trigger.


@event.listens_for(Task, "before_insert")
def fold_new(mapper: object, connection: Connection, task: Task) -> None:
    if connection.dialect.name == "sqlite":
        for name, text in folded_of(task).items():
            setattr(task, name, text)


@event.listens_for(Task, "after_update")
def fold_changed(mapper: object, connection: Connection, task: Task) -> None:
    """A trigger has unfolded the texts, since they are no longer those that were folded."""
    changed = inspect(task).attrs
    if connection.dialect.name == "sqlite" and (
        changed.title.history.has_changes() or changed.description.history.has_changes()
    ):
        this = (Task.user_id == task.user_id) & (Task.id == task.id)
        connection.execute(update(Task).where(this).values(folded_of(task)))
