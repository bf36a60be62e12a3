"""A page of 20 tasks with tags on PostgreSQL, among few and many tasks of others."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import many_rows
import postgres_database
import wrk
from issuer import Issuer
from measurement import BrokenMeasurement, Measurement
from private_postgres import PrivatePostgres
from servers import Drawbridge
from sqlite_database import OWNER

OWN_TASKS = 100
CONNECTIONS = 16
SECONDS = 2.0
CROWD = 256  # connections
SECONDS_OF_CROWD = 5.0
PATH = f"/api/v1/{OWNER}/tasks"

# How many other users there are, and how many tasks they have together.
FEW = (100, 2_000)
MANY = (many_rows.USERS, many_rows.TASKS)
MANY_IN_QUICK = (1_000, 20_000)


def measure(m: Measurement) -> dict[str, Any]:
    with ExitStack() as stack:
        postgres = stack.enter_context(PrivatePostgres(m.scratch).running())
        issuer = stack.enter_context(Issuer())
        servers: dict[int, Drawbridge] = {}
        for users, tasks in (FEW, MANY_IN_QUICK if m.quick else MANY):
            m.progress.say(f"a database with {tasks} tasks of others is filled")
            database = postgres_database.create(postgres)
            postgres_database.fill(database, OWN_TASKS, users, tasks)
            folder = m.scratch / f"server-{tasks}"
            folder.mkdir()
            servers[tasks] = stack.enter_context(Drawbridge(folder, issuer.url, database.url))
        return run_all(m, servers, issuer.token(OWNER))


def run_all(m: Measurement, servers: dict[int, Drawbridge], token: str) -> dict[str, Any]:
    rows: dict[int, dict[str, Any]] = {}
    for others, server in servers.items():
        answer = server.expect_200(PATH, token)
        if answer.body.count(b'"title"') != 20:
            raise BrokenMeasurement(f"a page of tasks is {answer.body[:300]!r}")
        rows[others] = {"others": others, "answer_bytes": answer.size, "loads": [], "crowd": []}
        wrk.run(server.url + PATH, CONNECTIONS, 1, server.pids, token)  # first uses, not counted
    steps = [(n + 1, others) for n in range(m.rounds(9)) for others in servers]
    for _, others in m.progress.over(steps, lambda n, others: f"round {n}, among {others} tasks of others"):
        url, pids = servers[others].url + PATH, servers[others].pids
        rows[others]["loads"].append(wrk.run(url, CONNECTIONS, m.seconds(SECONDS), pids, token).as_json())
        rows[others]["crowd"].append(wrk.run(url, CROWD, m.seconds(SECONDS_OF_CROWD), pids, token).as_json())
    connections = {"connections": CONNECTIONS, "crowd_connections": CROWD}
    return {"own_tasks": OWN_TASKS} | connections | {"databases": list(rows.values())}
