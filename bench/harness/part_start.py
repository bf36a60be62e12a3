"""From the start of the program until GET /readyz says 200, with the issuer up."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import sqlite_database
from issuer import Issuer
from measurement import BrokenMeasurement, Measurement
from http_by_hand import Connection, request_bytes
from servers import Drawbridge

STARTS = 25
LONGEST = 10.0
BETWEEN_LOOKS = 0.0002


def measure(m: Measurement) -> dict[str, Any]:
    file = m.scratch / "app.db"
    sqlite_database.create(file)
    with Issuer() as issuer:
        m.progress.say(f"{STARTS} starts")
        starts = range(3 if m.quick else STARTS)
        return {"ready_ms": [milliseconds_to_ready(m.scratch, issuer.url, file) for _ in starts]}


def milliseconds_to_ready(folder: Path, issuer_url: str, file: Path) -> float:
    server = Drawbridge(folder, issuer_url, file, pinned=False)
    began = time.perf_counter()
    server.program.start()
    try:
        wait_ready(server.port, began + LONGEST)
        return 1e3 * (time.perf_counter() - began)
    finally:
        server.program.stop()


def wait_ready(port: int, end: float) -> None:
    request = request_bytes("/readyz")
    while time.perf_counter() < end:
        try:
            connection = Connection(port, timeout=LONGEST)
        except (ConnectionRefusedError, socket.timeout):
            time.sleep(BETWEEN_LOOKS)
            continue
        try:
            while time.perf_counter() < end:
                connection.send(request)
                if connection.read_answer().status == 200:
                    return
                time.sleep(BETWEEN_LOOKS)
        finally:
            connection.close()
    raise BrokenMeasurement(f"not ready within {LONGEST} s")
