"""The FastAPI package beside PyJWT, joserfc and python-jose: a route, a verification, and an issuer that is slow."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

import slow_issuer
import wrk
from issuer import Issuer
from measurement import SERVER_CORE, BrokenMeasurement, Measurement
from process import PASSED_ON
from sqlite_database import OWNER
from uvicorn_app import APPS, UvicornApp

SERVER = ("fastapi", "starlette", "pydantic", "uvicorn", "uvloop", "httptools")
LIBRARIES = ("PyJWT", "joserfc", "python-jose", "cryptography")

CONNECTIONS = 16
SECONDS = 1.0
PATH = f"/api/v1/{OWNER}/greeting"
PATH_OF_ANOTHER = "/api/v1/8a2f3f2e-6f0e-4d4b-9a54-0c1c8d0a3b11/greeting"

# Each round asks them in this order: the name of the target, and its app.
TARGETS = (
    ("open", "app_open"),
    ("dependency", "app_dependency"),
    ("pyjwt", "app_pyjwt"),
    ("pyjwt_threads", "app_pyjwt_threads"),
    ("joserfc", "app_joserfc"),
    ("seen", "app_drawbridge"),
    ("new", "app_drawbridge"),
)

OPEN = ("app_open", "app_dependency")  # to everybody

# name: (module, how many tokens are remembered)
VERIFIERS = {
    "drawbridge_cold": ("drawbridge_claims", 0),
    "drawbridge_seen": ("drawbridge_claims", 65_536),
    "pyjwt": ("pyjwt_claims", 0),
    "joserfc": ("joserfc_claims", 0),
    "python_jose": ("python_jose_claims", 0),
}
ALGORITHMS = ("EdDSA", "ES256", "RS256")


def measure(m: Measurement) -> dict[str, Any]:
    return {
        "versions": {"Python": platform.python_version()} | {name: version(name) for name in (*SERVER, *LIBRARIES)},
        "connections": CONNECTIONS,
        "routes": measure_routes(m),
        "verifications": measure_verifications(m),
        "slow_issuer": slow_issuer.measure(m),
    }


def measure_routes(m: Measurement) -> dict[str, list[dict[str, float]]]:
    with ExitStack() as stack:
        issuer = stack.enter_context(Issuer())
        modules = dict.fromkeys(module for _, module in TARGETS)
        apps = {module: stack.enter_context(UvicornApp(m.scratch, module, issuer.url)) for module in modules}
        token = issuer.token(OWNER)
        for module, app in apps.items():
            expect_statuses(app, token, [200, 200, 200, 200] if module in OPEN else [200, 403, 401, 401])
        # First uses, not counted.
        rates = {
            module: wrk.run(app.url + PATH, CONNECTIONS, 1, app.pids, token).per_second for module, app in apps.items()
        }
        # More than any of them answers, also when another program took its share of that second.
        new_tokens = round(2 * max(rates.values()) * SECONDS)
        users = count(1)
        runs: dict[str, list[dict[str, float]]] = {target: [] for target, _ in TARGETS}
        steps = [(number + 1, *target) for number in range(m.rounds(15)) for target in TARGETS]
        for _, target, module in m.progress.over(steps, lambda number, target, _: f"a route, round {number}, {target}"):
            app = apps[module]
            new = ("Authorization", sign_new(m.scratch, issuer, users, new_tokens)) if target == "new" else None
            load = wrk.run(app.url + PATH, CONNECTIONS, m.seconds(SECONDS), app.pids, token, each_once=new)
            runs[target].append(load.as_json())
        return runs


def sign_new(folder: Path, issuer: Issuer, users: count[int], number: int) -> Path:
    """A file of tokens that no app has seen, each as the value of its header."""
    file = folder / "tokens"
    file.write_text("".join(f"Bearer {issuer.token(OWNER, next(users))}\n" for _ in range(number)))
    return file


def expect_statuses(app: UvicornApp, token: str, wanted: Sequence[int]) -> None:
    """Of the user's own path, another's, a changed token, and none. An app that lets all through is no peer."""
    altered = token[:-20] + ("A" if token[-20] != "A" else "B") + token[-19:]
    asked = ((PATH, token), (PATH_OF_ANOTHER, token), (PATH, altered), (PATH, None))
    found = [app.status(path, sent) for path, sent in asked]
    if found != wanted:
        raise BrokenMeasurement(f"{app.program.name} answers with {found}, not with {wanted}:\n{app.program.log()}")


def measure_verifications(m: Measurement) -> list[dict[str, Any]]:
    """In a process without FastAPI, each sample in one of its own."""
    rows = [
        {"algorithm": algorithm, "verifier": verifier, "ns": []}
        for algorithm in ALGORITHMS
        for verifier in VERIFIERS
        if (algorithm, verifier) != ("EdDSA", "python_jose")  # has no EdDSA
    ]
    with ExitStack() as stack:
        issuers = {algorithm: stack.enter_context(Issuer(algorithm)) for algorithm in ALGORITHMS}
        tokens = {algorithm: issuer.token(OWNER) for algorithm, issuer in issuers.items()}
        steps = [(number + 1, row) for number in range(m.rounds(5)) for row in rows]
        for _, row in m.progress.over(
            steps, lambda n, row: f"a verification, round {n}, {row['algorithm']}, {row['verifier']}"
        ):
            algorithm = row["algorithm"]
            row["ns"].append(verification_ns(m, row["verifier"], issuers[algorithm], tokens[algorithm]))
    return rows


def verification_ns(m: Measurement, verifier: str, issuer: Issuer, token: str) -> float:
    module, remembered = VERIFIERS[verifier]
    env = {key: os.environ[key] for key in PASSED_ON if key in os.environ} | {
        "BETTER_AUTH_URL": issuer.url,
        "ALGORITHM": issuer.algorithm,
        "REMEMBERED_TOKENS": str(remembered),
        "EDDSA_TABLES": "off",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    pinned = ["taskset", "-c", str(SERVER_CORE)]
    command = [*pinned, sys.executable, APPS / "verifications.py", module, "seen", str(m.seconds(0.3))]
    done = subprocess.run(command, input=token, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BrokenMeasurement(f"{module} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return float(done.stdout)
