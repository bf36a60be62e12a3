"""Tokens of keys that no issuer has, sent all the time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from http_by_hand import Connection, request_bytes
from measurement import BrokenMeasurement

SENDERS = 8
BETWEEN_TOKENS = 0.05  # of one sender: together they ask for little work, and only the waiting is left


@contextmanager
def unknown_keys_sent(port: int, path: str, token_of: Callable[[str], str]) -> Iterator[None]:
    """Senders of tokens, each with another `kid`. Any answer but a refusal breaks the measurement."""
    numbers = count()
    stop = threading.Event()
    faults: list[str] = []

    def send() -> None:
        try:
            connection = Connection(port, timeout=120)
            while not stop.wait(BETWEEN_TOKENS):
                connection.send(request_bytes(path, token_of(f"unknown-{next(numbers)}")))
                if (status := connection.read_answer().status) not in (401, 503):
                    faults.append(f"a token of an unknown key is answered with {status}")
            connection.close()
        except OSError as fault:
            faults.append(f"a sender of unknown keys has no connection: {fault}")

    senders = [threading.Thread(target=send) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    try:
        time.sleep(4 * BETWEEN_TOKENS)  # so that the issuer is being asked
        yield
    finally:
        stop.set()
        for sender in senders:
            sender.join()
    if faults:
        raise BrokenMeasurement(faults[0])
