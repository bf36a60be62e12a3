"""The page that calls the API, as far as doctor looks at it: its headers."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tls import Certificate, TlsFront

# `{nonce}` is another for each answer.
GOOD_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'strict-dynamic'",
    "Strict-Transport-Security": "max-age=31536000",
}


@contextmanager
def running_page(certificate: Certificate, headers: dict[str, str]) -> Iterator[str]:
    """Its origin, under a name of this machine that doctor does not take for a developer's."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(handler) -> None:
            body = b"<!doctype html><title>Tasks</title>"
            handler.send_response(200)
            for name, value in ({"Content-Type": "text/html", "Content-Length": str(len(body))} | headers).items():
                handler.send_header(name, value.replace("{nonce}", secrets.token_hex(16)))
            handler.end_headers()
            handler.wfile.write(body)

        def log_message(handler, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    front = TlsFront(certificate).start(server.server_port)
    try:
        yield f"https://0.0.0.0:{front.port}"
    finally:
        front.stop()
        server.shutdown()
        server.server_close()
