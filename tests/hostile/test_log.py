"""A log that nobody reads, or that cannot be written: the server serves all the same, ends in time, and says what is
missing."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cases import cases
from database import SqliteDatabase
from loopback import answers, get
from process import DRAWBRIDGE, PASSED_ON, free_port, wait_until

CONNECTIONS = 10
ON_EACH = 1_500  # so many lines are more than the program keeps
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


@dataclass
class Reader:
    """What stands behind the program's output: `write` is the program's end, `read` that of the one who reads."""

    read: int
    write: int

    def read_until(self, part: bytes, seconds: float = 20) -> bytes:
        text, end = b"", time.monotonic() + seconds
        while part not in text:
            assert time.monotonic() < end, f"no {part!r} in what came: {text[-300:]!r}"
            text += os.read(self.read, 65_536)
        return text


def new_pipe() -> tuple[int, int]:
    return os.pipe()


def full_pipe() -> tuple[int, int]:
    """Before the program has said a word."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    try:
        while os.write(write, 4096 * b"\n"):
            pass
    except BlockingIOError:
        os.set_blocking(write, True)
    return read, write


def new_socket() -> tuple[int, int]:
    ours, theirs = socket.socketpair()
    return ours.detach(), theirs.detach()


READERS: dict[str, Callable[[], tuple[int, int]]] = {
    "a pipe": new_pipe,
    "a pipe that is full": full_pipe,
    "a terminal": pty.openpty,
    "a socket": new_socket,
}


@contextmanager
def reader_of(kind: str) -> Iterator[Reader]:
    reader = Reader(*READERS[kind]())
    try:
        yield reader
    finally:
        for end in (reader.read, reader.write):
            if end >= 0:
                os.close(end)


@contextmanager
def served(folder: Path, output: int, *, errors: int | None = None, wrapper: tuple[str, ...] = ()) -> Iterator[Served]:
    """`drawbridge serve` without a Better Auth, whose standard output and error are that file."""
    port = free_port()
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
        "BETTER_AUTH_URL": "http://127.0.0.1:9",
        "DATABASE_URL": SqliteDatabase(folder / "app.db").url,
        "DRAWBRIDGE_LISTEN": f"127.0.0.1:{port}",
        "DRAWBRIDGE_LOG_FORMAT": "json",
    }
    child = subprocess.Popen(
        [*wrapper, str(DRAWBRIDGE), "serve"],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output if errors is None else errors,
    )
    try:
        wait_until(lambda: child.poll() is not None or answers(f"http://127.0.0.1:{port}/healthz"), 20, "it answers")
        assert child.poll() is None
        yield Served(port, child)
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()


@dataclass
class Served:
    port: int
    child: subprocess.Popen[bytes]

    def ask_often(self, after_each: Callable[[int], None] = lambda answered: None) -> int:
        """How many of all requests were answered. After each connection it is told how many until then."""
        answered = 0
        for _ in range(CONNECTIONS):  # not all at once: who says nothing for ten seconds is shown the door
            with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
                answered += pipelined(connection, ON_EACH)
            after_each(answered)
        return answered

    def stop(self) -> tuple[int, float]:
        """The exit status after SIGTERM, and the seconds until then."""
        begun = time.monotonic()
        self.child.send_signal(signal.SIGTERM)
        status = self.child.wait(20)
        return status, time.monotonic() - begun


def pipelined(connection: socket.socket, count: int) -> int:
    """Sent in parts, so that neither side waits for the other to read."""
    answered, part = 0, 100
    for _ in range(count // part):
        connection.sendall(part * REQUEST)
        received = b""
        while received.count(b'{"status":"ok"}') < part:
            more = connection.recv(65_536)
            if not more:
                return answered
            received += more
        answered += part
    return answered


# That a pipe which is read at the end stops nothing is in test_what_is_missing_is_told_where_it_is_missing.
@pytest.mark.parametrize("kind", cases(READERS, "a pipe that is full", "a terminal", "a socket"))
def test_a_log_that_nobody_reads_stops_nothing(tmp_path: Path, kind: str) -> None:
    with reader_of(kind) as reader, served(tmp_path, reader.write) as server:
        assert server.ask_often() == CONNECTIONS * ON_EACH
        status, seconds = server.stop()
        assert status == 0
        assert seconds < 8


def test_what_is_missing_is_told_where_it_is_missing(tmp_path: Path) -> None:
    with reader_of("a pipe") as reader, served(tmp_path, reader.write) as server:
        asked = server.ask_often()
        text = reader.read_until(b"missing here")
        assert get(f"http://127.0.0.1:{server.port}/openapi.json").status_code == 200
        text += reader.read_until(b'"/openapi.json"')
        assert server.stop()[0] == 0
    lines = [json.loads(line) for line in text.decode().splitlines() if line.startswith("{")]
    (told,) = [line for line in lines if line["event"] == "log"]
    assert told["level"] == "warning"
    lost = int(re.match(r"(\d+) lines are missing here", told["text"]).group(1))
    seen = [line for line in lines if line.get("route") == "/healthz"]
    assert lost > 0
    assert 0 <= lost + len(seen) - asked < 100  # those of the start, and what is said of keys that cannot be had
    assert lines.index(told) < [line.get("route") for line in lines].index("/openapi.json")


def test_nothing_is_missing_from_a_log_that_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def wait_for_the_disk(answered: int) -> None:
        """What the program keeps is less than all of it, and the disk may stand still for a while."""
        wait_until(lambda: log.read_bytes().count(b'"/healthz"') >= answered, 20, "the lines are written")

    with log.open("wb") as file, served(tmp_path, file.fileno()) as server:
        asked = server.ask_often(wait_for_the_disk)
        assert server.stop()[0] == 0
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert sum(line.get("route") == "/healthz" for line in lines) >= asked
    assert [line for line in lines if line["event"] == "log"] == []
    assert lines[-1]["event"] != "request"  # but what is said of the end


@pytest.mark.parametrize("is_there", ["a full disk", "nothing", "a reader who has gone"])
def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, is_there: str) -> None:
    with ExitStack() as stack:
        wrapper: tuple[str, ...] = ()
        output = stack.enter_context(open("/dev/full", "wb")).fileno()
        if is_there == "nothing":
            wrapper = ("sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-')
        elif is_there == "a reader who has gone":
            read, output = os.pipe()
            os.close(read)
            stack.callback(os.close, output)
        server = stack.enter_context(served(tmp_path, output, wrapper=wrapper))
        assert server.ask_often() == CONNECTIONS * ON_EACH
        # Nor does it go where it does not belong: into what was opened in the place of a closed stream.
        files = [os.readlink(f"/proc/{server.child.pid}/fd/{number}") for number in (0, 1, 2)]
        assert not [file for file in files if file.startswith("socket:") or "app.db" in file], files
        assert server.stop()[0] == 0
    for file in tmp_path.glob("app.db*"):
        assert b'"event"' not in file.read_bytes()


def test_a_start_that_fails_ends_though_nobody_reads_why(tmp_path: Path) -> None:
    with reader_of("a pipe that is full") as reader, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        env = {
            "BETTER_AUTH_URL": "http://127.0.0.1:9",
            "DATABASE_URL": SqliteDatabase(tmp_path / "app.db").url,
            "DRAWBRIDGE_LISTEN": f"127.0.0.1:{taken.getsockname()[1]}",
        }
        child = subprocess.Popen([DRAWBRIDGE, "serve"], env=env, stdout=reader.write, stderr=reader.write)
        try:
            assert child.wait(10) == 1
        finally:
            child.kill()
            child.wait()
