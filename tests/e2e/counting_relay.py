"""A key set at another address, which counts who asks for it."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from loopback import get


class CountingRelay:
    """Stands before the issuer's key set and counts who asks for it."""

    def __init__(self, upstream: str) -> None:
        self.fetched_at: list[float] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler) -> None:
                if not handler.path.endswith("/jwks"):  # it has no revocations
                    handler.send_error(404)
                    return
                self.fetched_at.append(time.monotonic())
                body = get(upstream).content
                handler.send_response(200)
                handler.send_header("Content-Type", "application/json")
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

            def log_message(handler, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks"

    def __enter__(self) -> CountingRelay:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
