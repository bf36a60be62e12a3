"""A backend behind the bridge: started with a Better Auth, called over HTTP. DRAWBRIDGE_TEST_BACKEND says which one
the tests are to use: `cpp`, the program, or `fastapi`, the example in Python."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any, Protocol

import httpx

import fastapi_backend
from database import Database
from loopback import answers, open_client
from process import DRAWBRIDGE, Program, free_port
from raw_http import Answer, all_answers, head

KIND = os.environ.get("DRAWBRIDGE_TEST_BACKEND", "cpp")
assert KIND in ("cpp", "fastapi"), f"DRAWBRIDGE_TEST_BACKEND is {KIND}"


def needs_migrating(database: Database) -> bool:
    """Whether the backend wants the tables made before it starts: `drawbridge serve` makes those of SQLite itself."""
    return KIND != "cpp" or database.kind == "postgresql"


class Issuer(Protocol):
    """What a backend must know of its Better Auth."""

    url: str
    database: Database


class Backend:
    """Settings are environment variables of design: `drawbridge_clock_skew=0` is DRAWBRIDGE_CLOCK_SKEW."""

    def __init__(
        self, folder: Path, issuer: Issuer, port: int | None = None, kind: str = KIND, **settings: object
    ) -> None:
        """On a free port, where none is given."""
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        env = {
            "BETTER_AUTH_URL": issuer.url,
            "DATABASE_URL": issuer.database.serve_url,
            "DRAWBRIDGE_LISTEN": f"127.0.0.1:{self.port}",
        } | {name.upper(): str(value) for name, value in settings.items()}
        if kind == "cpp":
            self.program = Program(f"backend-{self.port}", [DRAWBRIDGE, "serve"], env, folder)
        else:
            assert kind == "fastapi", kind
            # uvicorn shuts down in order, and then ends by the signal that it was sent.
            command, status = fastapi_backend.serve_command(self.port), -signal.SIGTERM
            self.program = Program(f"backend-{self.port}", command, env, folder, status_of_sigterm=status)
        self.http = open_client(self.url)

    def start(self) -> Backend:
        """Returns when it answers, whether or not it is ready."""
        self.program.start()
        self.program.wait_ready(lambda: answers(f"{self.url}/healthz"))
        return self

    def stop(self) -> None:
        self.http.close()
        self.program.stop()

    def call(self, method: str, path: str, token: str | None = None, **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.http.request(method, path, headers=headers, **more)

    def make_task(self, uuid: str, token: str, title: str) -> str:
        """The id of a new task of that user."""
        answer = self.call("POST", f"/api/v1/{uuid}/tasks", token, json={"title": title})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def call_raw(self, method: str, target: str, token: str, body: bytes = b"") -> Answer:
        """Sends the target as it is spelt, over a connection of its own."""
        lines = ("Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close")
        (answer,) = all_answers(self.port, head(method, target, token, *lines) + body)
        return answer
