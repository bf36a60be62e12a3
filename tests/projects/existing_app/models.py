"""The app's own tables, and Better Auth's users beside them."""

from __future__ import annotations

import os
from uuid import UUID

from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from drawbridge.sqlalchemy import BetterAuthUser, UserUuid

engine = create_engine(make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg"))


class Base(DeclarativeBase): ...


class Member(Base):
    """The app's own users; those of before Better Auth have passwords of the app's own."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    auth_id: Mapped[UUID | None] = mapped_column(UserUuid, ForeignKey("user.uuid", ondelete="SET NULL"), unique=True)


class User(BetterAuthUser, Base):
    """Those who sign in by Better Auth."""


class Task(Base):
    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str]
