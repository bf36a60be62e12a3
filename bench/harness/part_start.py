"""From the start until the first answer with 200, the issuer being up: of the program's GET /readyz, and of the route of a
FastAPI app, with the package and without."""

from __future__ import annotations

import socket
import time
from typing import Any

import sqlite_database
from issuer import Issuer
from measurement import BrokenMeasurement, Measurement
from http_by_hand import Connection, request_bytes
from part_python import PATH
from servers import Drawbridge
from sqlite_database import OWNER
from uvicorn_app import UvicornApp

STARTS = 25
APPS = {"without": "app_open", "with": "app_drawbridge"}  # each round starts both
LONGEST = 60.0  # seconds
BETWEEN_LOOKS = 0.0002


def measure(m: Measurement) -> dict[str, Any]:
    file = m.scratch / "app.db"
    sqlite_database.create(file)
    with Issuer() as issuer:
        starts = range(3 if m.quick else STARTS)
        m.progress.say(f"{len(starts)} starts")
        ready = [
            milliseconds(Drawbridge(m.scratch, issuer.url, file, pinned=False), request_bytes("/readyz"))
            for _ in starts
        ]
        return {"ready_ms": ready, "fastapi_ms": fastapi_starts(m, issuer, len(starts))}


def fastapi_starts(m: Measurement, issuer: Issuer, starts: int) -> dict[str, list[float]]:
    """The first round is not counted: it leaves the modules compiled, as a first start in production does."""
    request = request_bytes(PATH, issuer.token(OWNER))
    compiled = {"pythondontwritebytecode": "", "pythonpycacheprefix": str(m.scratch / "compiled")}
    times: dict[str, list[float]] = {name: [] for name in APPS}
    steps = [(number, name) for number in range(starts + 1) for name in APPS]
    for number, name in m.progress.over(steps, lambda number, name: f"FastAPI, start {number}, {name} the package"):
        took = milliseconds(UvicornApp(m.scratch, APPS[name], issuer.url, **compiled), request)
        if number:
            times[name].append(took)
    return times


def milliseconds(server: Drawbridge | UvicornApp, request: bytes) -> float:
    """From its start to its first answer with 200."""
    began = time.perf_counter()
    server.program.start()
    try:
        wait_for_200(server.port, request, began + LONGEST)
        return 1e3 * (time.perf_counter() - began)
    finally:
        server.program.stop()


def wait_for_200(port: int, request: bytes, end: float) -> None:
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
    raise BrokenMeasurement(f"no answer with 200 within {LONGEST:g} s")
