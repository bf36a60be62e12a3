"""What one user, or nobody in particular, does from many connections at once; and what another user gets meanwhile."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from owned_api import OwnedApi
from raw_http import RawConnection, head


@dataclass
class Seen:
    """Answers of one user, each with the seconds that it took."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def slowest(self, part: float) -> float:
        """The time within which that part of the answers came."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(part * len(self.seconds)))]


@contextmanager
def from_many_connections(act: Callable[[], None], connections: int = 100) -> Iterator[Counter[str]]:
    """Does that again and again on as many threads, until the block ends. Counts how often, and which connections
    failed."""
    over, done, wrong = threading.Event(), Counter[str](), []

    def go_on() -> None:
        while not over.is_set():
            try:
                act()
                done["done"] += 1
            except (OSError, EOFError) as error:
                done[type(error).__name__] += 1
                time.sleep(0.01)
            except AssertionError as error:
                wrong.append(error)
                return

    threads = [threading.Thread(target=go_on, daemon=True) for _ in range(connections)]
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        over.set()
        for thread in threads:
            thread.join(20)
        assert not any(thread.is_alive() for thread in threads)
        assert not wrong, wrong[0]


def asking_and_leaving(port: int, request: bytes, stay: float = 0.0) -> Callable[[], None]:
    """Asks on a new connection, and closes it without a look at the answer."""

    def act() -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(request)
            time.sleep(stay)

    return act


def watch(other: OwnedApi, seconds: float, connection: RawConnection) -> Seen:
    """What another user gets, who lists their tasks every 20 ms on a connection that is open already."""
    seen, request = Seen(), head("GET", other.tasks, other.token)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        connection.send(request)
        seen.statuses[connection.receive().status] += 1
        seen.seconds.append(time.monotonic() - began)
        time.sleep(0.02)
    return seen
