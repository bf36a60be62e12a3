"""Stands before a real Better Auth and lets its keys and its feed of revocations through, the feed as a test says."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from loopback import open_client

FEED = "/api/auth/drawbridge/revocations"

Change = Callable[[httpx.Response], tuple[int, str, bytes]]  # to status, content type and body


def unchanged(answer: httpx.Response) -> tuple[int, str, bytes]:
    return answer.status_code, answer.headers.get("Content-Type", ""), answer.content


def html(_: httpx.Response) -> tuple[int, str, bytes]:
    """As a proxy, or a page's catch-all route, answers."""
    return 200, "text/html; charset=utf-8", b"<!doctype html><title>Welcome</title>"


def of_another_form(_: httpx.Response) -> tuple[int, str, bytes]:
    return 200, "application/json", json.dumps({"cursor": "g.1", "now": 1, "more": False, "entries": [{}]}).encode()


def empty(_: httpx.Response) -> tuple[int, str, bytes]:
    return 200, "application/json", b""


class FeedRelay:
    """`change` makes of each answer of the feed another; `delay` is how many seconds one takes."""

    def __init__(self, upstream: str) -> None:
        self.change: Change = unchanged
        self.delay = 0.0

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler) -> None:
                passed_on = {name: handler.headers[name] for name in ("If-None-Match",) if name in handler.headers}
                with open_client(upstream) as client:
                    answer = client.get(handler.path, headers=passed_on)
                change = unchanged
                if handler.path.startswith(FEED):
                    time.sleep(self.delay)
                    change = self.change
                status, content_type, body = change(answer)
                try:
                    handler.send_response(status)
                    handler.send_header("Content-Type", content_type)
                    if "ETag" in answer.headers:
                        handler.send_header("ETag", answer.headers["ETag"])
                    if status != 304:
                        handler.send_header("Content-Length", str(len(body)))
                    handler.end_headers()
                    handler.wfile.write(body)
                except OSError:
                    pass  # whoever asked waits no longer

            def log_message(handler, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.jwks_url = f"http://127.0.0.1:{self._server.server_port}/api/auth/jwks"

    def __enter__(self) -> FeedRelay:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
