"""Programs under test: started, watched and stopped, with all that they print kept in a file."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DRAWBRIDGE = Path(os.environ.get("DRAWBRIDGE_BIN", ROOT / "build/release/bin/drawbridge")).resolve()

# Sizes as ./dev test --long has them.
LONG = os.environ.get("DRAWBRIDGE_TEST_LONG") == "1"

# What a program sees of the tester's environment. Nothing else: a proxy or a BETTER_AUTH_URL of the shell
# must not decide a test.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS")


# Outside the range from which outgoing connections take theirs. Lanes of `./dev test` and workers of pytest-xdist have none in
# common.
LANE = int(os.environ.get("DRAWBRIDGE_TEST_LANE", "0"))
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PORTS = range(20_000 + 6_000 * LANE, 26_000 + 6_000 * LANE)[WORKER :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]
GIVEN_PORTS: set[int] = set()


def free_port() -> int:
    """A loopback port that nobody listens on, and another each time: who got one may not listen there yet."""
    while True:
        port = random.choice(PORTS)
        if port in GIVEN_PORTS:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            GIVEN_PORTS.add(port)
            return port


def wait_until(is_so: Callable[[], bool], seconds: float, what: str) -> None:
    """Looks every 20 ms; an AssertionError that says what was waited for when the time is over."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.02)


class Program:
    """One program. It may be stopped and started again; the log goes on in the same file."""

    started: list[Program] = []  # in this run of pytest, for the report of a failure

    def __init__(
        self,
        name: str,
        command: list[str | Path],
        env: dict[str, str],
        folder: Path,
        ends_with_us: bool = False,
        status_of_sigterm: int = 0,
    ) -> None:
        """One that ends with us ends by itself when its standard input does, which is a pipe that we hold."""
        self.name = name
        self.command = [str(part) for part in command]
        self.folder = folder
        self.log_file = folder / f"{name}.log"
        self.env = {key: os.environ[key] for key in PASSED_ON if key in os.environ} | env
        self.stdin = subprocess.PIPE if ends_with_us else subprocess.DEVNULL
        self.status_of_sigterm = status_of_sigterm
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log_file.open("ab") as log:
            self.child = subprocess.Popen(
                self.command, env=self.env, cwd=self.folder, stdin=self.stdin, stdout=log, stderr=log
            )
        if self not in Program.started:
            Program.started.append(self)

    def wait_ready(self, is_ready: Callable[[], bool], seconds: float = 60) -> None:
        def ready_or_ended() -> bool:
            assert self.child is not None
            status = self.child.poll()
            assert status is None, f"{self.name} ended with {status} at its start:\n{self.log()}"
            return is_ready()

        wait_until(ready_or_ended, seconds, f"{self.name} is ready")

    def signal(self, number: signal.Signals) -> None:
        assert self.child is not None
        self.child.send_signal(number)

    def wait(self, seconds: float = 60) -> int:
        """The exit status; a program that does not end is killed, and that is a failure."""
        assert self.child is not None
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError(f"{self.name} did not end within {seconds} s") from None

    def stop(self) -> None:
        if self.child is None or self.child.poll() is not None:
            return
        self.signal(signal.SIGTERM)
        status = self.wait()  # PostgreSQL writes all that it holds, beside whatever else the machine does
        assert status == self.status_of_sigterm, f"{self.name} ended with {status} after SIGTERM"

    def log(self, start: int = 0) -> str:
        """From that byte on."""
        if not self.log_file.exists():
            return ""
        with self.log_file.open("rb") as file:
            file.seek(start)
            return file.read().decode(errors="replace")

    def log_size(self) -> int:
        """In bytes."""
        return self.log_file.stat().st_size if self.log_file.exists() else 0

    @contextmanager
    def running(self) -> Iterator[Program]:
        """Stopped at the end, whatever happened."""
        try:
            yield self
        finally:
            self.stop()


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
