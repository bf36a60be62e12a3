"""More connections than there is room for, and more of them from one place than one gets: who does nothing makes room,
and whoever works goes on."""

from __future__ import annotations

import socket
import struct
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from backend import Backend
from better_auth import BetterAuth
from conftest import StartBackend, StartIssuer
from crowd import crowd, limited_backend, with_news
from loopback import answers
from owned_api import OwnedApi
from process import wait_until
from raw_http import RawConnection, head

IDLE = 200


@pytest.fixture(scope="module")
def issuer(start_issuer: StartIssuer) -> BetterAuth:
    return start_issuer()


WHAT_THEY_SENT = {
    "nothing": b"",
    "half_a_head": b"GET /healthz HTTP/1.1\r\nHost:",
    "a_whole_request": head("GET", "/healthz"),
    "a_body_too_many": head("GET", "/healthz", None, "Content-Length: 1000000") + b"x",
}


@pytest.mark.parametrize("sent", WHAT_THEY_SENT)
def test_idle_connections_leave_descriptors_for_the_rest(sent: str, issuer: BetterAuth, tmp_path: Path) -> None:
    """The database is opened at the first request that needs it, which is when they are all there."""
    with limited_backend(tmp_path, issuer, "-n 120", drawbridge_threads=2) as backend:
        person = issuer.sign_up("alice")
        alice = OwnedApi(backend, person, person.token())
        with crowd(backend.port, IDLE, lambda _: WHAT_THEY_SENT[sent]):
            for number in range(5):
                with RawConnection(backend.port) as newcomer:
                    newcomer.send(alice.creating(f"task {number}"))
                    assert newcomer.receive().status == 201
                    newcomer.send(head("GET", alice.tasks, alice.token))
                    assert newcomer.receive().json()["total"] == number + 1
            assert backend.call("GET", "/readyz").status_code == 200
        assert "accept" not in backend.program.log(), "it ran out of descriptors"


def test_the_longest_idle_makes_room(issuer: BetterAuth, start_backend: StartBackend) -> None:
    backend = start_backend(issuer, drawbridge_max_connections=20)
    with ExitStack() as stack:
        connections = []
        for _ in range(60):
            connection = stack.enter_context(RawConnection(backend.port))
            connection.send(head("GET", "/healthz"))
            assert connection.receive().status == 200
            connections.append(connection)
        assert with_news([connection.socket for connection in connections[:40]], within=5) == 40
        for connection in connections[40:]:
            assert not connection.is_readable()
            connection.send(head("GET", "/healthz"))
            assert connection.receive().status == 200


def test_a_cap_that_the_limit_of_open_files_does_not_allow_is_said(issuer: BetterAuth, tmp_path: Path) -> None:
    backend = Backend(tmp_path, issuer, drawbridge_max_connections=500, drawbridge_threads=2)
    backend.program.command = [
        "sh",
        "-c",
        'ulimit -n 120; exec "$@"',
        "sh",
        *backend.program.command,
    ]
    backend.program.start()
    assert backend.program.wait() == 2
    (line,) = backend.program.log().splitlines()
    assert "DRAWBRIDGE_MAX_CONNECTIONS cannot be 500: of the 120 files" in line
    backend.stop()


class Proxied:
    """Requests as a proxy on this machine passes them on."""

    def __init__(self, stack: ExitStack, api: OwnedApi) -> None:
        self.stack = stack
        self.api = api

    def send(self, address: str, request: bytes) -> RawConnection:
        connection = self.stack.enter_context(RawConnection(self.api.backend.port))
        first, rest = request.split(b"\r\n", 1)
        connection.send(first + f"\r\nX-Forwarded-For: {address}\r\n".encode() + rest)
        return connection


def test_one_address_behind_a_trusted_proxy_has_a_share(issuer: BetterAuth, start_backend: StartBackend) -> None:
    backend = start_backend(issuer, drawbridge_max_connections=40, drawbridge_trusted_proxies="127.0.0.1")
    alice = OwnedApi.sign_up(issuer, backend, "alice")
    with ExitStack() as stack:
        proxied = Proxied(stack, alice)
        me = head("GET", "/api/v1/me", alice.token)
        with issuer.database.write_lock():
            # A quarter of 40, and one too many: whichever comes last, as the server sees it. Asking for the state
            # instead would take a place of the share itself. What the client writes into the header counts for nothing.
            sent = [proxied.send(f"10.9.8.{i}, 203.0.113.9", alice.creating(f"task {i}")) for i in range(11)]
            wait_until(lambda: any(one.is_readable() for one in sent), 4, "the one too many is refused")
            assert proxied.send("203.0.113.9", me).receive().status == 429
            assert proxied.send("203.0.113.10", me).receive().status == 200
            assert proxied.send("203.0.113.9, 203.0.113.10", me).receive().status == 200
        assert sorted(one.receive().status for one in sent) == [201] * 10 + [429]
        wait_until(
            lambda: proxied.send("203.0.113.9", me).receive().status == 200,
            4,
            "its share is free again",
        )


