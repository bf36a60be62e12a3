"""Random calls of the tasks API for the model test: most are good, some have one fault, some reach for what is
another user's or no longer there."""

from __future__ import annotations

import random
import threading
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from task_model import MAX_ID, Call, Query, Row, TaskModel

MAX_TASKS, MAX_TAGS = 60, 12  # of one user, so that lists have pages and searches find several

# Letters of which lower and upper case differ in number, in bytes, or by more than one rule.
WORDS = (
    ["milk", "Milk", "MILK", "Éclair", "éclair", "ÉCLAIR", "e\u0301clair", "Яблоко", "яблоко", "ЯБЛОКО"]
    + ["Straße", "STRASSE", "straẞe", "ﬁne", "FINE", "\u212bse", "åse", "\u212aelvin", "kelvin"]
    + ["Σίσυφος", "σίσυφοσ", "ΣΊΣΥΦΟΣ"]
    + ["牛乳", "😀", "100%", "_", "a_b", "it's", '"q"', "\\", "Zebra", "zebra", "äpfel", "Ünder", "a", "B", "c"]
)
OFFSETS = ["", "Z", "z", "+00:00", "-00:00", "+05:30", "-08:00", "+14:00", "-00:01", "+23:59"]
FIRST_DAY = datetime(2026, 11, 1)


def each(name: str, *values: Any) -> list[Row]:
    """The same member with one value after another."""
    return [{name: value} for value in values]


def each_text(name: str, *values: str) -> list[Query]:
    """The same parameter, likewise."""
    return [[(name, value)] for value in values]


TASK_FAULTS: list[Row] = [
    *each("title", "", " \t\u3000", "x" * 256, None, 5, True, ["a"], "a\0b"),
    *each("description", "x" * 10_001, 5, False, [], "\0"),
    *each("completed", None, "true", 1, 0, []),
    *each("priority", "", "urgent", "LOW", 1, True, ["low"]),
    *each("due_date", "", "tomorrow", "2026-11-23", "2026-11-23 10:00Z", "2026-13-01T00:00Z", 5),
    *each("due_date", "2026-02-30T00:00Z", "2026-11-23T24:00Z", "2026-11-23T10:60Z"),
    *each("due_date", " 2026-11-23T10:00Z", "2026-11-23T10:00Z ", "+2026-11-23T10:00Z"),
    *each("reminder_at", "2026-11-23T10:00+24:00", "2026-11-23T10:00+0100", "2026-11-23T10Z", True),
    *each("reminder_at", "0000-12-31T00:00Z", "0001-01-01T00:00+01:00", "2026-11-23T10:00:00.Z"),
    {"due_date": "2026-11-23T10:00:00Z", "reminder_at": "2026-11-23T10:00:00.000+00:00"},
    {"due_date": "2026-11-23T10:00+02:00", "reminder_at": "2026-11-23T08:00:00.001"},
    *each("tag_ids", None, "1", 1, {}, [0], [-1], [1.0], ["1"], [True], [None], [[1]], [MAX_ID + 1]),
    {"tag_ids": list(range(1, 102))},
    *({name: "x"} for name in ("id", "user_id", "created_at", "updated_at", "tags", "Title", "", "a/b~c")),
]
TAG_FAULTS: list[Row] = [
    *each("name", "", "\u2003", "x" * 51, None, 5, ["a"], "a\0"),
    *each("color", "", "red", "#12345", "#1234567", "#12345g", "123456", 5, "#123456 "),
    {"color": "#\uff11\uff12\uff13\uff14\uff15\uff16"},
    *({name: "x"} for name in ("id", "user_id", "Name", "title")),
]
QUERY_FAULTS: list[Query] = [
    *each_text("page", "0", "-1", "1.5", "", "x", " 1", "1 ", "+1", str(MAX_ID), str(2**64)),
    *each_text("limit", "0", "101", "-1", "", "all", "1e1"),
    [("page", "1"), ("page", "1")],
    *([(name, "x")] for name in ("user_id", "Page", "color", "completed", "sort", "q")),
]
FILTER_FAULTS: list[Query] = [
    *each_text("status", "", "OPEN", "done"),
    *each_text("priority", "", "High", "null"),
    *each_text("tag", "", "0", "-1", "x", "1,2", str(MAX_ID + 1)),
    [("tag", "1")] * 101,
    *each_text("due_after", "", "yesterday", "2026-11-23", "2026-11-23T10:00 01:00"),
    [("due_before", "2026-11-31T00:00Z")],
    [("search", "x" * 256)],
    [("search", "a\0")],
    *each_text("sort_by", "", "id", "-title"),
    *each_text("order", "", "up", "DESC"),
    [("order", "asc"), ("order", "desc")],
    [("status", "open"), ("status", "open")],
    [("search", "a"), ("limit", "0"), ("x", "y")],
]
NO_TASK_IDS = ["1", "x", "null", "00000000-0000-0000-0000-000000000000", "7b1f0a52c4d84c0e9d3ea1f0b2c3d4e5"]
NO_TAG_IDS = ["0", "01", "-1", "1.0", "x", "0x1", "%2B1", "%201", "1%20", str(MAX_ID), str(MAX_ID + 1)]
NO_OBJECTS: list[Any] = [None, [], [{"title": "x"}], "x", 5, True]


