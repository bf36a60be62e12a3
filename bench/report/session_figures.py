"""What is compared of a FastAPI route with drawbridge and with fastapi-better-auth-bridge."""

from __future__ import annotations

from typing import Any

from aims import Aim
from document import table
from figures import figure, ratio, with_spread

BRIDGE = "fastapi-better-auth-bridge"

# name: (words, the bridge's own that is compared with it, what it is to be against that)
TARGETS: dict[str, tuple[str, str | None, float | None]] = {
    "open": ("no authentication", None, None),
    "dependency": ("a dependency that only returns", None, None),
    "token": ("Drawbridge, a token seen before", "bridge_jwt", 3.0),
    "bridge_jwt": ("the bridge, Mode B: a token", None, None),
    "session": ("Drawbridge, a session, asked about within 30 s", "bridge_remote", 3.0),
    "session_asked": ("Drawbridge, a session, asked about each time", "bridge_remote", None),
    "bridge_remote": ("the bridge, Mode C: a session, asked about each time", None, None),
    "postgres": ("Drawbridge, a session, read from PostgreSQL", "bridge_postgres", 3.0),
    "bridge_postgres": ("the bridge, Mode A: a session, read from PostgreSQL", None, None),
    "redis": ("Drawbridge, a session, read from Redis", "bridge_redis", 3.0),
    "bridge_redis": ("the bridge, Mode A: a session, read from Redis", None, None),
}
KINDS = [name for name in TARGETS if name not in ("open", "dependency")]  # of credentials
MODES = {"bridge_jwt": "Mode B", "bridge_remote": "Mode C", "bridge_postgres": "Mode A", "bridge_redis": "Mode A"}


def samples(measured: dict[str, Any], target: str, what: str = "per_second") -> list[float]:
    return [load[what] for load in measured["runs"][target]]


def aims(measured: dict[str, Any]) -> list[Aim]:
    return [
        Aim(
            f"a FastAPI route, requests a second, {words.removeprefix('Drawbridge, ')}, "
            f"against {BRIDGE} in {MODES[peer]}",
            ratio(samples(measured, target), samples(measured, peer)),
            at_least=at_least,
        )
        for target, (words, peer, at_least) in TARGETS.items()
        if peer
    ]


def block(measured: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in measured["versions"].items())
    of_what = f"{versions}; {measured['connections']} connections."
    return f"{of_what}\n\n{routes_table(measured)}\n\n{outage_table(measured)}"


def routes_table(measured: dict[str, Any]) -> str:
    rows = []
    for target, (words, peer, _) in TARGETS.items():
        rates = samples(measured, target)
        rows.append(
            (
                words,
                with_spread(figure(rates)),
                with_spread(ratio(rates, samples(measured, "open"))),
                with_spread(ratio(rates, samples(measured, peer))) if peer else "",
                with_spread(figure(samples(measured, target, "cpu_us"))),
                with_spread(figure(samples(measured, target, "p50_us")).over(1e3)),
                with_spread(figure(samples(measured, target, "p99_us")).over(1e3)),
            )
        )
    head = ("requests a second", "against none", "against the bridge", "CPU for a request, µs", "p50, ms", "p99, ms")
    return table(("a FastAPI route with", *head), rows)


def outage_table(measured: dict[str, Any]) -> str:
    rows = [(TARGETS[target][0], *statuses) for target, statuses in measured["outage"].items() if target in KINDS]
    return table(("while the issuer is stopped", "a user of a second ago", "another user"), rows)
