"""A backend behind the bridge, here the C++ tasks API: started with a Better Auth, called over HTTP."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from better_auth import BetterAuth
from loopback import answers, open_client
from process import ROOT, Program, free_port

DRAWBRIDGE = Path(os.environ.get("DRAWBRIDGE_BIN", ROOT / "build/release/bin/drawbridge")).resolve()


@dataclass(frozen=True)
class RawAnswer:
    """What came back for bytes that an HTTP client would not send."""

    status: int
    bytes: bytes


class Backend:
    """Settings are environment variables of design: `drawbridge_clock_skew=0` is DRAWBRIDGE_CLOCK_SKEW."""

    def __init__(self, folder: Path, issuer: BetterAuth, **settings: object) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        env = {
            "BETTER_AUTH_URL": issuer.url,
            "DATABASE_URL": f"sqlite://{issuer.database}",
            "DRAWBRIDGE_LISTEN": f"127.0.0.1:{self.port}",
        } | {name.upper(): str(value) for name, value in settings.items()}
        self.program = Program(f"backend-{self.port}", [DRAWBRIDGE, "serve"], env, folder)
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

    def call_raw(self, method: str, target: str, token: str, body: bytes = b"") -> RawAnswer:
        """Sends the target as it is spelt, over a connection of its own."""
        request = (
            f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        return self.send_raw(request.encode("latin-1") + body)

    def send_raw(self, request: bytes) -> RawAnswer:
        """Sends these bytes over a connection of their own, and reads until the backend closes it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request)
            received = b"".join(iter(lambda: connection.recv(65_536), b""))
        assert received.startswith(b"HTTP/1.1 "), received[:200]
        return RawAnswer(int(received[9:12]), received)
