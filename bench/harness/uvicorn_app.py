"""An app of bench/python under load: uvicorn with uvloop and httptools, one worker, on one core, without a log."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import http_by_hand
from process import ROOT, Program, free_port
from servers import PINNED, Started

APPS = ROOT / "bench/python"


class UvicornApp(Started):
    def __init__(self, folder: Path, module: str, issuer_url: str, **settings: str) -> None:
        """Settings are environment variables in lower case."""
        self.port = free_port()
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        quiet = ["--no-access-log", "--log-level", "warning"]
        loop = ["--loop", "uvloop", "--http", "httptools"]
        app = ["--app-dir", APPS, f"{module}:app"]
        command = [*PINNED, sys.executable, "-m", "uvicorn", *app, *address, *quiet, *loop]
        env = {"BETTER_AUTH_URL": issuer_url, "PYTHONDONTWRITEBYTECODE": "1"}
        env |= {name.upper(): value for name, value in settings.items()}
        # uvicorn ends in order, and then by the signal itself.
        self.program = Program(module, command, env, folder, status_of_sigterm=-signal.SIGTERM)

    @property
    def pids(self) -> list[int]:
        assert self.program.child is not None
        return [self.program.child.pid]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def status(self, path: str, token: str | None = None, header: tuple[str, str] | None = None) -> int:
        return http_by_hand.get(self.port, path, token, header).status

    def is_ready(self) -> bool:
        try:
            return self.status("/openapi.json") == 200
        except OSError:
            return False