def heard_on(connection: socket.socket) -> bytes:
    """Nothing where it was closed before its request was read, which resets it."""
    try:
        return connection.recv(4096)
    except ConnectionResetError:
        return b""


def test_one_address_without_a_proxy_has_a_share(issuer: BetterAuth, start_backend: StartBackend) -> None:
    backend = start_backend(issuer, drawbridge_max_connections=40, drawbridge_trusted_proxies="none")
    with crowd(backend.port, 30, lambda _: head("GET", "/healthz")) as connections:
        assert with_news(connections, within=5) == 30
        heard = [heard_on(connection) for connection in connections]
    assert 8 <= sum(data.startswith(b"HTTP/1.1 200") for data in heard) <= 10
    # Refused meanwhile by a reset: the server need not have seen yet that they are gone.
    wait_until(lambda: answers(f"{backend.url}/healthz"), 5, "the share is free again")


@pytest.mark.serial
def test_readiness_costs_no_more_than_a_sign_of_life(issuer: BetterAuth, start_backend: StartBackend) -> None:
    backend = start_backend(issuer)
    wait_until(lambda: backend.call("GET", "/readyz").status_code == 200, 10, "it is ready")

    def seconds_for(target: str, times: int = 3_000) -> float:
        with RawConnection(backend.port) as connection:
            connection.send(head("GET", target))
            assert connection.receive().status == 200
            began = time.monotonic()
            for _ in range(times // 100):
                connection.send(head("GET", target) * 100)
                for _ in range(100):
                    assert connection.receive().status == 200
            return time.monotonic() - began

    assert min(seconds_for("/readyz") for _ in range(3)) < 3 * min(seconds_for("/healthz") for _ in range(3))


@pytest.mark.serial
def test_a_flood_of_readiness_takes_no_place_of_a_user(issuer: BetterAuth, start_backend: StartBackend) -> None:
    backend = start_backend(issuer)
    alice = OwnedApi.sign_up(issuer, backend, "alice")
    probes = head("GET", "/readyz") * 20
    for _ in range(3):
        with crowd(backend.port, 1_100, lambda _: probes) as connections:
            statuses = {alice.get("/tasks").status_code for _ in range(20)}
            assert with_news(connections, within=10) == len(connections)
        assert statuses == {200}


def test_work_that_waits_is_refused_in_time_all_at_once(issuer: BetterAuth, start_backend: StartBackend) -> None:
    """Not one after the other, as threads become free."""
    backend = start_backend(issuer)
    alice = OwnedApi.sign_up(issuer, backend, "alice")
    with (
        issuer.database.write_lock(),
        crowd(backend.port, 40, lambda i: alice.creating(f"task {i}")) as waiting,
    ):
        began = time.monotonic()
        assert with_news(waiting, within=1.5) == 0  # of the 5 s that work may wait
        # One of them has begun, whichever, and waits for the lock itself.
        wait_until(lambda: with_news(waiting) >= len(waiting) - 1, 6.5, "the others are refused")
        assert time.monotonic() - began < 8
        assert backend.call("GET", "/api/v1/me", alice.token).status_code == 200
    assert len(alice.titles()) <= 1


def let_all_threads_look(port: int) -> None:
    """By connections that are dealt out to them in turn: each has then seen what came before."""
    for _ in range(16):
        with RawConnection(port) as later:
            later.send(head("GET", "/healthz"))
            assert later.receive().status == 200


def test_work_of_a_client_that_has_gone_is_not_begun(issuer: BetterAuth, start_backend: StartBackend) -> None:
    """A reset is certain. Whoever has only ended their sending may still read, and is answered."""
    backend = start_backend(issuer)
    alice = OwnedApi.sign_up(issuer, backend, "alice")
    with ExitStack() as stack:
        with issuer.database.write_lock():
            first, ended, gone = (stack.enter_context(RawConnection(backend.port)) for _ in range(3))
            for connection, title in ((first, "first"), (ended, "ended"), (gone, "gone")):
                connection.send(alice.creating(title))
                let_all_threads_look(backend.port)
                time.sleep(0.1)  # so that they wait in this order
            ended.socket.shutdown(socket.SHUT_WR)
            gone.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            gone.close()
            time.sleep(0.5)
            let_all_threads_look(backend.port)
        assert first.receive().status == 201
        assert ended.receive().status == 201
    assert alice.titles() == ["ended", "first"]
