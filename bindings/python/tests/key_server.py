"""An issuer's key set at another address, which counts who asks for it and answers when it is let."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class KeyServer:
    """Serves what `key_set` returns, with `tls` over https. `answering` is set at first; while it is clear every fetch
    waits."""

    def __init__(self, key_set: Callable[[], object], tls: ssl.SSLContext | None = None) -> None:
        self.answering = threading.Event()
        self.answering.set()
        self._asked = threading.Semaphore(0)
        self.fetches = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(key_set))
        self._server.daemon_threads = True
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.server_port}/jwks"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def wait_for_a_fetch(self) -> None:
        """Returns once for each fetch that began."""
        assert self._asked.acquire(timeout=10), "nobody asked for the key set"

    def close(self) -> None:
        self.answering.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self, key_set: Callable[[], object]) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if not self.path.endswith("/jwks"):  # it has no revocations
                    self.send_error(404)
                    return
                server.fetches += 1
                server._asked.release()
                server.answering.wait(10)
                body = json.dumps(key_set()).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None: ...

        return Handler


@contextmanager
def key_server(key_set: Callable[[], object], tls: ssl.SSLContext | None = None) -> Iterator[KeyServer]:
    server = KeyServer(key_set, tls)
    try:
        yield server
    finally:
        server.close()
