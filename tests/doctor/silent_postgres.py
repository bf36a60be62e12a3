"""A server of PostgreSQL that lets everybody in and then says nothing."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ASKS_FOR_TLS = (80877103, 80877104)  # or for GSSAPI: answered N, no
AUTHENTICATION_OK = b"R" + struct.pack("!ii", 8, 0)
VERSION = b"server_version\x0015.0\x00"
PARAMETER_STATUS = b"S" + struct.pack("!i", 4 + len(VERSION)) + VERSION
READY = b"Z" + struct.pack("!i", 5) + b"I"


def welcome(client: socket.socket) -> None:
    while True:
        size, code = struct.unpack("!ii", client.recv(8, socket.MSG_WAITALL))
        if code not in ASKS_FOR_TLS:
            break
        client.sendall(b"N")
    client.recv(size - 8, socket.MSG_WAITALL)
    client.sendall(AUTHENTICATION_OK + PARAMETER_STATUS + READY)


@contextmanager
def silent_postgres() -> Iterator[str]:
    """Its URL."""
    clients: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:  # it was closed
                return
            clients.append(client)
            welcome(client)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"postgresql://app@127.0.0.1:{server.getsockname()[1]}/app"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for client in clients:
                client.close()
