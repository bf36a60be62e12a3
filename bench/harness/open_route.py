"""Latencies of a route that anybody may ask."""

from __future__ import annotations

import time

from http_by_hand import Connection, request_bytes
from measurement import BrokenMeasurement

BETWEEN_REQUESTS = 0.001


def latencies(port: int, seconds: float) -> list[float]:
    """Milliseconds of each answer of the open route, asked one after the other."""
    request = request_bytes("/open")
    connection = Connection(port, timeout=120)
    found = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        connection.send(request)
        if connection.read_answer().status != 200:
            raise BrokenMeasurement("GET /open is not answered with 200")
        found.append(1e3 * (time.perf_counter() - began))
        time.sleep(BETWEEN_REQUESTS)
    connection.close()
    return found


def summary(found: list[float]) -> dict[str, float]:
    ordered = sorted(found)
    return {
        "count": len(ordered),
        "p50_ms": ordered[len(ordered) // 2],
        "p999_ms": ordered[int(0.999 * (len(ordered) - 1))],
        "most_ms": ordered[-1],
    }
