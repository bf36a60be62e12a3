"""Random calls by three users at once, and a plain model of the API that knows every answer."""

from __future__ import annotations

import json
import math
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from backend import Backend
from better_auth import BetterAuth, Person
from process import LONG
from raw_http import Answer, RawConnection, head
from task_calls import CallMaker, KnownIds
from task_model import Call, Expected, TaskModel, time_of

SEED = 20261123
CALLS = 10_000 if LONG else 3_000
SHOWN = 12  # calls that a failure tells


class ModelledUser:
    """One user on one connection: makes calls and compares each answer with the model's."""

    def __init__(self, backend: Backend, person: Person, others: list[Person], ids: KnownIds, seed: int) -> None:
        self.token, self.seed, self.ids = person.token(), seed, ids
        self.model = TaskModel(person.uuid)
        self.mark = f"of-{person.uuid[:8]}"
        self.foreign = [text for other in others for text in (other.uuid, f"of-{other.uuid[:8]}")]
        self.maker = CallMaker(self.model, [other.uuid for other in others], ids, self.mark, seed)
        self.connection = RawConnection(backend.port)
        self.last: deque[str] = deque(maxlen=SHOWN)
        self.statuses: Counter[str] = Counter()

    def make_calls(self, count: int) -> None:
        for number in range(count):
            call = self.maker.next_call()
            try:
                self.make(call)
            except AssertionError as fault:
                told = "\n".join([*self.last, str(call)])
                raise AssertionError(f"call {number} of seed {self.seed}: {fault}\n{told}") from fault

    def make(self, call: Call) -> None:
        as_head = call.method == "GET" and self.maker.chance(0.05)
        sent = math.floor(time.time() * 1000)
        answer = self.ask(call, "HEAD" if as_head else call.method)
        received = math.floor(time.time() * 1000)
        made = json.loads(answer.body) if answer.status in (200, 201) and not as_head else {}
        now = (time_of(made.get("updated_at")) if isinstance(made, dict) else None) or datetime.now(UTC)
        expected = self.model.answer(call, made.get("id"), now)
        self.last.append(f"{call} -> {answer.status} {answer.body[:300]!r}")
        self.statuses[f"{call.method} {expected.code or expected.status}"] += 1

        for text in self.foreign:
            assert text.encode() not in answer.body, f"what is another's: {answer}"
        if as_head:
            assert (answer.status, answer.body) == (expected.status, b"")
            return
        self.compare(answer, expected)
        if answer.status == 201:
            self.check_new(call, answer, made)
        if call.kind == "tasks" and call.method in ("POST", "PUT", "PATCH") and answer.status < 300:
            assert sent <= round(now.timestamp() * 1000) <= received, f"written at {now}"

    def ask(self, call: Call, method: str) -> Answer:
        target = f"/api/v1/{call.user}/{call.kind}" + (f"/{call.id}" if call.id else "")
        target += ("/complete" if call.toggle else "") + (f"?{urlencode(call.query)}" if call.query else "")
        lines: list[str] = []
        body = b""
        if method in ("POST", "PUT", "PATCH"):
            body = b"not looked at" if call.toggle else json.dumps(call.body).encode()
            lines = [f"Content-Length: {len(body)}", "Content-Type: application/json"][: 1 if call.toggle else 2]
        self.connection.send(head(method, target, self.token, *lines) + body)
        answer = self.connection.receive(method)
        if answer.fields.get("connection") == "close":
            self.reconnect()
        return answer

    def reconnect(self) -> None:
        self.connection.close()
        self.connection = RawConnection(self.connection.port)

    def compare(self, answer: Answer, expected: Expected) -> None:
        assert answer.status == expected.status, f"{answer}, not {expected}"
        if expected.code is None:
            found = json.loads(answer.body) if answer.body else None
            assert found == expected.body, f"{found}, not {expected.body}"
            return
        assert answer.refusal() == (expected.status, expected.code)
        errors = answer.json().get("errors", [])
        assert {error["pointer"] for error in errors} == expected.pointers, f"{errors}, not {expected}"
        assert all(error["message"] for error in errors)

    def check_new(self, call: Call, answer: Answer, made: dict[str, Any]) -> None:
        assert self.ids.add(call.kind, self.model.user, str(made["id"])), f"the id of {made} was used before"
        assert answer.fields["location"] == f"/api/v1/{self.model.user}/{call.kind}/{made['id']}"

    def check_all_rows(self) -> None:
        """All that is there in the end, page by page."""
        self.reconnect()  # it was idle while the others were not done, and an idle one may be closed
        for kind in ("tasks", "tags"):
            for page in (1, 2, 3):
                self.make(Call(self.model.user, "GET", kind, query=[("limit", "50"), ("page", str(page))]))


def test_random_calls_are_answered_as_the_model_has_it(issuer: BetterAuth, backend: Backend) -> None:
    people = [issuer.sign_up(name) for name in ("alice", "bob", "carol")]
    ids = KnownIds()
    users = [
        ModelledUser(backend, person, [other for other in people if other is not person], ids, SEED + number)
        for number, person in enumerate(people)
    ]
    with ThreadPoolExecutor(len(users)) as threads:
        for done in [threads.submit(user.make_calls, math.ceil(CALLS / len(users))) for user in users]:
            done.result()
    for user in users:
        user.check_all_rows()
        user.connection.close()

    # Otherwise this showed little: each of these came up; by chance a short run may lack one with one method.
    seen: Counter[str] = sum((user.statuses for user in users), Counter())
    assert seen.total() >= CALLS
    for method, answers in {
        "GET": ["200", "not_found", "user_mismatch", "validation_failed"],
        "POST": ["201", "conflict", "user_mismatch", "validation_failed"],
        "PUT": ["200", "not_found", "user_mismatch", "validation_failed"],
        "PATCH": ["200", "conflict", "not_found", "user_mismatch", "validation_failed"],
        "DELETE": ["204", "not_found", "user_mismatch", "validation_failed"],
    }.items():
        for answer in answers:
            assert seen[f"{method} {answer}"] > 0 or not LONG, seen
    for answer in ("200", "201", "204", "conflict", "not_found", "user_mismatch", "validation_failed"):
        assert sum(times for key, times in seen.items() if key.endswith(f" {answer}")) > CALLS // 1_000, seen
