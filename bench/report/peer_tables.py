"""Drawbridge beside its peers, as tables: every row, also where they are ahead."""

from __future__ import annotations

from typing import Any

from document import image, table
from figures import Figure, figure, number, with_spread
from peer_figures import ALGORITHMS, LOADS, REQUESTS, SERVERS, VERIFIERS, against, requests, verifications


def block(measured: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in measured["versions"].items())
    over_http = measured["requests"]
    return "\n\n".join(
        (
            image("peers", "Verifications and requests a second on one core, next to those of the peers"),
            f"{versions}; over HTTP {over_http['connections']} connections, {over_http['users']} users.",
            *(verifications_table(measured, load) for load in LOADS),
            *(requests_table(measured, load) for load in REQUESTS if requests(measured, load)),
        )
    )


def compared(found: Figure | None) -> str:
    """In bold where the peer is ahead."""
    if found is None:
        return ""
    return number(found.median) if found.median >= 1 else f"**{number(found.median)}**"


def verifications_table(measured: dict[str, Any], load: str) -> str:
    by_algorithm = {algorithm: verifications(measured, algorithm, load) for algorithm in ALGORITHMS}
    rows = []
    for name, row in VERIFIERS.items():
        cells = [row.words]
        for rates in by_algorithm.values():
            is_there = name in rates
            cells += (
                [with_spread(figure(rates[name])), compared(against(rates, VERIFIERS, name))] if is_there else ["", ""]
            )
        rows.append(cells)
    heads = [head for algorithm in ALGORITHMS for head in (f"{algorithm}, a second", "Drawbridge against it")]
    return table((f"in a process, {LOADS[load]}", *heads), rows)


def requests_table(measured: dict[str, Any], load: str) -> str:
    rates = requests(measured, load)
    rows = [
        (
            SERVERS[name].words,
            with_spread(figure(rates[name])),
            compared(against(rates, SERVERS, name)),
            with_spread(figure(requests(measured, load, "cpu_us")[name])),
            with_spread(figure(requests(measured, load, "p50_us")[name]).over(1e3)),
            with_spread(figure(requests(measured, load, "p99_us")[name]).over(1e3)),
            f"{100 * figure(requests(measured, load, 'busy')[name]).median:.0f} %",
        )
        for name in rates
    ]
    head = ("requests a second", "Drawbridge against it", "CPU for a request, µs", "p50, ms", "p99, ms", "core used")
    return table((f"over HTTP, {REQUESTS[load]}", *head), rows)
