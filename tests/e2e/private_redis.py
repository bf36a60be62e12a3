"""A Redis server of the tests' own; tests/support/private_redis starts and ends it."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from process import ROOT, Program, free_port

SCRIPT = ROOT / "tests/support/private_redis"


class PrivateRedis:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.program = Program("redis", [SCRIPT], {"PORT": str(self.port)}, folder, ends_with_us=True)

    @contextmanager
    def running(self) -> Iterator[PrivateRedis]:
        """Started, and stopped at the end, whatever happened."""
        self.program.start()
        try:
            self.program.wait_ready(lambda: f"{self.port}\n" in self.program.log())
            yield self
        finally:
            assert self.program.child and self.program.child.stdin
            self.program.child.stdin.close()
            self.program.wait()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """It takes connections, and answers nobody."""
        found = re.search(r"process_id:(\d+)", self.command("INFO", "server") or "")
        assert found
        os.kill(int(found[1]), signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(int(found[1]), signal.SIGCONT)

    def command(self, *words: str) -> str | None:
        """What it answers with one text, number or status; None for nothing."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            sent = [word.encode() for word in words]
            connection.sendall(b"*%d\r\n" % len(sent) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in sent))
            with connection.makefile("rb") as answers:
                kind, text = answers.read(1), answers.readline().decode().strip()
                assert kind in b"+:$", f"{words[0]}: {text}"
                if kind != b"$":
                    return text
                return None if text == "-1" else answers.read(int(text)).decode()
