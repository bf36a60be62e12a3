"""A TCP relay before a PostgreSQL server or a pooler, which counts the requests to cancel a statement."""

from __future__ import annotations

import socket
import threading
from types import TracebackType

CANCEL_REQUEST = (16).to_bytes(4) + (80877102).to_bytes(4)  # the length of the message, and its code


class CancelCountingRelay:
    def __init__(self, port: int) -> None:
        """Before that port of this machine."""
        self._upstream = ("127.0.0.1", port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.cancels = 0

    def __enter__(self) -> CancelCountingRelay:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            upstream = socket.create_connection(self._upstream)
            for source, target in ((client, upstream), (upstream, client)):
                threading.Thread(target=self._pass_on, args=(source, target, source is client), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_from_client: bool) -> None:
        try:
            while chunk := source.recv(65536):
                if is_from_client and chunk.startswith(CANCEL_REQUEST):
                    self.cancels += 1
                target.sendall(chunk)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
