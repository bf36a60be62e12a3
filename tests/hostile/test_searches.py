"""One user's searches through very much text: they are ended, they run one at a time, and others hear nothing of them."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from backend import Backend
from better_auth import BetterAuth
from database import Database, PostgresDatabase
from long_texts import fill
from owned_api import OwnedApi
from process import LONG, wait_until
from raw_http import RawConnection, head

TASKS = 3_000
CONNECTIONS = 100
SECONDS = 8 if LONG else 3
LISTS = 300  # of another, so that one in a hundred are several, or as many as there are in four times these seconds

UNFOLDED = "update tasks set title_folded = null, description_folded = null where user_id = ?"


def unfold(database: Database, user: str) -> None:
    """As a program leaves them that knows nothing of folded texts, or a restore with the triggers off."""
    if isinstance(database, PostgresDatabase):
        with closing(database.connect()) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(UNFOLDED.replace("?", "%s"), [user])
    else:
        database.execute(UNFOLDED, user)


@pytest.fixture(scope="module")
def eve(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    """With as much text as fits into some tasks."""
    eve = OwnedApi.sign_up(issuer, backend, "eve")
    fill(issuer.database, eve.uuid, TASKS)
    return eve


@pytest.fixture(scope="module")
def bob(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    for number in range(20):
        bob.make_task(f"Task {number}")
    return bob


def wait_until_quiet(eve: OwnedApi) -> None:
    """What she left behind is dropped within the 5 s that work may wait."""
    wait_until(lambda: eve.get("/tasks", limit=1).status_code == 200, 15, "her own places are free again")


COSTLY = {
    "a search": "?search=nowhere",
    "a list by title": "?sort_by=title&limit=1",
    "both, and others": "?search=nowhere&sort_by=title&status=open&order=desc",
}


@contextmanager
def searching(eve: OwnedApi, stays: bool) -> Iterator[Counter[str]]:
    """A hundred connections that ask for what costs most, again and again; each either waits for its answer or leaves at
    once. What they did is counted."""
    requests = [head("GET", f"{eve.tasks}{query}", eve.token) for query in COSTLY.values()]
    ended = threading.Event()
    done: Counter[str] = Counter()

    def leave_at_once() -> None:
        while not ended.is_set():
            connections = [socket.create_connection(("127.0.0.1", eve.backend.port)) for _ in range(CONNECTIONS)]
            for number, connection in enumerate(connections):
                connection.sendall(requests[number % len(requests)])
            for connection in connections:
                connection.close()
                done["left"] += 1

    def wait_for_answers() -> None:
        connections = [RawConnection(eve.backend.port) for _ in range(CONNECTIONS)]
        for number, connection in enumerate(connections):
            connection.send(requests[number % len(requests)])
        while not ended.is_set():
            for number, connection in enumerate(connections):
                if connection.is_readable():
                    done[str(connection.receive().status)] += 1
                    connection.send(requests[number % len(requests)])
            time.sleep(0.01)
        for connection in connections:
            connection.close()

    thread = threading.Thread(target=wait_for_answers if stays else leave_at_once)
    thread.start()
    try:
        yield done
    finally:
        ended.set()
        thread.join()


@pytest.mark.serial
@pytest.mark.parametrize("stays", [True, False], ids=["who-wait", "who-leave"])
def test_others_are_served_meanwhile(eve: OwnedApi, bob: OwnedApi, stays: bool) -> None:
    lists, ready = head("GET", bob.tasks, bob.token), head("GET", "/readyz")
    took: list[float] = []
    statuses: Counter[int] = Counter()
    with searching(eve, stays) as done, RawConnection(bob.backend.port) as connection:
        start = time.monotonic()
        while (elapsed := time.monotonic() - start) < SECONDS or (len(took) < LISTS and elapsed < 4 * SECONDS):
            began = time.monotonic()
            connection.send(lists)
            statuses[connection.receive().status] += 1
            took.append(time.monotonic() - began)
            connection.send(ready)
            statuses[connection.receive().status] += 1
            time.sleep(0.005)
    took.sort()
    p99 = took[len(took) * 99 // 100]
    print(
        f"\n{len(took)} lists of another: p50 {took[len(took) // 2] * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms; {dict(done)}"
    )
    assert set(statuses) == {200}
    assert len(took) > 50
    assert p99 < 1, f"{p99:.2f} s"
    assert sum(done.values()) >= 1


@pytest.mark.serial  # it has two seconds
@pytest.mark.parametrize("query", COSTLY.values(), ids=COSTLY)
def test_a_search_through_folded_texts_is_answered(eve: OwnedApi, query: str) -> None:
    wait_until_quiet(eve)
    answer = eve.call("GET", f"/tasks{query}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] in (0, TASKS)


@pytest.mark.serial
def test_a_search_that_takes_too_long_is_ended(issuer: BetterAuth, eve: OwnedApi, bob: OwnedApi) -> None:
    """Here because another program left texts unfolded, each of which is folded when it is read."""
    wait_until_quiet(eve)
    unfold(issuer.database, eve.uuid)
    began = time.monotonic()
    answer = eve.call("GET", "/tasks?search=nowhere")
    took = time.monotonic() - began
    assert (answer.status_code, answer.json()["code"]) == (503, "statement_timeout"), answer.text
    assert answer.headers["Retry-After"] == "1"
    assert 1.9 < took < 4
    assert bob.get("/tasks").status_code == 200
    # Nothing is left of it: the same session serves the next.
    for _ in range(8):
        assert eve.get("/tasks", limit=1).json()["total"] == TASKS


def test_what_is_left_unfolded_is_found(issuer: BetterAuth, bob: OwnedApi) -> None:
    bob.make_task("B\u00fccher \u0130")
    unfold(issuer.database, bob.uuid)
    for search in ("B\u00dcCHER", "i\u0307"):
        listed = bob.get("/tasks", search=search).json()
        assert [task["title"] for task in listed["items"]] == ["B\u00fccher \u0130"]
