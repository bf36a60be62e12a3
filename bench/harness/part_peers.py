"""The same work by what others write for it: a token verified in a process, and a route that verifies it and answers
with its claims, or with a page of tasks; on one core, for tokens that come again and for tokens never seen. Who does
not refuse what must be refused is not measured."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import peer_servers
import postgres_database
import sqlite_database
import wrk
from environment import first_line, version_in
from forged_tokens import expect_refusals
from issuer import Issuer
from measurement import BrokenMeasurement, Measurement
from peer_servers import ON_POSTGRES, PATH, PATH_OF_PAGE, SERVE_PAGES, Server
from private_postgres import PrivatePostgres
from process import ROOT
from servers import Nginx
from sqlite_database import OWNER
from verifiers import ALL, VERIFIERS

LOADS = ("unseen", "seen")
ROUNDS = 5
TOKENS = 24_000  # of each algorithm, a quarter of them for the first uses
SECONDS_IN_PROCESS = 0.4

CONNECTIONS = 16
USERS = 200  # whose tokens come in turn
SECONDS = 2.0
OWN_TASKS = 100
OTHERS = (10, 10)  # users, and tasks of each
OTHERS_ON_POSTGRES = (100, 2_000)  # users, and their tasks together
NEW_PER_SECOND = 60_000  # tokens never seen; more than any server verifies

PINS = {
    "axum": "axum",
    "jsonwebtoken": "jsonwebtoken",
    "golang-jwt": "github.com/golang-jwt/jwt/v5",
    "keyfunc": "github.com/MicahParks/keyfunc/v3",
    "rusqlite": "rusqlite",
    "tokio-postgres": "tokio-postgres",
    "deadpool-postgres": "deadpool-postgres",
    "go-sqlite3": "github.com/mattn/go-sqlite3",
    "fast-jwt": "fast-jwt",
    "fastify": "fastify",
    "jose": "jose",
}
PYTHON = ("PyJWT", "joserfc", "oxyjwt", "cryptography", "fastapi", "uvicorn", "fastapi-better-auth-bridge")


def measure(m: Measurement) -> dict[str, Any]:
    return {"versions": versions(), "verifications": measure_verifications(m), "requests": measure_requests(m)}


def versions() -> dict[str, str]:
    toolchains = {
        "Rust": version_in(first_line("rustc", "--version")),
        "Go": first_line("go", "env", "GOVERSION").removeprefix("go"),
        "Node": version_in(first_line("node", "--version")),
        "Python": platform.python_version(),
    }
    return toolchains | pins() | {name: version(name) for name in PYTHON}


def pins() -> dict[str, str]:
    """As the manifests of bench/peers have them."""
    manifests = [ROOT / "bench/peers" / name for name in ("rust/Cargo.toml", "go/go.mod", "node/package.json")]
    lines = [line for manifest in manifests for line in manifest.read_text().splitlines()]
    found = {}
    for name, written in PINS.items():
        (line,) = [line for line in lines if line.strip(' \t"').startswith((f"{written} ", f'{written}"'))]
        found[name] = version_in(line.partition(written)[2]).rstrip('",')
    return found


def measure_verifications(m: Measurement) -> list[dict[str, Any]]:
    with ExitStack() as stack:
        issuers = {algorithm: stack.enter_context(Issuer(algorithm)) for algorithm in ALL}
        rows = [
            {"algorithm": algorithm, "verifier": name, "load": load, "ns": []}
            for algorithm in ALL
            for load in LOADS
            for name, verifier in VERIFIERS.items()
            if algorithm in verifier.algorithms
        ]
        tokens = {}
        for algorithm, issuer in issuers.items():
            m.progress.say(f"{algorithm}: what must be refused")
            for name, verifier in VERIFIERS.items():
                if algorithm in verifier.algorithms:
                    gate_verifier(name, issuer)
            count = TOKENS // 10 if m.quick else TOKENS
            tokens[algorithm] = "\n".join(issuer.token(OWNER, user) for user in range(count))
        seconds = m.seconds(SECONDS_IN_PROCESS)
        steps = [(number + 1, row) for number in range(m.rounds(ROUNDS)) for row in rows]
        for _, row in m.progress.over(
            steps, lambda n, row: f"round {n}, {row['algorithm']}, {row['load']}, {row['verifier']}"
        ):
            algorithm = row["algorithm"]
            verifier = VERIFIERS[row["verifier"]]
            row["ns"].append(verifier.nanoseconds(issuers[algorithm], row["load"], tokens[algorithm], seconds))
        return rows


def gate_verifier(name: str, issuer: Issuer) -> None:
    """In each way in which it is measured: what remembers tokens must not take one for another."""

    def judge(load: str, tokens: Sequence[str]) -> list[bool]:
        said = VERIFIERS[name].verdicts(issuer, load, tokens)
        if unknown := set(said) - {"accepted", "refused"}:
            raise BrokenMeasurement(f"{name} says {', '.join(sorted(unknown))} of a token")
        return [word == "accepted" for word in said]

    for load in LOADS:
        expect_refusals(name, issuer, OWNER, partial(judge, load))


def measure_requests(m: Measurement) -> dict[str, Any]:
    file = m.scratch / "app.db"
    sqlite_database.create(file)
    sqlite_database.fill(file, OWN_TASKS, *OTHERS)
    with ExitStack() as stack:
        postgres = postgres_database.create(stack.enter_context(PrivatePostgres(m.scratch).running()))
        postgres_database.fill(postgres, OWN_TASKS, *OTHERS_ON_POSTGRES)
        issuer = stack.enter_context(Issuer())
        servers = peer_servers.start_servers(m, stack, issuer, file, postgres.url)
        for name, server in servers.items():
            for path in peer_servers.paths(name):
                expect_refusals(f"GET {path} of {name}", issuer, OWNER, partial(peer_servers.judged, server, path))
        peer_servers.expect_same_pages(servers, issuer.token(OWNER))
        ours = servers["drawbridge"]
        assert isinstance(ours, peer_servers.Drawbridge)
        nginx = stack.enter_context(Nginx(m.scratch, like=ours.expect_200(PATH, issuer.token(OWNER))))
        runs = run_all(m, issuer, servers, nginx)
        return {"connections": CONNECTIONS, "users": USERS, "runs": runs}


def run_all(
    m: Measurement, issuer: Issuer, servers: dict[str, Server], nginx: Nginx
) -> dict[str, dict[str, list[dict[str, float]]]]:
    """By load and server. nginx looks at no token, so that both loads are one to it."""
    seen = ("Authorization", sign(m.scratch / "seen", issuer, range(USERS)))
    targets = {name: (server.url + PATH, server.pids) for name, server in servers.items() if name not in ON_POSTGRES}
    by_load = {
        "unseen": {name: target for name, target in targets.items() if name != "fastify_remembers"},
        "seen": targets | {"nginx": (f"{nginx.url}/fixed", nginx.pids)},
    }
    del by_load["seen"]["fastify"]
    for load, names in SERVE_PAGES.items():
        by_load[load] = {name: (servers[name].url + PATH_OF_PAGE, servers[name].pids) for name in names}
    for url, pids in (by_load["unseen"] | by_load["seen"] | by_load["page_postgres"]).values():
        wrk.run(url, CONNECTIONS, 1, pids, each_in_turn=seen)  # first uses, not counted
    runs: dict[str, dict[str, list[dict[str, float]]]] = {
        load: {name: [] for name in by_load[load]} for load in by_load
    }
    per_round = round(NEW_PER_SECOND * max(1, m.seconds(SECONDS)))
    steps = [(n, load, name) for n in range(m.rounds(ROUNDS)) for load in by_load for name in by_load[load]]
    new, signed_for = ("Authorization", m.scratch / "unseen"), -1
    for number, load, name in m.progress.over(steps, lambda n, load, name: f"over HTTP, round {n + 1}, {load}, {name}"):
        url, pids = by_load[load][name]
        if load == "unseen" and number != signed_for:
            sign(new[1], issuer, range(USERS + number * per_round, USERS + (number + 1) * per_round))
            signed_for = number
        headers = {"each_once": new} if load == "unseen" else {"each_in_turn": seen}
        runs[load][name].append(wrk.run(url, CONNECTIONS, m.seconds(SECONDS), pids, **headers).as_json())
    return runs


def sign(file: Path, issuer: Issuer, users: range) -> Path:
    """Their tokens, each as the value of its header."""
    file.write_text("".join(f"Bearer {issuer.token(OWNER, user)}\n" for user in users))
    return file
