"""GET /api/v1/me with a token, against our own /healthz and against nginx with a fixed answer of the same size."""

from __future__ import annotations

from typing import Any

import sqlite_database
import wrk
from issuer import Issuer
from measurement import Measurement
from servers import Drawbridge, Nginx

CONNECTIONS = (1, 16, 256, 5_000)
SECONDS = 2.0
# Some seconds pass until that many connections are open and have been served.
SECONDS_OF_MANY = 5.0


def measure(m: Measurement) -> dict[str, Any]:
    file = m.scratch / "app.db"
    sqlite_database.create(file)
    with Issuer() as issuer, Drawbridge(m.scratch, issuer.url, file) as ours:
        token = issuer.token(sqlite_database.OWNER)
        me = ours.expect_200("/api/v1/me", token)
        with Nginx(m.scratch, like=me) as nginx:
            # nginx reads the same request: the header that it does not use is sent to it too.
            targets = {
                "me": (f"{ours.url}/api/v1/me", ours.pids, token),
                "healthz": (f"{ours.url}/healthz", ours.pids, None),
                "nginx": (f"{nginx.url}/fixed", nginx.pids, token),
            }
            return {"answer_bytes": me.size, "runs": run_all(m, targets)}


def run_all(m: Measurement, targets: dict[str, tuple[str, list[int], str | None]]) -> list[dict[str, Any]]:
    for url, pids, token in targets.values():
        wrk.run(url, 16, 1, pids, token)  # first uses, not counted
    steps = [
        (connections, number + 1, name)
        for connections in CONNECTIONS
        for number in range(m.rounds(7))
        for name in targets
    ]
    runs: dict[tuple[int, str], list[dict[str, float]]] = {}
    for connections, _, name in m.progress.over(steps, lambda c, n, name: f"{c} connections, round {n}, {name}"):
        url, pids, token = targets[name]
        seconds = m.seconds(SECONDS_OF_MANY if connections > 1_000 else SECONDS)
        load = wrk.run(url, connections, seconds, pids, token)
        runs.setdefault((connections, name), []).append(load.as_json())
    return [{"connections": c, "target": name, "loads": loads} for (c, name), loads in runs.items()]
