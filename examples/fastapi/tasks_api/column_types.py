"""Columns that SQLite and PostgreSQL keep differently, as one type each."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import TIMESTAMP, Dialect, SmallInteger, String, Text, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

from .times import parse_time, time_text

PRIORITIES = ("low", "medium", "high")


class UuidColumn(TypeDecorator[uuid.UUID]):
    """PostgreSQL: uuid. SQLite: text of 36 characters."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(36) if dialect.name == "sqlite" else Uuid())

    def process_bind_param(self, value: uuid.UUID | None, dialect: Dialect) -> Any:
        return str(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> uuid.UUID | None:
        return uuid.UUID(value) if isinstance(value, str) else value


class TimeColumn(TypeDecorator[datetime]):
    """PostgreSQL: timestamptz. SQLite: text of one width, so that the order of the texts is that of the times."""

    impl = TIMESTAMP
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else TIMESTAMP(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return time_text(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return parse_time(value) if isinstance(value, str) else value


class PriorityColumn(TypeDecorator[str]):
    """1, 2, 3 for low, medium, high, so that they sort."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> int | None:
        return None if value is None else PRIORITIES.index(value) + 1

    def process_result_value(self, value: int | None, dialect: Dialect) -> str | None:
        return None if value is None else PRIORITIES[value - 1]
