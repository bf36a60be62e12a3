"""No spelling of a path lets a user read or write what is not theirs: thousands of them, from a seed."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from backend import Backend
from better_auth import BetterAuth
from path_spellings import spelt
from process import LONG
from raw_http import Answer, RawConnection, head, with_json

SEED = 20261123
REQUESTS = 30_000 if LONG else 6_000
MARK = "only-its-owner-may-see-this"
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
METHODS = ["GET"] * 4 + ["HEAD", "POST", "PUT", "PATCH", "PATCH", "DELETE", "OPTIONS", "get", "COPY"]


@dataclass
class Possession:
    """A user, and the ids of one task and one tag of theirs."""

    user: str
    token: str
    task: str
    tag: str

    def path(self, kind: str, *more: str) -> str:
        return "/".join([f"/api/v1/{self.user}/{kind}", *more])


def possession_of(issuer: BetterAuth, backend: Backend, name: str, text: str) -> Possession:
    person = issuer.sign_up(name)
    mine = Possession(person.uuid, person.token(), "", "")
    mine.tag = make(backend, mine, "tags", {"name": f"{text} tag"})
    mine.task = make(backend, mine, "tasks", {"title": text, "description": text, "tag_ids": [int(mine.tag)]})
    return mine


def make(backend: Backend, owner: Possession, kind: str, body: dict[str, Any]) -> str:
    answer = backend.call("POST", owner.path(kind), owner.token, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture(scope="module")
def victim(issuer: BetterAuth, backend: Backend) -> Possession:
    return possession_of(issuer, backend, "victor", MARK)


@pytest.fixture(scope="module")
def attacker(issuer: BetterAuth, backend: Backend) -> Possession:
    return possession_of(issuer, backend, "mallory", "mine")


# ---- which spellings are good ------------------------------------------------------------------------


def decoded(segment: str) -> str | None:
    """Decoded once, strictly; nothing where that cannot be done."""
    if re.search(r"%(?![0-9A-Fa-f]{2})", segment):
        return None
    raw = re.sub(rb"%(..)", lambda match: bytes.fromhex(match[1].decode()), segment.encode("latin-1"))
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def own_resource(target: str, own: Possession) -> str | None:
    """What of theirs a target names, as the contract has it: segments decoded once and equal, UUIDs as UUIDs."""
    path, _, query = target.partition("?")
    if query or not path.startswith("/") or not re.fullmatch(r"[!-~]+", target) or "#" in target:
        return None
    segments = [decoded(segment) for segment in path[1:].split("/")]
    names = [segment.lower() if segment and UUID.fullmatch(segment) else segment for segment in segments]
    return {
        ("api", "v1", own.user, "tasks"): "tasks",
        ("api", "v1", own.user, "tasks", own.task): "task",
        ("api", "v1", own.user, "tasks", own.task, "complete"): "completion",
        ("api", "v1", own.user, "tags"): "tags",
        ("api", "v1", own.user, "tags", own.tag): "tag",
    }.get(tuple(name or "" for name in names))


GOOD = {"GET": 200, "HEAD": 200, "POST": 201, "PUT": 200, "PATCH": 200, "DELETE": 204}
TAKEN = {
    "tasks": {"GET", "HEAD", "POST"},
    "task": {"GET", "HEAD", "PUT", "PATCH", "DELETE"},
    "completion": {"PATCH"},
    "tags": {"GET", "HEAD", "POST"},
    "tag": {"GET", "HEAD", "PATCH", "DELETE"},
}

# ---- what the attacker sends -------------------------------------------------------------------------


def some_segments(choose: random.Random, own: Possession, other: Possession) -> list[str]:
    """Most often a path of the other's, or one of one's own with an id of the other's in it."""
    user, ids = choose.choice([(other, other), (other, other), (other, own), (own, other), (own, own)])
    task = ["tasks", ids.task]
    rest = choose.choice([["tasks"], task, task, [*task, "complete"], ["tags"], ["tags", ids.tag]])
    return ["api", "v1", user.user, *rest]


def some_body(choose: random.Random, kind: str, other: Possession, number: int) -> tuple[dict[str, Any], bool]:
    """A body, and whether it is good."""
    name = "name" if kind == "tags" else "title"
    body: dict[str, Any] = {name: f"planted {number}"}
    if choose.random() < 0.7:
        return body, True
    bad: list[dict[str, Any]] = [{"user_id": other.user}, {"owner": other.user}, {"id": other.task}]
    return body | choose.choice([*bad, {"tag_ids": [int(other.tag)]}]), False


