"""Where one project is made: its folder within build/, beside the packages that it has installed, its database, and the
programs that it runs."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from better_auth import BetterAuth
from database import Database, SqliteDatabase
from fastapi_backend import PYTHON
from loopback import answers
from process import DRAWBRIDGE, PASSED_ON, ROOT, Program, free_port
from terminal import run_on_a_terminal

# As the pages have them.
DATABASE_URL = "postgresql://app@localhost/app"
BETTER_AUTH_URL = "http://localhost:3000"
API_URL = "http://localhost:8000"

QUIET = {"CHECKPOINT_DISABLE": "1", "NO_UPDATE_NOTIFIER": "1", "PRISMA_HIDE_UPDATE_MESSAGE": "1", "NO_COLOR": "1"}


PROJECTS = ROOT / "build/projects"


def new_folder(name: str) -> Path:
    """An empty one, for nobody else: a database in it may be a file."""
    folder = PROJECTS / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    (folder / "package.json").write_text('{"private": true, "type": "module"}\n')
    return folder


class Server(BetterAuth):
    """A Better Auth that a page makes: server.ts, in place of the tests' own."""

    def __init__(self, site: Site) -> None:
        self.port = site.auth_port
        self.url = site.auth_url
        self.base = f"{self.url}/api/auth"
        self.database = site.database
        command: list[str | Path] = ["node", "--import", "tsx", "server.ts"]
        self.program = Program(
            "better-auth", command, site.environment(), site.folder, status_of_sigterm=-signal.SIGTERM
        )


@dataclass
class Site:
    folder: Path
    database: Database
    stopping: ExitStack
    auth_port: int = field(default_factory=free_port)
    api_port: int = field(default_factory=free_port)
    secret: str = field(default_factory=lambda: secrets.token_hex(32))

    @property
    def auth_url(self) -> str:
        return f"http://127.0.0.1:{self.auth_port}"

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    def environment(self) -> dict[str, str]:
        """Of its programs."""
        passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        file = {"DATABASE_FILE": str(self.database.file)} if isinstance(self.database, SqliteDatabase) else {}
        path = f"{DRAWBRIDGE.parent}:{Path(PYTHON).parent}:{PROJECTS}/node_modules/.bin:{passed['PATH']}"
        return (
            passed
            | QUIET
            | file
            | {
                "PATH": path,
                "PORT": str(self.auth_port),
                "DATABASE_URL": self.database.url,
                "BETTER_AUTH_URL": self.auth_url,
                "BETTER_AUTH_SECRET": self.secret,
                "PRISMA_SCHEMA_ENGINE_BINARY": str(ROOT / "tests/projects/schema_engine.mjs"),
            }
        )

    def placed(self, script: str) -> str:
        """With its own addresses in place of the page's."""
        ours = {DATABASE_URL: self.database.url, BETTER_AUTH_URL: self.auth_url, API_URL: self.api_url}
        for theirs, own in ours.items():
            script = script.replace(theirs, own)
        return script

    def run(self, script: str, status: int = 0, **environment: str) -> str:
        """What these commands of a shell print, on both streams; they must end with that status."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.placed(script)],
            cwd=self.folder,
            env=self.environment() | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == status, done.stdout
        return done.stdout

    def run_on_a_terminal(self, script: str) -> str:
        """The same on a terminal, as `prisma migrate dev` insists on one. Each question is answered with yes."""
        status, shown = run_on_a_terminal(self.placed(script), self.folder, self.environment())
        assert status == 0, shown
        return shown

    def start_better_auth(self, **settings: str) -> BetterAuth:
        """The tests' own, with these settings of server.mjs."""
        return self._started(BetterAuth(self.folder, self.database, **settings))

    def start_server(self) -> BetterAuth:
        """That of its folder."""
        return self._started(Server(self))

    def _started(self, issuer: BetterAuth) -> BetterAuth:
        self.stopping.callback(issuer.stop)
        return issuer.start()

    def start_app(self, issuer: BetterAuth, environment: Mapping[str, str] = {}) -> str:
        """main.py of its folder under uvicorn; its URL."""
        command: list[str | Path] = [PYTHON, "-m", "uvicorn", "main:app", "--port", str(self.api_port)]
        settings = {"BETTER_AUTH_URL": issuer.url, "DATABASE_URL": self.database.url, **environment}
        app = Program("api", command, settings, self.folder, status_of_sigterm=-signal.SIGTERM)
        self.stopping.callback(app.stop)
        app.start()
        app.wait_ready(lambda: answers(f"{self.api_url}/openapi.json"))
        return self.api_url
