"""The report on GET /api/v1/me."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plots
from aims import Aim
from document import image, table
from figures import figure, ratio, with_spread

CONNECTIONS = (1, 16, 256, 5_000)
TARGETS = (
    ("me", "GET /api/v1/me", plots.BLUE),
    ("healthz", "GET /healthz", plots.GREEN),
    ("nginx", "nginx", plots.GREY),
)


def samples(measured: dict[str, Any], connections: int, target: str, what: str) -> list[float]:
    (run,) = [r for r in measured["runs"] if (r["connections"], r["target"]) == (connections, target)]
    return [load[what] for load in run["loads"]]


def plural(connections: int) -> str:
    return f"{connections:,} connection{'s' if connections > 1 else ''}"


def aims(measured: dict[str, Any]) -> list[Aim]:
    rows = []
    for against, words, at_least in (
        ("healthz", "our own /healthz", 0.85),
        ("nginx", "nginx with a fixed answer of the same size", 0.75),
    ):
        for connections in CONNECTIONS:
            me, other = (samples(measured, connections, target, "per_second") for target in ("me", against))
            what = f"GET /api/v1/me, requests a second against {words}, {plural(connections)}"
            rows.append(Aim(what, ratio(me, other), at_least=at_least))
    return rows


def block(measured: dict[str, Any]) -> str:
    rows = []
    for connections in CONNECTIONS:
        for target, words, _ in TARGETS:
            of = {
                what: figure(samples(measured, connections, target, what))
                for what in ("per_second", "p50_us", "p99_us", "cpu_us", "busy")
            }
            rows.append(
                (
                    f"{plural(connections)}, {words}",
                    with_spread(of["per_second"]),
                    with_spread(of["p50_us"].over(1e3)),
                    with_spread(of["p99_us"].over(1e3)),
                    with_spread(of["cpu_us"]),
                    f"{100 * of['busy'].median:.0f} %",
                )
            )
    head = ("", "requests a second", "p50, ms", "p99, ms", "CPU for a request, µs", "core used")
    size = f"The answer of GET /api/v1/me, and of nginx, has {measured['answer_bytes']} bytes."
    words = "Requests a second and the 99th percentile of the latency, for 1 to 5,000 connections"
    return f"{image('http', words)}\n\n{size}\n\n{table(head, rows)}"


def plot(measured: dict[str, Any], folder: Path) -> None:
    canvas, (rates, latencies) = plots.canvas(1, 2, height=4.2)
    for shift, (target, words, color) in zip((-0.27, 0, 0.27), TARGETS):
        found = [figure(samples(measured, c, target, "per_second")).over(1e3) for c in CONNECTIONS]
        places = [place + shift for place in range(len(CONNECTIONS))]
        spread = ([f.median - f.least for f in found], [f.most - f.median for f in found])
        rates.bar(places, [f.median for f in found], 0.25, color=color, label=words)
        rates.errorbar(places, [f.median for f in found], yerr=spread, fmt="none", ecolor=plots.INK, elinewidth=0.8)
        for what, style in (("p50_us", "-"), ("p99_us", ":")):
            times = [figure(samples(measured, c, target, what)).over(1e3).median for c in CONNECTIONS]
            latencies.plot(range(len(CONNECTIONS)), times, style, marker="o", color=color, label=f"{words}, {what[:3]}")
    for axes in (rates, latencies):
        axes.set_xticks(range(len(CONNECTIONS)), [f"{c:,}" for c in CONNECTIONS])
        axes.set_xlabel("connections")
    rates.grid(axis="x", visible=False)
    rates.set_title("Requests a second on one core, in thousands")
    rates.legend(loc="upper left")
    rates.margins(y=0.3)
    latencies.set_yscale("log")
    ticks = [0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000]
    plots.plain_ticks(latencies, ticks, [f"{tick:g}" for tick in ticks], "y")
    latencies.set_title("Latency, ms, logarithmic")
    latencies.legend(loc="lower right", fontsize=8)
    plots.save(canvas, folder, "http")
