"""What the API takes and gives, as api/openapi.yaml describes it."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    field_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from .letter_case import LONGEST_RUN, has_too_many_marks_in_a_row
from .times import parse_time, time_text

MAX_ID = 2**63 - 1
MAX_TAGS = 100
# Unicode White_Space. str.strip() takes more.
WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)

HALF_A_PAIR = re.compile("[\ud800-\udfff]")


class Closed(BaseModel):
    """Takes the members that it has and no others, each of its own type."""

    model_config = ConfigDict(extra="forbid", strict=True)


def fault(message: str) -> PydanticCustomError:
    """Where pydantic's own words would not follow the name of the value."""
    return PydanticCustomError("not_taken", message)


def text(longest: int) -> AfterValidator:
    """Lengths are checked first: what is in a text of a megabyte is not worth reading."""

    def check(value: str) -> str:
        if len(value) > longest:
            raise fault(f"must have at most {longest} characters")
        return _characters(value)

    return AfterValidator(check)


def _is_far_longer(value: str, longest: int) -> bool:
    """Than so many characters and 4,096 bytes of white space around them."""
    most = 4 * longest + 4096
    return len(value) > most or len(value.encode(errors="surrogatepass")) > most


def trimmed(longest: int) -> AfterValidator:
    def trim(value: str) -> str:
        is_good = not _is_far_longer(value, longest)
        value = value.strip(WHITE_SPACE) if is_good else ""
        if not 1 <= len(value) <= longest:
            raise fault(f"must have 1 to {longest} characters, not counting white space at either end")
        return _characters(value)

    return AfterValidator(trim)


def _characters(value: str) -> str:
    if "\0" in value:
        raise fault("must not contain the character NUL")
    if HALF_A_PAIR.search(value):
        raise fault("must be UTF-8")
    return value


def _few_marks(value: str) -> str:
    if has_too_many_marks_in_a_row(value):
        raise fault(f"must have at most {LONGEST_RUN} combining marks in a row")
    return value


def _time(value: object) -> datetime:
    time = parse_time(value)
    if time is None:
        raise fault("must be a date-time like 2026-11-23T10:00:00Z")
    return time


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,40}", value) else value


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _once_each(ids: list[int]) -> list[int]:
    errors: list[InitErrorDetails] = [
        {"type": fault("is given more than once"), "loc": (index,), "input": id}
        for index, id in enumerate(ids)
        if id in ids[:index]
    ]
    if errors:
        raise ValidationError.from_exception_data("tag_ids", errors)
    return ids


def _color(value: str) -> str:
    if not re.fullmatch("#[0-9A-Fa-f]{6}", value):
        raise fault("must be a colour like #1A2B3C, or null")
    return value


Title = Annotated[str, trimmed(255)]
TagName = Annotated[str, trimmed(50)]
Priority = Literal["low", "medium", "high"]
TimeIn = Annotated[datetime, BeforeValidator(_time)]
TagId = Annotated[int, Field(ge=1, le=MAX_ID)]
TagIds = Annotated[list[TagId], Field(max_length=MAX_TAGS), AfterValidator(_once_each)]
Time = Annotated[datetime, PlainSerializer(time_text)]

# ---- bodies ------------------------------------------------------------------------------------------


class TaskChange(Closed):
    """Of a PATCH: what is absent stays as it is. `model_fields_set` tells."""

    title: Title = ""
    description: Annotated[str, text(10_000), AfterValidator(_few_marks)] | None = None
    completed: bool = False
    priority: Priority | None = None
    due_date: TimeIn | None = None
    reminder_at: TimeIn | None = None
    tag_ids: TagIds = []

    @field_validator("reminder_at")
    @classmethod
    def is_before_due_date(cls, reminder: datetime | None, others: ValidationInfo) -> datetime | None:
        due = others.data.get("due_date")
        if reminder is not None and due is not None and reminder >= due:
            raise fault("must be before due_date")
        return reminder


class NewTask(TaskChange):
    """Of a POST or a PUT: what is absent takes its default."""

    title: Title


class TagChange(Closed):
    name: TagName = ""
    color: Annotated[str, AfterValidator(_color)] | None = None


class NewTag(TagChange):
    name: TagName


# ---- queries -----------------------------------------------------------------------------------------


class NoQuery(Closed):
    """Of a route that takes no parameters."""


class PageQuery(Closed):
    page: Annotated[int, BeforeValidator(_number), Field(ge=1, le=MAX_ID // 100)] = 1
    limit: Annotated[int, BeforeValidator(_number), Field(ge=1, le=100)] = 20

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit


class TaskQuery(PageQuery):
    status: Literal["all", "open", "completed"] = "all"
    priority: Priority | None = None
    tag: Annotated[
        list[Annotated[TagId, BeforeValidator(_number)]], Field(max_length=MAX_TAGS), BeforeValidator(_listed)
    ] = []
    due_after: TimeIn | None = None
    due_before: TimeIn | None = None
    search: Annotated[str, text(255)] = ""
    sort_by: Literal["created_at", "due_date", "priority", "title"] = "created_at"
    order: Literal["asc", "desc"] = "desc"


# ---- answers -----------------------------------------------------------------------------------------


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class TagOut(Out):
    id: int
    name: str
    color: str | None


class TaskOut(Out):
    id: UUID
    user_id: UUID
    title: str
    description: str | None
    completed: bool
    priority: Priority | None
    due_date: Time | None
    reminder_at: Time | None
    tags: list[TagOut]
    created_at: Time
    updated_at: Time


class PageOut(Out):
    total: int
    page: int
    limit: int
    pages: int


class TaskPage(PageOut):
    items: list[TaskOut]


class TagPage(PageOut):
    items: list[TagOut]


def page_of(items: list[Any], total: int, query: PageQuery) -> dict[str, Any]:
    """Pages are `total` / `limit`, rounded up."""
    pages = -(-total // query.limit)
    return {"items": items, "total": total, "page": query.page, "limit": query.limit, "pages": pages}
