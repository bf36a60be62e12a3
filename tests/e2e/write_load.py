"""A client that writes without pause and remembers each answer, so that it can say after a crash what must be
there, and what may be.

Each client has tasks and tags of its own among those of its user, so that it knows the order of all that
happens to them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from raw_http import RawConnection, head, with_json

Row = dict[str, Any]

MADE_BY_THE_SERVER = ("id", "created_at", "updated_at")
DEFAULTS: Row = {"description": None, "completed": False, "priority": None, "due_date": None, "reminder_at": None}
MAX_TASKS, MAX_TAGS = 12, 6  # of one client: all of a user's fit one page


@dataclass(frozen=True)
class Write:
    """A request, and the row that it leaves: None where it deletes one."""

    method: str
    kind: str  # "tasks" or "tags"
    id: str | int | None  # None where it creates one
    more: str  # of the path
    body: Row | None
    after: Row | None  # without what the server makes up; a task's tags as their ids

    def request(self, user: str, token: str) -> bytes:
        path = f"/api/v1/{user}/{self.kind}" + ("" if self.id is None else f"/{self.id}") + self.more
        return head(self.method, path, token) if self.body is None else with_json(self.method, path, token, self.body)

    @property
    def status(self) -> int:
        return {"POST": 201, "DELETE": 204}.get(self.method, 200)


def with_tag_ids(task: Row) -> Row:
    """A task as it was answered, its tags as their ids: what they are called is the tags' matter."""
    return {name: value for name, value in task.items() if name != "tags"} | {
        "tag_ids": sorted(tag["id"] for tag in task["tags"])
    }


def without_what_the_server_makes(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in MADE_BY_THE_SERVER}


