"""Better Auth's table ``user`` as a SQLAlchemy 2 model, for PostgreSQL and SQLite, and the types of its columns.

Mix it into the declarative base that your own models have, and refer to ``user.uuid``::

    class Base(DeclarativeBase): ...

    class User(BetterAuthUser, Base): ...

    class Task(Base):
        __tablename__ = "tasks"
        id: Mapped[int] = mapped_column(primary_key=True)
        user_id: Mapped[UUID] = mapped_column(UserUuid, ForeignKey("user.uuid", ondelete="CASCADE"))

    user = await session.scalar(select(User).where(User.uuid == identity.uuid))

Where the table or its columns have other names, as Drizzle gives them, name those again in your class::

    class User(BetterAuthUser, Base):
        __tablename__ = "users"
        email_verified: Mapped[bool] = mapped_column("email_verified")

A backend that goes by ``sub`` takes ``TextIdUser``, ``UuidIdUser`` or ``IntegerIdUser`` and refers to ``user.id``.

Read it, and leave writing to Better Auth: its hooks, its sessions and the tokens that are on their way hear nothing of
a change made here. Nothing enforces that, since tests of an API have to make users.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, Dialect, Integer, Table, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

__all__ = ["BetterAuthTime", "BetterAuthUser", "IntegerIdUser", "TextIdUser", "UserUuid", "UuidIdUser"]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class UserUuid(TypeDecorator[UUID]):
    """A UUID as ``user.uuid`` holds it: PostgreSQL's ``uuid``; elsewhere text of 36 characters in lower case, because
    SQLite compares a reference with what it refers to as texts. For columns of one's own that refer to it."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Uuid
    cache_ok: bool | None = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Uuid() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> UUID | str | None:
        if value is None or dialect.name == "postgresql":
            return value
        return str(value)

    def process_result_value(self, value: UUID | str | None, dialect: Dialect) -> UUID | None:
        return UUID(value) if isinstance(value, str) else value


class BetterAuthTime(TypeDecorator[datetime]):
    """A time as Better Auth stores it: PostgreSQL's ``timestamptz``; on SQLite text of RFC 3339 in UTC, with
    milliseconds, so that the order of texts is that of times. Datetimes are aware, and must be (ValueError).

    Where an ORM made the column, its type there: ``"timestamp"`` without a time zone, in UTC (PostgreSQL, by Drizzle
    and Prisma), or ``"timestamp_ms"``, milliseconds as an integer (SQLite, by Drizzle). A comparison needs it."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = DateTime
    cache_ok: bool | None = True

    def __init__(self, stored: Literal["timestamptz", "timestamp", "timestamp_ms"] = "timestamptz") -> None:
        super().__init__()
        self.stored = stored

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if self.stored == "timestamp_ms":
            return dialect.type_descriptor(BigInteger())
        is_zoned = self.stored == "timestamptz"
        return dialect.type_descriptor(DateTime(timezone=is_zoned) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(
                f"the time {value} has no time zone: give one, because Better Auth's times are points in time"
            )
        if self.stored == "timestamp_ms":
            return (value - _EPOCH) // timedelta(milliseconds=1)
        in_utc = value.astimezone(timezone.utc).replace(tzinfo=None)
        if dialect.name == "postgresql":
            return value if self.stored == "timestamptz" else in_utc
        return in_utc.isoformat(timespec="milliseconds") + "Z"

    def process_result_value(self, value: datetime | str | int | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, int):
            return _EPOCH + timedelta(milliseconds=value)
        # Python 3.10 reads no "Z".
        read = datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else value
        return read if read.tzinfo else read.replace(tzinfo=timezone.utc)


_BETTER_AUTHS = {"drawbridge": "Better Auth's"}  # of a column: by it Alembic knows the table, whatever its name


def is_better_auths(table: Table) -> bool:
    """Whether it is the table of a model of this module, under whatever name."""
    return any(_BETTER_AUTHS.items() <= column.info.items() for column in table.columns)


class _UserColumns:
    """What Better Auth 1.7's ``user`` has whatever its ids are."""

    __tablename__ = "user"

    name: Mapped[str] = mapped_column(Text, info=_BETTER_AUTHS)
    email: Mapped[str] = mapped_column(Text, unique=True, info=_BETTER_AUTHS)
    email_verified: Mapped[bool] = mapped_column("emailVerified", Boolean, info=_BETTER_AUTHS)
    image: Mapped[str | None] = mapped_column(Text, info=_BETTER_AUTHS)
    created_at: Mapped[datetime] = mapped_column("createdAt", BetterAuthTime, info=_BETTER_AUTHS)
    updated_at: Mapped[datetime] = mapped_column("updatedAt", BetterAuthTime, info=_BETTER_AUTHS)


class BetterAuthUser(_UserColumns):
    """A mixin with the columns of Better Auth 1.7's ``user`` and the hybrid id. ``id`` is Better Auth's own and of no
    use to an API; ``uuid`` is the claim of the tokens. Columns of plugins or ``additionalFields`` are added in the
    class that it is mixed into, with their camelCase names: ``mapped_column("displayName")``."""

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    uuid: Mapped[UUID] = mapped_column(UserUuid, unique=True)


class TextIdUser(_UserColumns):
    """The same without the hybrid id, for a backend that goes by ``sub``: ``User.id == identity.subject``. Also where
    UUIDs are kept in a column of texts: ``User.id == str(identity.uuid)``."""

    id: Mapped[str] = mapped_column(Text, primary_key=True)


class UuidIdUser(_UserColumns):
    """The same without the hybrid id, where Better Auth's own ids are UUIDs (``generateId: "uuid"``). With the plugin's
    ``uuid: "user.id"`` the id is the claim ``uuid`` of the tokens: ``User.id == identity.uuid``. For a backend that
    goes by ``sub`` it is ``User.id == UUID(identity.subject)``."""

    id: Mapped[UUID] = mapped_column(UserUuid, primary_key=True)


class IntegerIdUser(_UserColumns):
    """The same with Better Auth's ``generateId: "serial"``: ``User.id == int(identity.subject)``."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
