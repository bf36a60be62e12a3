"""The tasks API as a plain program in memory: what every backend must answer to one user.

It knows nothing of HTTP, databases or other users: whatever is not among the rows of its user is not there.
What only the server can choose, the id of a new row and the time of a write, it is told.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]
Query = list[tuple[str, str]]

PRIORITIES = ["low", "medium", "high"]
DEFAULTS: Row = {"description": None, "completed": False, "priority": None, "due_date": None, "reminder_at": None}
WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
MAX_ID = 2**63 - 1


@dataclass(frozen=True)
class Call:
    """One request. `id` is that of a task or a tag, as it stands in the path."""

    user: str  # the one in the path
    method: str
    kind: str  # "tasks" or "tags"
    id: str | None = None
    toggle: bool = False
    query: Query = field(default_factory=list)
    body: Any = None


@dataclass(frozen=True)
class Expected:
    status: int
    body: Any = None  # of a good answer
    code: str | None = None
    pointers: frozenset[str] = frozenset()


class Refused(Exception):
    def __init__(self, status: int, code: str, *pointers: str) -> None:
        self.expected = Expected(status, None, code, frozenset(pointers))


def not_found() -> Refused:
    return Refused(404, "not_found")


def invalid(pointers: list[str]) -> Refused:
    return Refused(422, "validation_failed", *pointers)


# ---- values ------------------------------------------------------------------------------------------

TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:[Zz]|([+-])(\d\d):(\d\d))?", re.ASCII
)


def time_of(text: Any) -> datetime | None:
    """A date-time in UTC, to the millisecond; nothing for what is none."""
    match = TIME.fullmatch(text) if isinstance(text, str) else None
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = match.groups()
    if int(hours or 0) > 23 or int(minutes or 0) > 59:
        return None
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    milliseconds = int((fraction or "").ljust(3, "0")[:3])
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), milliseconds * 1000)
        return (local + offset if sign == "-" else local - offset).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def time_text(time: datetime) -> str:
    return time.strftime("%Y").zfill(4) + time.strftime("-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z"


def folded(text: str) -> str:
    """For comparisons in which letter case does not count."""
    return unicodedata.normalize("NFC", text.casefold())


def is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_ID


def name_of(value: Any, longest: int) -> str | None:
    """A title or a tag's name as it is stored; nothing for what is none."""
    name = value.strip(WHITE_SPACE) if is_text(value) else ""
    return name if 1 <= len(name) <= longest else None


# ---- bodies ------------------------------------------------------------------------------------------


def read_tag_ids(value: Any, errors: list[str]) -> list[int]:
    if not isinstance(value, list) or len(value) > 100:
        errors.append("/tag_ids")
        return []
    for index, id in enumerate(value):
        if not is_id(id) or id in value[:index]:
            errors.append(f"/tag_ids/{index}")
    return value


def read_task_member(name: str, value: Any, errors: list[str]) -> Any:
    if name == "title":
        good, value = name_of(value, 255) is not None, name_of(value, 255)
    elif name == "description":
        good = value is None or (is_text(value) and len(value) <= 10_000)
    elif name == "completed":
        good = isinstance(value, bool)
    elif name == "priority":
        good = value is None or value in PRIORITIES
    elif name in ("due_date", "reminder_at"):
        good, value = value is None or time_of(value) is not None, time_of(value)
    elif name == "tag_ids":
        return read_tag_ids(value, errors)
    else:
        good = False
    if not good:
        errors.append("/" + name.replace("~", "~0").replace("/", "~1"))
    return value


def is_contradictory(task: Row) -> bool:
    due, reminder = task.get("due_date"), task.get("reminder_at")
    return due is not None and reminder is not None and reminder >= due


def read_task(body: Any, whole: bool) -> Row:
    """Values by member; `whole` where absent members have defaults and the title must be there."""
    if not isinstance(body, dict):
        raise invalid([""])
    errors: list[str] = []
    values = {name: read_task_member(name, value, errors) for name, value in body.items()}
    if whole and "title" not in body:
        errors.append("/title")
    if not {"/due_date", "/reminder_at"} & set(errors) and is_contradictory(values):
        errors.append("/reminder_at")
    if errors:
        raise invalid(errors)
    return DEFAULTS | {"tag_ids": []} | values if whole else values