def some_headers(choose: random.Random, other: Possession) -> list[str]:
    if choose.random() < 0.7:
        return []
    path = f"/api/v1/{other.user}/tasks/{other.task}"
    return [
        choose.choice(
            [f"X-User-Id: {other.user}", f"X-Forwarded-User: {other.user}", f"X-Original-URL: {path}"]
            + [f"X-Rewrite-URL: {path}", f"X-Forwarded-Path: {path}", "X-HTTP-Method-Override: DELETE"]
        )
    ]


def with_query(choose: random.Random, target: str, other: Possession) -> str:
    if choose.random() < 0.9:
        return target
    queries = [f"?user_id={other.user}", f"?id={other.task}", f"?uuid={other.user}", "?_method=DELETE", "?"]
    return target + choose.choice(queries)


@dataclass(frozen=True)
class Attempt:
    method: str
    target: str
    body: dict[str, Any] | None
    body_is_good: bool
    headers: list[str]

    def request(self, token: str) -> bytes:
        if self.body is None:
            return head(self.method, self.target, token, *self.headers)
        return with_json(self.method, self.target, token, self.body, *self.headers)

    def may_do(self, own: Possession) -> str | None:
        """What of theirs the attacker may use with it."""
        resource = own_resource(self.target, own)
        if resource is None or self.method not in TAKEN[resource]:
            return None
        return resource if self.body_is_good or resource == "completion" else None


def some_attempt(choose: random.Random, own: Possession, other: Possession, number: int) -> Attempt:
    method, segments = choose.choice(METHODS), some_segments(choose, own, other)
    target = with_query(choose, spelt(choose, segments, [own.user, own.task, "tasks", "x"]), other)
    body, is_good = some_body(choose, segments[3], other, number)
    headers = some_headers(choose, other)
    if method not in ("POST", "PUT", "PATCH"):
        return Attempt(method, target, None, True, headers)
    return Attempt(method, target, body, is_good, headers)


class Connections:
    """One after another, each as long as it lives."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = RawConnection(port)

    def ask(self, request: bytes, method: str) -> Answer:
        self.connection.send(request)
        answer = self.connection.receive(method)
        if answer.fields.get("connection") == "close":
            self.connection.close()
            self.connection = RawConnection(self.port)
        return answer


def replace_what_was_deleted(backend: Backend, own: Possession, resource: str, number: int) -> None:
    if resource == "task":
        own.task = make(backend, own, "tasks", {"title": "mine again"})
    elif resource == "tag":
        own.tag = make(backend, own, "tags", {"name": f"mine again {number}"})


def test_no_spelling_reaches_what_is_anothers(
    issuer: BetterAuth, backend: Backend, victim: Possession, attacker: Possession
) -> None:
    choose = random.Random(SEED)
    before = issuer.database.rows_of(victim.user)
    assert [len(rows) for rows in before.values()] == [1, 1, 1]
    connection, reached, statuses = Connections(backend.port), Counter[str](), Counter[int]()
    for number in range(REQUESTS):
        attempt = some_attempt(choose, attacker, victim, number)
        answer = connection.ask(attempt.request(attacker.token), attempt.method)
        statuses[answer.status] += 1
        said = f"request {number} of seed {SEED}: {attempt} {answer}"
        assert MARK.encode() not in answer.body, said
        if resource := attempt.may_do(attacker):
            assert answer.status == GOOD[attempt.method], said
            reached[f"{attempt.method} {resource}"] += 1
            if attempt.method == "DELETE":
                replace_what_was_deleted(backend, attacker, resource, number)
        else:
            assert 400 <= answer.status < 500, said
        if number % 1_000 == 0:
            assert issuer.database.rows_of(victim.user) == before, said

    assert issuer.database.rows_of(victim.user) == before
    seen = backend.call("GET", victim.path("tasks", victim.task), victim.token).json()
    assert (seen["title"], [str(tag["id"]) for tag in seen["tags"]]) == (MARK, [victim.tag])
    # Otherwise this showed little.
    assert set(reached) == {f"{method} {name}" for name, methods in TAKEN.items() for method in methods}
    assert all(statuses[status] >= REQUESTS / 300 for status in (200, 403, 404, 405, 422)), statuses
