"""What clients can make the server hold for them: answers that they do not read, bodies and heads that they do not
end. It has a bound, whatever their number, and nobody else notices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backend import Backend
from better_auth import BetterAuth
from cases import cases
from conftest import StartBackend, StartIssuer
from crowd import (
    MIB,
    Connection,
    MemoryWatch,
    crowd,
    limited_backend,
    statuses_of,
    with_news,
)
from long_texts import fill
from owned_api import OwnedApi
from process import wait_until
from raw_http import RawConnection, head

pytestmark = pytest.mark.serial

DEAF = 300
SLOW = 300
BODY = 1024 * 1024

Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def issuer(start_issuer: StartIssuer) -> BetterAuth:
    """The database makes no difference here."""
    return start_issuer()


@pytest.fixture
def backend(issuer: BetterAuth, start_backend: StartBackend) -> Backend:
    """Fresh, so that nothing is left of what another test made it take."""
    return start_backend(issuer)


def owner_of_large_tasks(issuer: BetterAuth, backend: Backend, name: str) -> OwnedApi:
    """A page of them is 6 MB of JSON, since a control character takes six bytes there."""
    owner = OwnedApi.sign_up(issuer, backend, name)
    fill(issuer.database, owner.uuid, 100, text="\x01" * 10_000, folded="a")
    return owner


def large_page(owner: OwnedApi) -> bytes:
    return head("GET", f"{owner.tasks}?limit=100", owner.token)


def test_answers_that_one_user_does_not_read(issuer: BetterAuth, backend: Backend, record_property: Record) -> None:
    eve = owner_of_large_tasks(issuer, backend, "eve")
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    with (
        MemoryWatch(backend) as memory,
        crowd(backend.port, DEAF, lambda _: large_page(eve)) as deaf,
    ):
        statuses = statuses_of(bob, 3)
        with_news(deaf, within=5)
    record_property("peak_mib", memory.peak // MIB)
    assert memory.peak <= 200 * MIB
    assert statuses and set(statuses) == {200}
    # What nobody waits for any more is given back.
    wait_until(lambda: eve.get("/tasks?limit=1").status_code == 200, 5, "eve is served again")


def test_answers_that_many_users_do_not_read(issuer: BetterAuth, backend: Backend, record_property: Record) -> None:
    eves = [owner_of_large_tasks(issuer, backend, f"eve{number}") for number in range(10)]
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    with (
        MemoryWatch(backend) as memory,
        crowd(backend.port, DEAF, lambda i: large_page(eves[i % len(eves)])),
    ):
        statuses = statuses_of(bob, 4)
    record_property("peak_mib", memory.peak // MIB)
    assert memory.peak <= 200 * MIB
    assert set(statuses) == {200}, "who holds little has the reserve"


def test_a_process_without_memory_lives_and_serves(issuer: BetterAuth, tmp_path: Path) -> None:
    with limited_backend(tmp_path, issuer, "-v 700000") as backend:
        eve = owner_of_large_tasks(issuer, backend, "eve")
        bob = OwnedApi.sign_up(issuer, backend, "bob")
        with crowd(backend.port, DEAF, lambda _: large_page(eve)):
            statuses = statuses_of(bob, 3)
        assert statuses and set(statuses) <= {0, 200, 500, 503}
        assert statuses.count(200) > len(statuses) / 2
        assert statuses_of(bob, 0.5)[-1] == 200
    # It ends in order, which its fixture asserts.


OPEN_ROUTES = ("/healthz", "/readyz", "/openapi.json", "/docs")


# test_no_open_route_takes_a_body asks them all.
@pytest.mark.parametrize("target", cases(OPEN_ROUTES, "/healthz", "/docs"))
def test_withheld_bodies_without_a_token(target: str, issuer: BetterAuth, backend: Backend) -> None:
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    withheld = head("GET", target, None, f"Content-Length: {BODY}") + b"x" * (BODY - 1)
    with (
        MemoryWatch(backend) as memory,
        crowd(backend.port, SLOW, lambda _: withheld) as slow,
    ):
        assert with_news(slow, within=10) == SLOW, "they are refused before the end"
        assert set(statuses_of(bob, 0.3)) == {200}
    assert memory.grown <= 48 * MIB


def test_no_open_route_takes_a_body(backend: Backend) -> None:
    preflight = ("Origin: http://localhost:3000", "Access-Control-Request-Method: GET")
    for method, target, lines in (
        *(("GET", target, ()) for target in OPEN_ROUTES),
        ("OPTIONS", "/api/v1/me", preflight),
    ):
        for body in ("Content-Length: 1", "Transfer-Encoding: chunked"):
            with RawConnection(backend.port) as connection:
                connection.send(head(method, target, None, *lines, body))
                answer = connection.receive()
                assert answer.refusal() == (413, "body_too_large"), target
                assert answer.fields["connection"] == "close"


@pytest.mark.parametrize("framing", [f"Content-Length: {BODY}", "Transfer-Encoding: chunked"])
def test_bodies_that_one_user_does_not_end(
    framing: str, issuer: BetterAuth, backend: Backend, record_property: Record
) -> None:
    eve = OwnedApi.sign_up(issuer, backend, "eve")
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    sent = b"x" * (BODY - 100)
    if "chunked" in framing:
        sent = b"%x\r\n" % (BODY - 10) + sent
    withheld = head("POST", eve.tasks, eve.token, "Content-Type: application/json", framing) + sent
    with MemoryWatch(backend) as memory, crowd(backend.port, SLOW, lambda _: withheld):
        statuses = statuses_of(bob, 2)
        assert bob.make_task("beside them")
        # Their share of places and bytes is theirs alone.
        assert eve.post("/tasks", {"title": "x" * 200}).status_code in (201, 429)
    record_property("grown_mib", memory.grown // MIB)
    assert memory.grown <= 64 * MIB
    assert statuses and set(statuses) == {200}


def test_a_share_that_is_used_up_is_said_before_the_body(issuer: BetterAuth, backend: Backend) -> None:
    eve = OwnedApi.sign_up(issuer, backend, "eve")
    begun = head(
        "POST",
        eve.tasks,
        eve.token,
        "Content-Type: application/json",
        "Content-Length: 9",
    )
    # 256 and some: a look takes a place for its moment, which one of them then does not get.
    with crowd(backend.port, 270, lambda _: begun):
        wait_until(lambda: eve.get("/tasks").status_code == 429, 5, "the share is used up")
        with Connection(backend.port, begun) as one_more:
            assert with_news([one_more], within=5) == 1
            assert b"rate_limited" in one_more.recv(4096)


def test_heads_that_nobody_ends(issuer: BetterAuth, backend: Backend, record_property: Record) -> None:
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    begun = b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 31_000
    padding = "X-Padding: " + "x" * 20_000
    with MemoryWatch(backend) as memory, crowd(backend.port, 3_000, lambda _: begun):
        assert set(statuses_of(bob, 1)) == {200}
        # One that is large and whole is taken beside them.
        with RawConnection(backend.port) as large:
            large.send(head("GET", bob.tasks, bob.token, padding))
            assert large.receive().status == 200
    record_property("grown_mib", memory.grown // MIB)
    assert memory.grown <= 100 * MIB
