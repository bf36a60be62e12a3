"""Clients that create tasks without pause and note each answer, so that it can be said afterwards what must be in the
database, and what may be."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

import httpx

from backend import Backend
from better_auth import Person
from database import Database
from loopback import open_client
from process import wait_until


class CreatingLoad:
    """Runs while it is entered; leaving it ends it and shows what went wrong in a client."""

    def __init__(self, backend: Backend, people: list[Person], clients_each: int = 2) -> None:
        self.backend = backend
        self.name = secrets.token_hex(8)  # no title is another load's, which may have been on the same database
        self.users = [(person.uuid, person.token()) for person in people for _ in range(clients_each)]
        self.answered: dict[str, int] = {}  # by title: the status
        self.ended = threading.Event()
        self.threads = ThreadPoolExecutor(len(self.users))
        self.clients: list[Future[None]] = []

    def __enter__(self) -> CreatingLoad:
        self.clients = [
            self.threads.submit(self.create, number, uuid, token) for number, (uuid, token) in enumerate(self.users)
        ]
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.ended.set()
        for client in self.clients:
            client.result()
        self.threads.shutdown()

    def create(self, client: int, uuid: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        with open_client(self.backend.url, headers=headers) as http:
            number = 0
            while not self.ended.is_set():
                title = f"{client}.{number}.{self.name}"
                number += 1
                answer = http.post(f"/api/v1/{uuid}/tasks", json={"title": title})
                self.answered[title] = answer.status_code
                if answer.status_code != 201:
                    check_unavailable(answer)

    def count(self, status: int) -> int:
        return list(self.answered.values()).count(status)

    def wait_for_more(self, status: int, number: int, seconds: float) -> None:
        """Until as many more have been answered so."""
        goal = self.count(status) + number
        wait_until(lambda: self.count(status) >= goal, seconds, f"{number} more answers {status}")

    def check(self, database: Database) -> None:
        """What was answered 201 is there once; what was not is there once at most."""
        there = Counter(title for (title,) in database.execute("select title from tasks"))
        assert not [title for title, times in there.items() if times > 1], "written twice"
        lost = [title for title, status in self.answered.items() if status == 201 and title not in there]
        assert not lost, f"answered and lost: {lost[:5]}"


def check_unavailable(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable"), answer.text
    assert int(answer.headers["Retry-After"]) >= 1
