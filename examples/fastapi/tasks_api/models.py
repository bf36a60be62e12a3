"""The tables that `drawbridge migrate up` makes. Each key begins with the owner, and so does each reference, so that a
task cannot have another user's tag."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from .column_types import PriorityColumn, TimeColumn, UuidColumn


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {UUID: UuidColumn, datetime: TimeColumn}


# Better Auth's. Only this column is read, and the role that serves may see no other.
users = Table("user", Base.metadata, Column("uuid", UuidColumn, primary_key=True))

task_tags = Table(
    "task_tags",
    Base.metadata,
    Column("user_id", UuidColumn, primary_key=True),
    Column("task_id", UuidColumn, primary_key=True),
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
    tags: Mapped[list[Tag]] = relationship(secondary=task_tags, order_by=Tag.name, lazy="selectin")
