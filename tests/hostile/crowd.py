"""Many connections to one backend, and a backend that gets less of the machine than it would like."""

from __future__ import annotations

import resource
import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx

from backend import Backend
from better_auth import BetterAuth
from owned_api import OwnedApi

MIB = 1024 * 1024


@contextmanager
def limited_backend(folder: Path, issuer: BetterAuth, ulimit: str, **settings: object) -> Iterator[Backend]:
    """One that answers, started with these limits: `-n 120`."""
    backend = Backend(folder, issuer, **settings)
    backend.program.command = [
        "sh",
        "-c",
        f'ulimit {ulimit}; exec "$@"',
        "sh",
        *backend.program.command,
    ]
    try:
        yield backend.start()
    finally:
        backend.stop()


class Connection(socket.socket):
    """One that takes little before it is read, so that what it asks for waits on the other side."""

    def __init__(self, port: int, sent: bytes = b"") -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.settimeout(30)
        self.connect(("127.0.0.1", port))
        self.sendall(sent)


@contextmanager
def crowd(port: int, count: int, sent: Callable[[int], bytes]) -> Iterator[list[Connection]]:
    """Each of them has sent its bytes, as far as the other side took them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == resource.RLIM_INFINITY or hard >= count + 500, f"ulimit -Hn is {hard}; this needs {count + 500}"
    with ExitStack() as stack:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count + 500), hard))
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        connections = []
        for number in range(count):
            connection = stack.enter_context(Connection(port))
            try:
                connection.sendall(sent(number))
            except ConnectionError:
                pass  # told no before the end
            connections.append(connection)
        yield connections


def with_news(connections: Sequence[socket.socket], within: float = 0) -> int:
    """How many have been told something, or were closed."""
    news = select.poll()
    for connection in connections:
        news.register(connection, select.POLLIN)
    end = time.monotonic() + within
    while (count := len(news.poll(0))) < len(connections) and time.monotonic() < end:
        time.sleep(0.02)
    return count


def resident_memory(backend: Backend) -> int:
    """In bytes."""
    assert backend.program.child is not None
    status = Path(f"/proc/{backend.program.child.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024


class MemoryWatch:
    """The most that a backend takes while this is open."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.before = self.peak = resident_memory(backend)
        self.over = Event()
        self.thread = Thread(target=self._watch)

    def _watch(self) -> None:
        while not self.over.wait(0.01):
            self.peak = max(self.peak, resident_memory(self.backend))

    def __enter__(self) -> MemoryWatch:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    @property
    def grown(self) -> int:
        return self.peak - self.before


def statuses_of(api: OwnedApi, seconds: float) -> list[int]:
    """Of one list after the other, for so long; 0 for one whose connection was closed."""
    end = time.monotonic() + seconds
    statuses = []
    while time.monotonic() < end:
        try:
            statuses.append(api.get("/tasks").status_code)
        except httpx.TransportError:
            statuses.append(0)
        time.sleep(0.02)
    return statuses
