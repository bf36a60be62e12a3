"""Thousands of idle connections: the server has room for them, serves others beside them, and ends them cleanly."""

from __future__ import annotations

import resource
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from backend import Backend
from better_auth import BetterAuth
from conftest import StartBackend
from owned_api import OwnedApi
from process import LONG
from raw_http import RawConnection, head

IDLE = 5_000 if LONG else 1_500  # more than the usual limit of open files
NEEDED_FILES = IDLE + 500
MEMORY_FOR_EACH = 32 * 1024  # bytes; far more than it takes


@pytest.fixture
def room_for_connections() -> Iterator[None]:
    """The soft limit of open files is usually 1,024; the server raises its own."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == resource.RLIM_INFINITY or hard >= NEEDED_FILES, f"ulimit -Hn is {hard}; this needs {NEEDED_FILES}"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, NEEDED_FILES), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def resident_memory(backend: Backend) -> int:
    """In bytes."""
    assert backend.program.child is not None
    status = Path(f"/proc/{backend.program.child.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024


def ended(connections: list[RawConnection]) -> int:
    """How many the other side has ended, or said something on."""
    news = select.poll()
    for connection in connections:
        news.register(connection.socket, select.POLLIN)
    return len(news.poll(0))


def open_idle(port: int, stack: ExitStack) -> list[RawConnection]:
    """Each has had its answer, so that it may stay for the time between two requests."""
    connections = []
    for _ in range(IDLE):
        connection = stack.enter_context(RawConnection(port))
        connection.send(head("GET", "/healthz"))
        assert connection.receive().status == 200
        connections.append(connection)
    return connections


def test_idle_connections(
    issuer: BetterAuth,
    start_backend: StartBackend,
    room_for_connections: None,
    record_property: Callable[[str, object], None],
) -> None:
    backend: Backend = start_backend(issuer)
    alice = OwnedApi.sign_up(issuer, backend, "alice")
    backend.make_task(alice.uuid, alice.token, "before")
    before = resident_memory(backend)
    with ExitStack() as stack:
        connections = open_idle(backend.port, stack)
        used = resident_memory(backend) - before
        record_property("bytes_for_each_idle_connection", used // IDLE)
        assert used < IDLE * MEMORY_FOR_EACH

        for number in range(50):
            backend.make_task(alice.uuid, alice.token, f"beside {number}")
            with RawConnection(backend.port) as newcomer:
                newcomer.send(head("GET", alice.tasks, alice.token))
                assert newcomer.receive().json()["total"] == number + 2
        assert ended(connections) == 0
        # Each of them can still be used.
        for connection in connections[:: IDLE // 100]:
            connection.send(head("GET", f"{alice.tasks}?limit=1", alice.token))
            assert connection.receive().json()["total"] == 51

        began = time.monotonic()
        backend.program.signal(signal.SIGTERM)
        assert backend.program.wait() == 0
        assert time.monotonic() - began < 5
        for connection in connections:
            assert connection.receive_rest() == []  # an end, not a reset
