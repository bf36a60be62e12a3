"""A FastAPI route with drawbridge beside fastapi-better-auth-bridge in its three modes: the same route, the same users,
tokens and cookies, the same stores and issuer, in turn."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import wrk
from issuer import Issuer
from measurement import BrokenMeasurement, Measurement
from signed_in import SECRET, SignedIn, session_cookie
from static_issuer import StaticIssuer
from uvicorn_app import UvicornApp

PACKAGES = (
    *("fastapi-better-auth-bridge", "fastapi", "uvicorn", "uvloop", "httptools"),
    *("httpx", "PyJWT", "SQLAlchemy", "asyncpg", "redis", "hiredis"),
)
CONNECTIONS = 16
SECONDS = 1.0

Header = tuple[str, str]


@dataclass(frozen=True)
class Target:
    """An app of bench/python, its settings, and what its requests carry."""

    app: str
    carries: str  # `token` or `cookie`
    settings: Mapping[str, str] = field(default_factory=dict)
    remembers: bool = False  # sessions, for up to 30 seconds


OPEN = ("open", "dependency")  # no credential is looked at
OURS = {"drawbridge_user_claim": "sub", "drawbridge_credentials": "token,session"}

# Each round asks them in this order.
TARGETS = {
    "open": Target("app_open", "cookie"),
    "dependency": Target("app_dependency", "cookie"),
    "token": Target("app_drawbridge", "token", OURS),
    "bridge_jwt": Target("app_bridge_jwt", "token"),
    "session": Target("app_drawbridge", "cookie", OURS, remembers=True),
    "session_asked": Target("app_drawbridge", "cookie", OURS | {"drawbridge_credential_max_age": "0"}),
    "bridge_remote": Target("app_bridge_remote", "cookie"),
    "postgres": Target("app_drawbridge_postgres", "cookie", OURS),
    "bridge_postgres": Target("app_bridge_postgres", "cookie"),
    "redis": Target("app_drawbridge_redis", "cookie", OURS),
    "bridge_redis": Target("app_bridge_redis", "cookie"),
}


def measure(m: Measurement, signer: Issuer, people: list[SignedIn], postgres: str, redis: str) -> dict[str, Any]:
    """`people` are the users whom both stores have; `signer` signs their tokens."""
    with ExitStack() as stack:
        issuer = stack.enter_context(StaticIssuer(m.scratch, signer, people))
        *asking, kept_back = issuer.people  # nobody asks for the last one until the issuer has stopped
        stores = {"better_auth_secret": SECRET, "database_url": postgres, "drawbridge_redis_url": redis}

        def serve(name: str, target: Target) -> UvicornApp:
            folder = m.scratch / f"fastapi_{name}"
            folder.mkdir()
            return stack.enter_context(UvicornApp(folder, target.app, issuer.url, **stores, **target.settings))

        apps = {name: serve(name, target) for name, target in TARGETS.items()}
        for name, target in TARGETS.items():
            expect_statuses(name, apps[name], target, asking)
        runs = run_all(
            m, apps, {name: requests(m.scratch / f"{name}.requests", t, asking) for name, t in TARGETS.items()}
        )
        return {
            "versions": {"Python": platform.python_version()} | {name: version(name) for name in PACKAGES},
            "connections": CONNECTIONS,
            "runs": runs,
            "outage": statuses_in_outage(apps, issuer, asking[0], kept_back),
        }


def path(person: SignedIn) -> str:
    return f"/api/v1/{person.subject}/greeting"


def by_token(token: str) -> Header:
    return "Authorization", f"Bearer {token}"


def by_cookie(cookie: str) -> Header:
    return "Cookie", cookie


def credential(target: Target, person: SignedIn) -> Header:
    return by_token(person.jwt) if target.carries == "token" else by_cookie(person.cookie)


def bad_credentials(target: Target, person: SignedIn, other: SignedIn) -> dict[str, Header | None]:
    if target.carries == "token":
        signed, _, signature = person.jwt.rpartition(".")
        return {
            "changed": by_token(f"{signed}.{changed(signature)}"),
            "signed for another": by_token(f"{signed}.{other.jwt.rpartition('.')[2]}"),
            "none": None,
        }
    token = person.session_token
    return {
        "changed": by_cookie(person.cookie.replace(token, changed(token))),
        "signed with another secret": by_cookie(session_cookie(token, SECRET[::-1])),
        "signed, of no session": by_cookie(session_cookie("f" * len(token))),
        "none": None,
    }


def changed(text: str) -> str:
    """In one character, of hexadecimal digits and of base64url alike."""
    return ("1" if text[0] == "0" else "0") + text[1:]


def expect_statuses(name: str, app: UvicornApp, target: Target, people: list[SignedIn]) -> None:
    """An app that accepts everybody is not a peer, nor is one that refuses everybody."""
    person, other = people[:2]
    good = credential(target, person)
    found = {"good": app.status(path(person), header=good), "on another's path": app.status(path(other), header=good)}
    for kind, bad in bad_credentials(target, person, other).items():
        found[kind] = app.status(path(person), header=bad)
    wanted = dict.fromkeys(found, 401) | {"good": 200, "on another's path": 403}
    if name in OPEN:
        wanted = dict.fromkeys(found, 200)
    if found != wanted:
        raise BrokenMeasurement(f"{name} answers with {found}, not with {wanted}:\n{app.program.log()}")


def requests(file: Path, target: Target, people: list[SignedIn]) -> tuple[str, Path]:
    """A file of them, each for a user's own path with what that user has; and the name of the header."""
    file.write_text("".join(f"{path(person)} {credential(target, person)[1]}\n" for person in people))
    return credential(target, people[0])[0], file


def run_all(
    m: Measurement, apps: Mapping[str, UvicornApp], asked: Mapping[str, tuple[str, Path]]
) -> dict[str, list[dict[str, float]]]:
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in TARGETS}
    steps = [(number, name) for number in range(m.rounds(5) + 1) for name in TARGETS]
    for number, name in m.progress.over(steps, lambda number, name: f"FastAPI, round {number}, {name}"):
        app = apps[name]
        # First uses are not counted, nor is what was forgotten since the last round.
        for is_counted in (False, True) if number and TARGETS[name].remembers else (number > 0,):
            load = wrk.run(app.url, CONNECTIONS, m.seconds(SECONDS), app.pids, each_in_turn=asked[name])
            if is_counted:
                runs[name].append(load.as_json())
    return runs


# By the app's promise, of a session that it has just taken and of another.
PROMISED = {"session": [200, 503], "session_asked": [503, 503]}


def statuses_in_outage(
    apps: Mapping[str, UvicornApp], issuer: StaticIssuer, known: SignedIn, new: SignedIn
) -> dict[str, list[int]]:
    """What each app answers to good credentials while the issuer is stopped."""
    for name, app in apps.items():
        app.status(path(known), header=credential(TARGETS[name], known))
    issuer.stop()
    found = {
        name: [app.status(path(person), header=credential(TARGETS[name], person)) for person in (known, new)]
        for name, app in apps.items()
    }
    if {name: found[name] for name in PROMISED} != PROMISED:
        raise BrokenMeasurement(f"while the issuer is stopped the apps answer with {found}, not with {PROMISED}")
    return found
