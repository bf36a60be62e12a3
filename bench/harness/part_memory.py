"""Resident memory: idle, with the verified-token cache full, and with 5,000 idle connections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlite_database
from issuer import Issuer
from measurement import BrokenMeasurement, Measurement
from http_by_hand import Connection, request_bytes
from servers import Drawbridge

PLACES = 65_536  # of the cache
SENT = 2 * PLACES  # so many distinct tokens leave hardly a place empty: 1 in 500, by the binomial distribution
CONNECTIONS = 5_000
AT_A_TIME = 32  # requests that are under way on one connection


def measure(m: Measurement) -> dict[str, Any]:
    file = m.scratch / "app.db"
    sqlite_database.create(file)
    sent = SENT // 128 if m.quick else SENT
    connections = CONNECTIONS // 10 if m.quick else CONNECTIONS
    rows = []
    with Issuer() as issuer:
        m.progress.say(f"{sent} tokens are signed")
        # A user id that is a UUID for each, as the policy of the API requires.
        signed = [issuer.token(str(UUID(int=number, version=4)), number) for number in range(sent)]
        for _ in m.progress.over([(n + 1,) for n in range(m.rounds(5))], lambda n: f"round {n}"):
            rows.append(one_round(m.scratch, issuer.url, file, signed, connections))
    return {"sent": sent, "tokens": min(sent, PLACES), "connections": connections, "rounds": rows}


def one_round(folder: Path, issuer_url: str, file: Path, tokens: Sequence[str], connections: int) -> dict[str, Any]:
    """Each state in a program of its own, so that none has what another left behind."""
    states: dict[str, Any] = {}
    with Drawbridge(folder, issuer_url, file) as server:
        states["idle"] = memory_of(server)
    with Drawbridge(folder, issuer_url, file) as server:
        send_all(server.port, tokens)
        states["tokens"] = memory_of(server)
    with Drawbridge(folder, issuer_url, file) as server:
        held = list(open_connections(server.port, connections))
        states["connections"] = memory_of(server)
        for connection in held:
            connection.close()
    return states


def memory_of(server: Drawbridge) -> dict[str, int]:
    """Bytes: `rss` all that is resident, `pss` with a share only of what other programs use too."""
    (pid,) = server.pids
    status = Path(f"/proc/{pid}/status").read_text()
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return {
        "rss": 1024 * int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)[1]),
        "pss": 1024 * int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1]),
    }


def send_all(port: int, tokens: Sequence[str]) -> None:
    connection = Connection(port)
    for start in range(0, len(tokens), AT_A_TIME):
        some = tokens[start : start + AT_A_TIME]
        connection.send(b"".join(request_bytes("/api/v1/me", token) for token in some))
        for _ in some:
            if (answer := connection.read_answer()).status != 200:
                raise BrokenMeasurement(f"GET /api/v1/me is answered with {answer.status}: {answer.body[:300]!r}")
    connection.close()


def open_connections(port: int, count: int) -> Iterator[Connection]:
    """Each has been answered once, and is then kept."""
    for _ in range(count):
        connection = Connection(port)
        connection.send(request_bytes("/healthz"))
        if connection.read_answer().status != 200:
            raise BrokenMeasurement("GET /healthz is not answered with 200")
        yield connection