class KnownIds:
    """What all users have ever had. Their threads share it: each reaches for what is the others'."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seen: dict[str, dict[str, list[str]]] = {"tasks": {}, "tags": {}}  # by kind and user

    def add(self, kind: str, user: str, id: str) -> bool:
        """Whether nobody ever had it."""
        with self.lock:
            is_new = all(id not in ids for ids in self.seen[kind].values())
            self.seen[kind].setdefault(user, []).append(id)
            return is_new

    def of_others(self, kind: str, user: str) -> list[str]:
        with self.lock:
            return [id for other, ids in self.seen[kind].items() if other != user for id in ids]

    def of(self, kind: str, user: str) -> list[str]:
        with self.lock:
            return list(self.seen[kind].get(user, []))


class CallMaker:
    def __init__(self, model: TaskModel, others: list[str], ids: KnownIds, mark: str, seed: int) -> None:
        self.model, self.others, self.ids, self.mark = model, others, ids, mark
        self.random = random.Random(seed)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def next_call(self) -> Call:
        user = self.random.choice(self.others) if self.chance(0.04) else self.model.user
        kind = "tasks" if self.chance(0.75) else "tags"
        rows = self.model.tasks if kind == "tasks" else self.model.tags
        if self.chance(0.25):
            return Call(user, "GET", kind, query=self.some_query(kind))
        if self.chance(0.35 if len(rows) < (MAX_TASKS if kind == "tasks" else MAX_TAGS) else 0.05):
            return Call(user, "POST", kind, query=self.unwanted_query(), body=self.some_body(kind, whole=True))
        id, query = self.some_id(kind), self.unwanted_query()
        methods = ["GET", "PATCH", "PATCH", "DELETE"] + (["PUT", "TOGGLE"] if kind == "tasks" else [])
        method = self.random.choice(methods)
        if method == "TOGGLE":
            return Call(user, "PATCH", kind, id, True, query)
        if method in ("GET", "DELETE"):
            return Call(user, method, kind, id, query=query)
        return Call(user, method, kind, id, query=query, body=self.some_body(kind, whole=method == "PUT"))

    # ---- ids -----------------------------------------------------------------------------------------

    def some_id(self, kind: str) -> str:
        """Mostly of a row that is there; or another's, one that is gone, one that nobody had, or no id at all."""
        own = list(self.model.tasks if kind == "tasks" else self.model.tags)
        if own and self.chance(0.85):
            id = self.random.choice(own)
            return id.upper() if self.chance(0.05) else id
        nobodys = str(UUID(int=self.random.getrandbits(128))) if kind == "tasks" else str(10**9)
        no_ids = NO_TASK_IDS if kind == "tasks" else NO_TAG_IDS
        gone = self.ids.of(kind, self.model.user)
        choices = [self.ids.of_others(kind, self.model.user), gone, [nobodys], no_ids]
        return self.random.choice(self.random.choice([ids for ids in choices if ids]))

    def foreign_tag_id(self) -> int:
        """Another's, or of a tag that is gone or never was."""
        gone = [id for id in self.ids.of("tags", self.model.user) if id not in self.model.tags]
        return int(self.random.choice([*self.ids.of_others("tags", self.model.user), *gone, str(MAX_ID)]))

    # ---- bodies --------------------------------------------------------------------------------------

    def some_body(self, kind: str, whole: bool) -> Any:
        if self.chance(0.02):
            return self.random.choice(NO_OBJECTS)
        body = self.task_body(whole) if kind == "tasks" else self.tag_body(whole)
        if self.chance(0.12):
            body = body | self.random.choice(TASK_FAULTS if kind == "tasks" else TAG_FAULTS)
        if whole and self.chance(0.02):
            del body["title" if kind == "tasks" else "name"]
        return dict(self.random.sample(list(body.items()), len(body)))  # in any order

    def task_body(self, whole: bool) -> Row:
        members: Row = {
            "description": self.random.choice([None, "", self.some_text(), "\u00e9" * 10_000]),
            "completed": self.chance(0.5),
            "priority": self.random.choice(["low", "medium", "high", None]),
            "due_date": None if self.chance(0.3) else self.some_time(15),
            # A clash with what is stored is wanted now and then, so the ranges touch.
            "reminder_at": None if self.chance(0.5) else self.some_time(0),
            "tag_ids": self.some_tag_ids(),
        }
        kept = {name: members[name] for name in self.random.sample(list(members), self.random.randint(0, 6))}
        return {"title": self.some_title(255)} | kept if whole or self.chance(0.5) else kept

    def tag_body(self, whole: bool) -> Row:
        color = {"color": self.random.choice([None, "#12ab9F", "#000000"])} if self.chance(0.6) else {}
        # So few that one is often taken.
        name = f"{self.mark} {self.random.choice(WORDS)}" if self.chance(0.7) else self.some_title(50)
        return {"name": name} | color if whole or self.chance(0.7) else color

    def some_text(self) -> str:
        return f"{self.mark} {' '.join(self.random.choices(WORDS, k=self.random.randint(1, 3)))}"

    def some_title(self, longest: int) -> str:
        """Sometimes as long as may be, sometimes with white space around it."""
        text = self.some_text()
        if self.chance(0.05):
            text = text.ljust(longest, "é")
        return f" \t{text}\u00a0\u2028" if self.chance(0.1) else text

    def some_tag_ids(self) -> list[int]:
        own = [int(id) for id in self.model.tags]
        ids = self.random.sample(own, self.random.randint(0, min(4, len(own))))
        if self.chance(0.05):
            ids.insert(self.random.randint(0, len(ids)), self.foreign_tag_id())
        elif ids and self.chance(0.05):
            ids.append(ids[0])
        return ids

    def some_time(self, first_day: int) -> str:
        minutes = self.random.randint(0, 15 * 24 * 60 + 60)
        return self.spelt(FIRST_DAY + timedelta(days=first_day, minutes=minutes))

    def spelt(self, local: datetime) -> str:
        """With any offset, so that times meet that are spelt differently."""
        offset = self.random.choice(OFFSETS)
        if self.chance(0.3):
            return local.strftime("%Y-%m-%dT%H:%M") + offset
        fraction = self.random.choice(["", ".5", ".000", ".25", ".1239", ".999999999"])
        return local.strftime("%Y-%m-%dT%H:%M:") + f"{self.random.randint(0, 59):02}{fraction}{offset}"

    # ---- queries -------------------------------------------------------------------------------------

    def unwanted_query(self) -> Query:
        return [("user_id", self.model.user)] if self.chance(0.05) else []

    def some_query(self, kind: str) -> Query:
        query: Query = []
        if self.chance(0.6):
            query.append(("limit", str(self.random.choice([1, 2, 3, 5, 20, 99, 100]))))
        if self.chance(0.4):
            query.append(("page", str(self.random.choice([1, 1, 2, 3, 10, MAX_ID // 100]))))
        if kind == "tasks":
            query += self.some_filters()
        if self.chance(0.08):
            faults = QUERY_FAULTS + (FILTER_FAULTS if kind == "tasks" else [])
            fault = self.random.choice(faults)
            query = [pair for pair in query if pair[0] not in dict(fault)] + fault
        self.random.shuffle(query)
        return query

    def some_filters(self) -> Query:
        query: Query = []
        for name, values in (
            ("status", ["all", "open", "completed"]),
            ("priority", ["low", "medium", "high"]),
            ("sort_by", ["created_at", "due_date", "priority", "title"]),
            ("order", ["asc", "desc"]),
        ):
            if self.chance(0.5 if name in ("sort_by", "order") else 0.2):
                query.append((name, self.random.choice(values)))
        if self.chance(0.2):
            query += [("tag", str(id)) for id in self.some_tag_ids()]
            query += [("tag", str(self.foreign_tag_id()))] if self.chance(0.3) else []
        for name in ("due_after", "due_before"):
            if self.chance(0.15):
                query.append((name, self.some_bound()))
        if self.chance(0.25):
            query.append(("search", self.some_search()))
        return query

    def some_bound(self) -> str:
        """Often exactly when a task is due."""
        dues = [task["due_date"] for task in self.model.tasks.values() if task["due_date"]]
        if not dues or self.chance(0.3):
            return self.some_time(self.random.choice([10, 15, 20]))
        hours, minutes = self.random.randint(-23, 23), self.random.randint(0, 59)
        offset = timezone(timedelta(hours=hours, minutes=minutes))
        return str(self.random.choice(dues).astimezone(offset).isoformat(timespec="milliseconds"))

    def some_search(self) -> str:
        """A part of what is there, in the other case."""
        texts = [task["title"] for task in self.model.tasks.values()] + WORDS
        text = self.random.choice(texts)
        start = self.random.randrange(len(text))
        part = text[start : start + self.random.randint(0, 8)]
        return str(self.random.choice([part, part.swapcase(), part.upper(), part.lower()]))
