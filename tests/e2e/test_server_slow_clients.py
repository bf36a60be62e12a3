"""Clients that send a byte now and then, or nothing, or do not read: they are shown the door in the end, and
nobody else notices them meanwhile."""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from backend import Backend
from better_auth import BetterAuth
from owned_api import OwnedApi
from process import LONG
from raw_http import Answer, RawConnection, head

HEAD_LIMIT, BODY_LIMIT, WRITE_LIMIT = 10, 30, 30  # seconds that one client gets
LATE = 15  # seconds after its limit until which a client must be told, on a busy machine too
BETWEEN_BYTES = 0.1
ANSWERED_WITHIN = 5


class SlowClient:
    """Sends the first part of a request at once, and the second byte by byte."""

    def __init__(self, port: int, at_once: bytes, slowly: bytes = b"") -> None:
        self.began = time.monotonic()
        self.connection = RawConnection(port)
        self.connection.send(at_once)
        self.unsent = iter(slowly)
        self.took: float | None = None  # until it was over
        self.answers: list[Answer] = []

    def go_on(self) -> None:
        """The next byte, unless the other side has said something or ended."""
        if self.has_news():
            self.took = time.monotonic() - self.began
            self.hear()
            self.connection.close()
        elif (byte := next(self.unsent, None)) is not None:
            self.connection.send(bytes([byte]))

    def has_news(self) -> bool:
        return self.connection.is_readable()

    def hear(self) -> None:
        self.answers = self.connection.receive_rest()


class DeafClient(SlowClient):
    """Asks for more than the buffers on the way hold, and never reads."""

    def has_news(self) -> bool:
        news = select.poll()
        news.register(self.connection.socket, select.POLLHUP)
        return bool(news.poll(0))

    def hear(self) -> None:
        pass


def drive(clients: Sequence[SlowClient]) -> None:
    """Until all have been shown the door."""
    end = time.monotonic() + BODY_LIMIT + LATE
    while waiting := [client for client in clients if client.took is None]:
        assert time.monotonic() < end, f"{len(waiting)} slow clients are still there"
        next_byte = time.monotonic() + BETWEEN_BYTES
        for client in waiting:
            client.go_on()
        time.sleep(max(0.0, next_byte - time.monotonic()))


def work_meanwhile(backend: Backend, owner: OwnedApi, driving: Future[None]) -> tuple[int, float]:
    """How often a list was got until then, and the longest that it took; every tenth time with a task made."""
    times, longest = 0, 0.0
    while not driving.done():
        began = time.monotonic()
        if times % 10 == 0:
            backend.make_task(owner.uuid, owner.token, "quick")
        assert backend.call("GET", owner.tasks, owner.token).status_code == 200
        times, longest = times + 1, max(longest, time.monotonic() - began)
        time.sleep(0.05)
    driving.result()
    return times, longest


def with_slow_head(owner: OwnedApi) -> tuple[bytes, bytes]:
    return b"", head("GET", owner.tasks, owner.token, "X-Padding: " + "x" * 1_000)


def with_slow_body(owner: OwnedApi) -> tuple[bytes, bytes]:
    whole = owner.creating("slow" + " " * 1_000)
    body_at = whole.index(b"\r\n\r\n") + 4
    return whole[:body_at], whole[body_at:]


def with_slow_chunks(owner: OwnedApi) -> tuple[bytes, bytes]:
    lines = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    return head("POST", owner.tasks, owner.token, *lines), b"1\r\n \r\n" * 200


def large_lists(backend: Backend, owner: OwnedApi) -> bytes:
    """Requests for about 50 MB in all."""
    for _ in range(100):
        task = {"title": "large", "description": "x" * 10_000}
        assert backend.call("POST", owner.tasks, owner.token, json=task).status_code == 201
    return head("GET", f"{owner.tasks}?limit=100", owner.token) * 50


def test_slow_senders_are_refused_in_time_and_nobody_else_notices(backend: Backend, issuer: BetterAuth) -> None:
    """Heads, whose limit is the shortest; in the long run bodies and answers too. Each limit by itself, shortened, is in
    tests/http/connection_test.cpp."""
    alice, bob, carol = (OwnedApi.sign_up(issuer, backend, name) for name in ("alice", "bob", "carol"))
    port = backend.port
    heads = [SlowClient(port, *with_slow_head(alice)) for _ in range(100)]
    silent = [SlowClient(port, b"") for _ in range(20)]
    bodies: list[SlowClient] = []
    deaf: list[SlowClient] = []
    if LONG:
        bodies = [SlowClient(port, *make(alice)) for make in (with_slow_body, with_slow_chunks) for _ in range(50)]
        requests = large_lists(backend, carol)
        deaf = [DeafClient(port, requests) for _ in range(10)]

    with ThreadPoolExecutor(1) as thread:
        driving = thread.submit(drive, heads + bodies + silent + deaf)
        times, longest = work_meanwhile(backend, bob, driving)

    assert times >= 40
    assert longest < ANSWERED_WITHIN
    for clients, limit in ((heads, HEAD_LIMIT), (bodies, BODY_LIMIT), (silent, HEAD_LIMIT), (deaf, WRITE_LIMIT)):
        for client in clients:
            assert client.took is not None
            assert limit <= client.took < limit + LATE
    for client in heads + bodies:
        (answer,) = client.answers
        assert answer.refusal() == (400, "request_malformed")
        assert answer.fields["connection"] == "close"
    assert [client.answers for client in silent] == [[]] * 20  # who asked nothing is told nothing
    assert alice.titles() == []
