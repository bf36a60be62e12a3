"""HTTP by hand: no client library takes its share of what is measured, and no proxy gets between."""

from __future__ import annotations

import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes  # with the blank line
    body: bytes

    @property
    def size(self) -> int:
        return len(self.head) + len(self.body)


def request_bytes(path: str, token: str | None = None, header: tuple[str, str] | None = None) -> bytes:
    """With a token, or with one header that is given as it is."""
    if token is not None:
        header = ("Authorization", f"Bearer {token}")
    line = f"{header[0]}: {header[1]}\r\n" if header is not None else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{line}\r\n".encode()


class Connection:
    """A connection that is kept; also for several requests at a time."""

    def __init__(self, port: int, timeout: float = 30) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read_answer(self) -> Answer:
        while (end := self.received.find(b"\r\n\r\n")) < 0:
            self._receive()
        head = self.received[: end + 4]
        size = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                size = int(value)
        while len(self.received) < len(head) + size:
            self._receive()
        body = self.received[len(head) : len(head) + size]
        self.received = self.received[len(head) + size :]
        return Answer(int(head[9:12]), head, body)

    def _receive(self) -> None:
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.received += data

    def close(self) -> None:
        self.socket.close()


def get(port: int, path: str, token: str | None = None, header: tuple[str, str] | None = None) -> Answer:
    connection = Connection(port)
    try:
        connection.send(request_bytes(path, token, header))
        return connection.read_answer()
    finally:
        connection.close()
