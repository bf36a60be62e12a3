"""Something between Better Auth and who asks it, for faults that a Better Auth cannot be made to have."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from loopback import open_client


@dataclass
class RelayedAnswer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def relay(upstream: str, change: Callable[[RelayedAnswer], None]) -> Iterator[str]:
    """The address of one that hands GET on to `upstream`, which has no path, and changes what comes back."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(handler) -> None:
            headers = {"Cookie": handler.headers["Cookie"]} if handler.headers["Cookie"] else {}
            with open_client() as client:
                real = client.get(f"{upstream}{handler.path}", headers=headers)
            answer = RelayedAnswer(real.status_code, real.content, {"Date": real.headers["Date"]})
            change(answer)
            handler.send_response_only(answer.status)
            for name, value in answer.headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(answer.body)))
            handler.end_headers()
            handler.wfile.write(answer.body)

        def log_message(handler, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