def read_tag(body: Any, whole: bool) -> Row:
    if not isinstance(body, dict):
        raise invalid([""])
    errors: list[str] = []
    values: Row = {"color": None} if whole else {}
    for name, value in body.items():
        values[name] = name_of(value, 50) if name == "name" else value
        is_color = value is None or (isinstance(value, str) and re.fullmatch("#[0-9A-Fa-f]{6}", value))
        if not {"name": values[name] is not None, "color": is_color}.get(name, False):
            errors.append("/" + name)
    if whole and "name" not in body:
        errors.append("/name")
    if errors:
        raise invalid(errors)
    return values


# ---- queries -----------------------------------------------------------------------------------------


def number_in(text: str, most: int) -> int | None:
    return int(text) if re.fullmatch(r"0*[1-9]\d*", text, re.ASCII) and int(text) <= most else None


def read_query(query: Query, known: set[str]) -> Row:
    """Values by parameter, `tags` as a list."""
    values: Row = {"page": 1, "limit": 20, "tags": []}
    errors = []
    names = [name for name, _ in query]
    for name, text in query:
        value: Any = text
        if name == "page":
            value = number_in(text, MAX_ID // 100)
        elif name == "limit":
            value = number_in(text, 100)
        elif name == "tag":
            value = number_in(text, MAX_ID)
        elif name in ("due_after", "due_before"):
            value = time_of(text)
        elif name == "search":
            value = text if is_text(text) and len(text) <= 255 else None
        else:
            choices = {
                "status": ["all", "open", "completed"],
                "priority": PRIORITIES,
                "sort_by": ["created_at", "due_date", "priority", "title"],
                "order": ["asc", "desc"],
            }
            value = text if text in choices.get(name, []) else None
        if value is None or name not in known or (names.count(name) > 1 and name != "tag"):
            errors.append(f"?{name}")
        elif name == "tag":
            values["tags"].append(value)
        else:
            values[name] = value
    if names.count("tag") > 100:
        errors.append("?tag")
    if errors:
        raise invalid(errors)
    return values


PAGE = {"page", "limit"}
FILTERS = {"status", "priority", "tag", "due_after", "due_before", "search", "sort_by", "order"}


def page_of(rows: list[Row], query: Row) -> Row:
    page, limit = query["page"], query["limit"]
    return {
        "items": rows[(page - 1) * limit : page * limit],
        "total": len(rows),
        "page": page,
        "limit": limit,
        "pages": -(-len(rows) // limit),
    }


def matches(task: Row, query: Row) -> bool:
    due, search = task["due_date"], folded(query.get("search", ""))
    status = query.get("status", "all")
    return (
        status in ("all", "completed" if task["completed"] else "open")
        and ("priority" not in query or task["priority"] == query["priority"])
        and (not query["tags"] or bool(set(query["tags"]) & set(task["tag_ids"])))
        and ("due_after" not in query or (due is not None and due >= query["due_after"]))
        and ("due_before" not in query or (due is not None and due < query["due_before"]))
        and (search in folded(task["title"]) or search in folded(task["description"] or ""))
    )


def sort_key(task: Row, sort_by: str) -> Any:
    value = task[sort_by]
    if sort_by == "priority" and value is not None:
        return PRIORITIES.index(value)
    return folded(value) if sort_by == "title" else value


def in_order(tasks: list[Row], sort_by: str, order: str) -> list[Row]:
    by_id = sorted(tasks, key=lambda task: task["id"])
    without = [task for task in by_id if task[sort_by] is None]
    having = [task for task in by_id if task[sort_by] is not None]
    # sorted() leaves what is equal in the order of the ids, in reverse too.
    return sorted(having, key=lambda task: sort_key(task, sort_by), reverse=order == "desc") + without


# ---- the API -----------------------------------------------------------------------------------------


class TaskModel:
    """The tasks and tags of one user. Times are kept as times, the tags of a task as their ids."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.tasks: dict[str, Row] = {}
        self.tags: dict[str, Row] = {}  # by their ids as they stand in a path

    def answer(self, call: Call, new_id: Any, now: datetime) -> Expected:
        """What the server answers; the write is done then."""
        if call.user != self.user:
            return Expected(403, None, "user_mismatch")
        try:
            return self.task_answer(call, new_id, now) if call.kind == "tasks" else self.tag_answer(call, new_id)
        except Refused as refused:
            return refused.expected

    # ---- tasks ---------------------------------------------------------------------------------------

    def task_answer(self, call: Call, new_id: str, now: datetime) -> Expected:
        if call.id is None and call.method == "GET":
            return self.list_tasks(read_query(call.query, PAGE | FILTERS))
        values: Row = {}
        if call.method in ("POST", "PUT", "PATCH") and not call.toggle:
            values = read_task(call.body, whole=call.method != "PATCH")
        read_query(call.query, set())
        if call.method == "POST":
            before: Row = {"id": new_id, "user_id": self.user, "created_at": now}
        elif (call.id or "").lower() in self.tasks:
            before = self.tasks[str(call.id).lower()]
        else:
            raise not_found()
        if call.method == "GET":
            return Expected(200, self.shown_task(before))
        if call.method == "DELETE":
            del self.tasks[before["id"]]
            return Expected(204)
        if call.toggle:
            values = {"completed": not before["completed"]}
        return self.write_task(before | values | {"updated_at": now}, 201 if call.method == "POST" else 200)

    def write_task(self, task: Row, status: int) -> Expected:
        for index, id in enumerate(task["tag_ids"]):
            if str(id) not in self.tags:
                raise invalid([f"/tag_ids/{index}"])
        if is_contradictory(task):
            raise invalid(["/reminder_at"])
        self.tasks[task["id"]] = task
        return Expected(status, self.shown_task(task))

    def list_tasks(self, query: Row) -> Expected:
        found = [task for task in self.tasks.values() if matches(task, query)]
        ordered = in_order(found, query.get("sort_by", "created_at"), query.get("order", "desc"))
        return Expected(200, page_of([self.shown_task(task) for task in ordered], query))

    def shown_task(self, task: Row) -> Row:
        shown = {
            name: time_text(value) if isinstance(value, datetime) else value
            for name, value in task.items()
            if name != "tag_ids"
        }
        return shown | {"tags": sorted((self.tags[str(id)] for id in task["tag_ids"]), key=lambda tag: tag["name"])}

    # ---- tags ----------------------------------------------------------------------------------------

    def tag_answer(self, call: Call, new_id: int) -> Expected:
        if call.id is None and call.method == "GET":
            query = read_query(call.query, PAGE)
            return Expected(200, page_of(sorted(self.tags.values(), key=lambda tag: tag["name"]), query))
        values = read_tag(call.body, whole=call.method == "POST") if call.method in ("POST", "PATCH") else {}
        read_query(call.query, set())
        if call.method == "POST":
            before: Row = {"id": new_id}
        elif call.id in self.tags:
            before = self.tags[str(call.id)]
        else:
            raise not_found()
        if call.method == "GET":
            return Expected(200, before)
        if call.method == "DELETE":
            self.delete_tag(before["id"])
            return Expected(204)
        return self.write_tag(before | values, 201 if call.method == "POST" else 200)

    def write_tag(self, tag: Row, status: int) -> Expected:
        if any(other["name"] == tag["name"] and other["id"] != tag["id"] for other in self.tags.values()):
            raise Refused(409, "conflict")
        self.tags[str(tag["id"])] = tag
        return Expected(status, tag)

    def delete_tag(self, id: int) -> None:
        del self.tags[str(id)]
        for task in self.tasks.values():
            task["tag_ids"] = [other for other in task["tag_ids"] if other != id]
