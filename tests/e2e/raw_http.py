"""HTTP/1.1 byte by byte: requests that no library would send, and the answers told apart by their lengths."""

from __future__ import annotations

import json
import select
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Answer:
    status: int
    fields: dict[str, str]  # by their names in lower case
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def refusal(self) -> tuple[int, str]:
        """Status and code of a problem document (RFC 9457), which this must be."""
        assert self.fields["content-type"] == "application/problem+json", self
        problem = self.json()
        assert problem["status"] == self.status
        return self.status, problem["code"]


class RawConnection:
    """One connection. Answers are read one by one, each to its last byte and not beyond."""

    def __init__(self, port: int, timeout: float = 30) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        # What is sent in pieces is to leave in pieces, and at once.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def is_readable(self) -> bool:
        """Whether an answer, or the end, has come."""
        news = select.poll()
        news.register(self.socket, select.POLLIN)
        return bool(self.received or news.poll(0))

    def receive(self, method: str = "GET") -> Answer:
        """The next answer, to a request with this method: one to HEAD has no body."""
        while b"\r\n\r\n" not in self.received:
            self._receive_more()
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        status_line, *lines = head.decode("latin-1").split("\r\n")
        assert status_line.startswith("HTTP/1.1 "), status_line
        names = [line.partition(":")[0].lower() for line in lines]
        assert len(names) == len(set(names)), f"a header comes twice: {names}"
        fields = dict(zip(names, (line.partition(": ")[2] for line in lines), strict=True))
        size = 0 if method == "HEAD" else int(fields.get("content-length", "0"))
        while len(self.received) < size:
            self._receive_more()
        body, self.received = self.received[:size], self.received[size:]
        return Answer(int(status_line[9:12]), fields, body)

    def receive_rest(self) -> list[Answer]:
        """All answers until the other side closes."""
        answers = []
        while self.received or self._receive_more(may_end=True):
            answers.append(self.receive())
        return answers

    def skip_rest(self) -> None:
        """Whatever else comes until the other side closes, which it must."""
        while self._receive_more(may_end=True):
            pass

    def _receive_more(self, may_end: bool = False) -> bool:
        data = self.socket.recv(65_536)
        if not data and not may_end:
            raise EOFError(f"closed before the end of an answer: {self.received!r}")
        self.received += data
        return bool(data)

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> RawConnection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def all_answers(port: int, request: bytes) -> list[Answer]:
    """To these bytes on a connection of their own, which the other side must close."""
    with RawConnection(port) as connection:
        connection.send(request)
        return connection.receive_rest()


def head(method: str, target: str, token: str | None = None, *lines: str) -> bytes:
    """A request's head in its usual form, with its blank line."""
    authorization = [] if token is None else [f"Authorization: Bearer {token}"]
    text = "\r\n".join([f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *authorization, *lines, "", ""])
    return text.encode("latin-1")


def with_json(method: str, target: str, token: str, value: Any, *lines: str) -> bytes:
    """A whole request whose body is this value."""
    body = json.dumps(value).encode()
    return head(method, target, token, "Content-Type: application/json", f"Content-Length: {len(body)}", *lines) + body
