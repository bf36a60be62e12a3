"""What one user finds that is dear to the server and cheap to ask for: others do not notice."""

from __future__ import annotations

import socket
import time

import pytest

from attack import asking_and_leaving, from_many_connections, watch
from backend import Backend
from better_auth import BetterAuth
from conftest import StartBackend, StartIssuer
from crowd import Connection
from long_texts import fill
from owned_api import OwnedApi
from raw_http import RawConnection, head, with_json

pytestmark = pytest.mark.serial

# In one run of marks, which are put in order by the square of their number.
MARKS = "\u0344" * 5_000 + "\u0f73" * 5_000


@pytest.fixture(scope="module")
def issuer(start_issuer: StartIssuer) -> BetterAuth:
    """SQLite has one writer, whose lock Better Auth waits for too."""
    return start_issuer()


@pytest.fixture(scope="module")
def backend(issuer: BetterAuth, start_backend: StartBackend) -> Backend:
    return start_backend(issuer, drawbridge_threads=2)


def test_texts_of_nothing_but_marks(issuer: BetterAuth, backend: Backend) -> None:
    eve = OwnedApi.sign_up(issuer, backend, "eve")
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    request = with_json("POST", eve.tasks, eve.token, {"title": "T", "description": MARKS}, "Connection: close")

    def act() -> None:
        with RawConnection(eve.backend.port) as connection:
            connection.send(request)
            assert connection.receive().status == 201

    with from_many_connections(act, 5):
        end = time.monotonic() + 3
        while time.monotonic() < end:
            assert bob.post("/tasks", {"title": "T"}).status_code == 201
        issuer.sign_up("late")


@pytest.fixture(scope="module")
def much(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    """Of somebody whose texts are long."""
    much = OwnedApi.sign_up(issuer, backend, "much")
    fill(issuer.database, much.uuid, 5_000, text="\U0001f309" * 10_000, folded="a")
    return much


def test_lists_against_the_direction_of_an_index(issuer: BetterAuth, backend: Backend, much: OwnedApi) -> None:
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    request = head("GET", f"{much.tasks}?page=50&limit=100&order=asc", much.token)
    act = asking_and_leaving(backend.port, request, 2)
    with RawConnection(backend.port) as connection, from_many_connections(act, 60):
        seen = watch(bob, 2, connection)
    assert set(seen.statuses) == {200}
    assert seen.slowest(0.5) < 0.5


def test_unread_answers_that_are_all_on_another_thread(issuer: BetterAuth, start_backend: StartBackend) -> None:
    """Connections are dealt out in turn, so that whoever closes every second one has the others on one thread."""
    backend = start_backend(issuer, drawbridge_threads=2)
    eves = [OwnedApi.sign_up(issuer, backend, f"eve{number}") for number in range(9)]
    for eve in eves:
        fill(issuer.database, eve.uuid, 100, text="\x01" * 10_000, folded="a")
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    backend.http.close()
    with RawConnection(backend.port) as one, RawConnection(backend.port) as other:
        unread = []
        for eve in eves * 3:
            unread.append(Connection(backend.port, head("GET", f"{eve.tasks}?limit=100", eve.token)))
            socket.create_connection(("127.0.0.1", backend.port)).close()
        time.sleep(1.5)  # longer than an unread answer may be in others' way
        for connection in (other, one):
            assert set(watch(bob, 1, connection).statuses) <= {200, 503}
            assert set(watch(bob, 1, connection).statuses) == {200}
        for connection in unread:
            connection.close()
