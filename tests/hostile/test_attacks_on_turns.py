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

# Marks in a row are put in order by the square of their number; this many are taken.
MARKS = {"one run": ("\u0344" * 5_000 + "\u0f73" * 5_000, 422), "many runs": (("\u0344" * 15 + "a") * 625, 201)}


@pytest.fixture(scope="module")
def issuer(start_issuer: StartIssuer) -> BetterAuth:
    """SQLite has one writer, whose lock Better Auth waits for too."""
    return start_issuer()


@pytest.fixture(scope="module")
def backend(issuer: BetterAuth, start_backend: StartBackend) -> Backend:
    return start_backend(issuer, drawbridge_threads=2)


# Both fold by the same core, before the database is asked.
BOTH = [("sqlite", "cpp"), ("postgresql", "fastapi")]
OTHERS = [pytest.param("sqlite", "fastapi", marks=pytest.mark.long), pytest.param("postgresql", "cpp", marks=pytest.mark.long)]


@pytest.mark.parametrize(("product", "kind"), [*BOTH, *OTHERS])
def test_texts_of_nothing_but_marks(
    start_issuer: StartIssuer, start_backend: StartBackend, product: str, kind: str
) -> None:
    issuer = start_issuer(product)
    backend = start_backend(issuer, kind=kind)
    eve = OwnedApi.sign_up(issuer, backend, "eve")
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    for name, (marks, status) in MARKS.items():
        body = {"title": "T", "description": marks}
        assert eve.post("/tasks", body).status_code == status, name
        request = with_json("POST", eve.tasks, eve.token, body, "Connection: close")
        with from_many_connections(asking_and_leaving(backend.port, request, 0.05), 6):
            end = time.monotonic() + 1.5
            while time.monotonic() < end:
                assert bob.post("/tasks", {"title": "T"}).status_code == 201, name
            issuer.sign_up(f"late-{len(name)}")


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
