"""A page of 20 tasks with tags on SQLite: over HTTP, and its bare SQL; among few and many tasks of others."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import google_benchmark
import sqlite_database
import wrk
from issuer import Issuer
from measurement import SERVER_CORE, BrokenMeasurement, Measurement
from servers import Drawbridge

OWN_TASKS = 100
CONNECTIONS = 16
SECONDS = 2.0
CROWD = 256  # connections
SECONDS_OF_CROWD = 5.0
PATH = f"/api/v1/{sqlite_database.OWNER}/tasks"

# How many other users there are, and how many tasks each has.
FEW = (10, 10)
MANY = (1_000, 1_000)
MANY_IN_QUICK = (100, 100)


def measure(m: Measurement) -> dict[str, Any]:
    many = MANY_IN_QUICK if m.quick else MANY
    files: dict[int, Path] = {}
    for users, tasks in (FEW, many):
        m.progress.say(f"a database with {users * tasks} tasks of others is filled")
        file = files[users * tasks] = m.scratch / f"{users * tasks}.db"
        sqlite_database.create(file)
        sqlite_database.fill(file, OWN_TASKS, users, tasks)
    with ExitStack() as stack:
        issuer = stack.enter_context(Issuer())
        servers = {}
        for others, file in files.items():
            folder = m.scratch / f"server-{others}"
            folder.mkdir()
            servers[others] = stack.enter_context(Drawbridge(folder, issuer.url, file))
        return run_all(m, files, servers, issuer.token(sqlite_database.OWNER))


def run_all(m: Measurement, files: dict[int, Path], servers: dict[int, Drawbridge], token: str) -> dict[str, Any]:
    rows: dict[int, dict[str, Any]] = {}
    for others, server in servers.items():
        answer = server.expect_200(PATH, token)
        if answer.body.count(b'"title"') != 20:
            raise BrokenMeasurement(f"a page of tasks is {answer.body[:300]!r}")
        rows[others] = {"others": others, "answer_bytes": answer.size, "sql_ns": [], "loads": [], "crowd": []}
        wrk.run(server.url + PATH, CONNECTIONS, 1, server.pids, token)  # first uses, not counted
    steps = [(n + 1, others) for n in range(m.rounds(9)) for others in files]
    for _, others in m.progress.over(steps, lambda n, others: f"round {n}, among {others} tasks of others"):
        rows[others]["sql_ns"].append(bare_sql(m, files[others]))
        url, pids = servers[others].url + PATH, servers[others].pids
        rows[others]["loads"].append(wrk.run(url, CONNECTIONS, m.seconds(SECONDS), pids, token).as_json())
        rows[others]["crowd"].append(wrk.run(url, CROWD, m.seconds(SECONDS_OF_CROWD), pids, token).as_json())
    connections = {"connections": CONNECTIONS, "crowd_connections": CROWD}
    return {"own_tasks": OWN_TASKS} | connections | {"databases": list(rows.values())}


def bare_sql(m: Measurement, file: Path) -> float:
    """Nanoseconds for the statements of one page."""
    arguments = [str(file), sqlite_database.OWNER, f"--benchmark_min_time={0.05 if m.quick else 0.4}"]
    (sample,) = google_benchmark.run(m.programs / "sql_bench", arguments, SERVER_CORE)
    return float(sample["ns"])
