"""examples/fastapi while one of its users does what would stop it for all."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from attack import asking_and_leaving, from_many_connections, watch
from backend import Backend
from better_auth import BetterAuth
from conftest import StartBackend
from long_texts import fill
from owned_api import OwnedApi
from process import LONG
from raw_http import RawConnection, head

SECONDS = 3.0 if LONG else 1.5
CAPITAL = "%C4%B0"  # İ


@pytest.fixture(scope="module")
def backend(issuer: BetterAuth, start_backend: StartBackend) -> Backend:
    return start_backend(issuer, kind="fastapi")


@pytest.fixture(scope="module")
def eve(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    eve = OwnedApi.sign_up(issuer, backend, "eve")
    fill(issuer.database, eve.uuid, 1000)
    return eve


@pytest.fixture(scope="module")
def bob(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    for number in range(20):
        bob.make_task(f"task {number}")
    return bob


SEARCHES = {
    "a search for what is nowhere": "?search=nowhere",
    "a search for what is everywhere": f"?limit=100&search={CAPITAL}",
    "titles in order": "?sort_by=title&limit=100",
    "pages of long texts": "?limit=100",
}


STAYS = {"closed at once": 0.0, "closed soon": 0.05}
SHORT = {
    "closed at once": ("a search for what is everywhere", "pages of long texts"),
    "closed soon": ("a search for what is nowhere", "titles in order"),
}


@pytest.mark.parametrize(
    ("query", "stay"),
    [
        pytest.param(query, STAYS[stay], id=f"{name}, {stay}", marks=() if name in SHORT[stay] else pytest.mark.long)
        for stay in STAYS
        for name, query in SEARCHES.items()
    ],
)
def test_lists_of_one_user_hold_up_nobody_else(eve: OwnedApi, bob: OwnedApi, query: str, stay: float) -> None:
    request = head("GET", eve.tasks + query, eve.token)
    act = asking_and_leaving(eve.backend.port, request, stay)
    with RawConnection(bob.backend.port) as connection, from_many_connections(act) as done:
        seen = watch(bob, SECONDS, connection)
    print(query, stay, done, seen.statuses, *(f"{seen.slowest(part):.3f}" for part in (0.5, 0.9, 0.99, 1)))
    assert done["done"] > 50
    assert set(seen.statuses) == {200}
    assert seen.slowest(0.5) < 1


def test_bodies_of_one_user_hold_up_nobody_else(eve: OwnedApi, bob: OwnedApi) -> None:
    """A megabyte in which there are 300,000 objects."""
    body = b'{"title": "x", "tag_ids": [' + b",".join([b"{}"] * 340_000) + b"]}"
    lines = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    request = head("POST", eve.tasks, eve.token, *lines) + body

    def act() -> None:
        with RawConnection(eve.backend.port) as connection:
            connection.send(request)
            assert connection.receive().status in (422, 429, 503)

    with RawConnection(bob.backend.port) as connection, from_many_connections(act, 20) as done:
        seen = watch(bob, SECONDS, connection)
    print("bodies", done, seen.statuses, *(f"{seen.slowest(part):.3f}" for part in (0.5, 0.9, 0.99, 1)))
    assert done["done"] > 0
    assert set(seen.statuses) == {200}
    assert seen.slowest(0.5) < 1


def test_a_search_that_takes_too_long_is_stopped(issuer: BetterAuth, backend: Backend) -> None:
    """Texts that another program wrote on a day when no trigger ran are folded at each read."""
    mallory = OwnedApi.sign_up(issuer, backend, "mallory")
    fill(issuer.database, mallory.uuid, 3000, folded=None)
    began = time.monotonic()
    answer = mallory.get("/tasks", search="nowhere")
    took = time.monotonic() - began
    assert (answer.status_code, answer.json()["code"]) == (503, "statement_timeout")
    assert answer.headers["Retry-After"] == "1"
    assert 1.9 < took < 5
    assert mallory.get("/tasks", limit=1).status_code == 200

    # Who goes takes the search along: the next one of the same user begins at once.
    with RawConnection(backend.port) as connection:
        connection.send(head("GET", mallory.tasks + "?search=nowhere", mallory.token))
        time.sleep(0.2)
    began = time.monotonic()
    assert mallory.get("/tasks", priority="high").json()["total"] == 0
    assert time.monotonic() - began < 1.5


def test_answers_that_nobody_fetches_stay_few(issuer: BetterAuth, backend: Backend, bob: OwnedApi) -> None:
    trudy = OwnedApi.sign_up(issuer, backend, "trudy")
    text = "\x01" * 10_000  # six bytes each in JSON
    fill(issuer.database, trudy.uuid, 100, text=text, folded=text)
    answer = trudy.get("/tasks", limit=100)
    assert len(answer.content) > 6_000_000
    assert [len(task["description"]) for task in answer.json()["items"]] == [10_000] * 100

    before = resident(backend)
    with ExitStack() as connections:
        for _ in range(100):
            connection = connections.enter_context(RawConnection(backend.port))
            connection.send(head("GET", trudy.tasks + "?limit=100", trudy.token))
        seen = watch(bob, SECONDS, connections.enter_context(RawConnection(backend.port)))
        grown = resident(backend) - before
    print("unsent", grown >> 20, "MiB", seen.statuses, f"{seen.slowest(0.99):.3f}")
    assert set(seen.statuses) == {200}
    assert grown < 150 << 20
    assert trudy.get("/tasks", limit=1).status_code == 200


def resident(backend: Backend) -> int:
    """Bytes."""
    assert backend.program.child is not None
    pages = Path(f"/proc/{backend.program.child.pid}/statm").read_text().split()[1]
    return int(pages) * 4096