class WritingClient:
    def __init__(self, name: str, user: str, token: str, seed: int) -> None:
        self.name, self.user, self.token = name, user, token
        self.random = random.Random(seed)
        self.rows: dict[str, dict[Any, Row]] = {"tasks": {}, "tags": {}}  # as answered, by id
        self.unanswered: Write | None = None
        self.written = 0

    # ---- while the server lives ----------------------------------------------------------------------

    def write_until_it_ends(self, port: int) -> None:
        try:
            with RawConnection(port) as connection:
                while True:
                    self.unanswered = self.next_write()
                    connection.send(self.unanswered.request(self.user, self.token))
                    answer = connection.receive()
                    assert answer.status == self.unanswered.status, (self.unanswered, answer)
                    self.remember(self.unanswered, answer.json() if answer.body else None)
                    self.unanswered = None
        except (ConnectionError, EOFError):
            pass

    def remember(self, write: Write, answered: Row | None) -> None:
        self.written += 1
        rows = self.rows[write.kind]
        if answered is None:
            del rows[write.id]
            if write.kind == "tags":
                self.take_off(int(write.id or 0))
            return
        row = with_tag_ids(answered) if write.kind == "tasks" else answered
        assert without_what_the_server_makes(row) == write.after
        rows[row["id"]] = row

    def take_off(self, tag: int) -> None:
        for task in self.rows["tasks"].values():
            task["tag_ids"] = [id for id in task["tag_ids"] if id != tag]

    # ---- what to write next --------------------------------------------------------------------------

    def next_write(self) -> Write:
        tasks, tags = self.rows["tasks"], self.rows["tags"]
        choices = ["create_task"] * (len(tasks) < MAX_TASKS) + ["create_tag"] * (len(tags) < MAX_TAGS)
        if tasks:
            choices += ["put_task", "change_task", "toggle_task", "delete_task"]
        if tags:
            choices += ["change_tag", "delete_tag"]
        made: Write = getattr(self, self.random.choice(choices))()
        return made

    def some_text(self, longest: int) -> str:
        return f"{self.name} {self.random.randbytes(8).hex()} ".ljust(self.random.randint(30, longest), "x")

    def some_tags(self) -> list[int]:
        ids = sorted(self.rows["tags"])
        return sorted(self.random.sample(ids, self.random.randint(0, len(ids))))

    def some_task(self) -> Row:
        """A body for POST and PUT, with some members left out."""
        members: Row = {
            "description": self.some_text(3_000),
            "completed": self.random.random() < 0.5,
            "priority": self.random.choice(["low", "medium", "high", None]),
            "due_date": f"20{self.random.randint(30, 99)}-01-01T00:00:00.000Z",
            "reminder_at": f"20{self.random.randint(10, 29)}-01-01T00:00:00.000Z",
            "tag_ids": self.some_tags(),
        }
        kept = self.random.sample(list(members), self.random.randint(0, len(members)))
        return {"title": self.some_text(100)} | {name: members[name] for name in kept}

    def task_after(self, body: Row) -> Row:
        return {"user_id": self.user} | DEFAULTS | {"tag_ids": []} | body

    def create_task(self) -> Write:
        body = self.some_task()
        return Write("POST", "tasks", None, "", body, self.task_after(body))

    def put_task(self) -> Write:
        body = self.some_task()
        return Write("PUT", "tasks", self.some_id("tasks"), "", body, self.task_after(body))

    def change_task(self) -> Write:
        id, body = self.some_id("tasks"), self.some_task()
        before = without_what_the_server_makes(self.rows["tasks"][id])
        return Write("PATCH", "tasks", id, "", body, before | body)

    def toggle_task(self) -> Write:
        id = self.some_id("tasks")
        before = without_what_the_server_makes(self.rows["tasks"][id])
        return Write("PATCH", "tasks", id, "/complete", None, before | {"completed": not before["completed"]})

    def delete_task(self) -> Write:
        return Write("DELETE", "tasks", self.some_id("tasks"), "", None, None)

    def create_tag(self) -> Write:
        body = {"name": self.some_text(50), "color": self.random.choice([None, "#12ab9F"])}
        return Write("POST", "tags", None, "", body, body)

    def change_tag(self) -> Write:
        id, body = self.some_id("tags"), {"name": self.some_text(50)}
        return Write("PATCH", "tags", id, "", body, without_what_the_server_makes(self.rows["tags"][id]) | body)

    def delete_tag(self) -> Write:
        return Write("DELETE", "tags", self.some_id("tags"), "", None, None)

    def some_id(self, kind: str) -> Any:
        return self.random.choice(sorted(self.rows[kind]))

    # ---- after the crash -----------------------------------------------------------------------------

    def check_and_adopt(self, found: dict[str, list[Row]]) -> None:
        """What is there of this client is what was answered; the write without an answer was done or not done.

        Takes its rows out of `found`.
        """
        write, self.unanswered = self.unanswered, None
        for kind in ("tags", "tasks"):
            for id, row in list(self.rows[kind].items()):
                is_its = write is not None and (write.kind, write.id) == (kind, id)
                self.check_row(kind, id, row, found[kind], write if is_its else None)
        if write and write.id is None:
            self.adopt_what_was_created(write, found[write.kind])

    def check_row(self, kind: str, id: Any, row: Row, found: list[Row], write: Write | None) -> None:
        there = next((other for other in found if other["id"] == id), None)
        if there is None:
            assert write and write.after is None, f"{self.name}: lost {row}"
            del self.rows[kind][id]
            if kind == "tags":
                self.take_off(id)
            return
        found.remove(there)
        seen = self.seen(kind, there)
        if seen != row:
            assert write and write.after == without_what_the_server_makes(seen), f"{self.name}: {seen} was {row}"
            self.rows[kind][id] = seen

    def adopt_what_was_created(self, write: Write, found: list[Row]) -> None:
        name = "title" if write.kind == "tasks" else "name"
        assert write.after is not None
        for there in [row for row in found if row[name] == write.after[name]]:
            found.remove(there)
            seen = self.seen(write.kind, there)
            assert without_what_the_server_makes(seen) == write.after, f"{self.name}: {seen} is not whole"
            self.rows[write.kind][seen["id"]] = seen

    def seen(self, kind: str, row: Row) -> Row:
        """The row in the form in which rows are remembered; the tags in a task say what the tags themselves say."""
        if kind == "tags":
            return row
        seen = with_tag_ids(row)
        expected = sorted((self.rows["tags"][id] for id in seen["tag_ids"]), key=lambda tag: tag["name"])
        assert row["tags"] == expected, f"{self.name}: the tags of {row} are not {expected}"
        return seen
