"""The key set of an issuer at another address, and beside it revocations that a test decides."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from loopback import get

PATH = "/api/auth/drawbridge/revocations"


def digest(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).decode().rstrip("=")


class RevokingIssuer:
    """Its clock is an hour ahead, which is to change nothing. While `status` is not 200 that is its answer about
    revocations. `secret` is asked for where it is set."""

    def __init__(self, upstream: str) -> None:
        self.status = 200
        self.secret = ""
        self.asked: list[str] = []
        self._entries: list[dict[str, Any]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler) -> None:
                path = handler.path.partition("?")[0]
                if path == "/api/auth/jwks":
                    return self._send(handler, 200, get(f"{upstream}/api/auth/jwks").json())
                if path != PATH:
                    return self._send(handler, 404, {})
                self.asked.append(handler.path)
                if self.secret and handler.headers["Authorization"] != f"Bearer {self.secret}":
                    return self._send(handler, 401, {})
                page = {"cursor": "g1.1", "now": self.now(), "more": False, "entries": list(self._entries)}
                return self._send(handler, self.status, page)

            def log_message(handler, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.jwks_url = f"http://127.0.0.1:{self._server.server_port}/api/auth/jwks"

    @staticmethod
    def now() -> int:
        return int((time.time() + 3_600) * 1_000)

    @staticmethod
    def _send(handler: BaseHTTPRequestHandler, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def end_session(self, session_id: str) -> None:
        self._entries.append({"s": digest(f"sid:{session_id}"), "until": self.now() + 900_000})

    def change_user(self, subject: str, before: int) -> None:
        self._entries.append({"u": digest(f"sub:{subject}"), "before": before, "until": self.now() + 900_000})

    def __enter__(self) -> RevokingIssuer:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
