"""The report on the FastAPI package beside other libraries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plots
from document import image, table
from figures import Figure, figure, ratio, with_spread
from python_figures import aims, samples

__all__ = ["aims", "block", "plot"]

TARGETS = (
    ("open", "no authentication", plots.GREY),
    ("dependency", "a dependency that only returns", plots.GREY),
    ("pyjwt", "PyJWT, `async` dependency", plots.ORANGE),
    ("pyjwt_threads", "PyJWT, plain dependency", plots.ORANGE),
    ("joserfc", "joserfc", plots.GREEN),
    ("seen", "Drawbridge, the token seen before", plots.BLUE),
    ("new", "Drawbridge, every token new", plots.BLUE),
)
VERIFIERS = (
    ("drawbridge_seen", "Drawbridge, seen before", plots.GREY),
    ("drawbridge_cold", "Drawbridge, cold", plots.BLUE),
    ("pyjwt", "PyJWT", plots.ORANGE),
    ("joserfc", "joserfc", plots.GREEN),
    ("python_jose", "python-jose", plots.INK),
)
APPS = (
    ("app_drawbridge", "Drawbridge"),
    ("app_pyjwt", "PyJWT, `async` dependency"),
    ("app_pyjwt_threads", "PyJWT, plain dependency"),
)


def block(measured: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in measured["versions"].items())
    return "\n\n".join(
        (
            image("python", "Requests a second of a FastAPI route, and verifications a second, next to other libraries"),
            f"{versions}; {measured['connections']} connections.",
            routes_table(measured),
            verifications_table(measured),
            slow_issuer_table(measured["slow_issuer"]),
        )
    )


def targets(measured: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Without those that an older measurement lacks."""
    return [row for row in TARGETS if row[0] in measured["routes"]]


def routes_table(measured: dict[str, Any]) -> str:
    rows = []
    for target, words, _ in targets(measured):
        rates = samples(measured, target)
        rows.append(
            (
                words,
                with_spread(figure(rates)),
                with_spread(ratio(rates, samples(measured, "open"))),
                with_spread(figure(samples(measured, target, "cpu_us"))),
                with_spread(figure(samples(measured, target, "p50_us")).over(1e3)),
                with_spread(figure(samples(measured, target, "p99_us")).over(1e3)),
                f"{100 * figure(samples(measured, target, 'busy')).median:.0f} %",
            )
        )
    head = ("requests a second", "against none", "CPU for a request, µs", "p50, ms", "p99, ms", "core used")
    return table(("a route with", *head), rows)


def algorithms(measured: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(row["algorithm"] for row in measured["verifications"]))


def verifications(measured: dict[str, Any], algorithm: str, verifier: str) -> Figure | None:
    """How many a second; None for a library that lacks the algorithm."""
    found = [r["ns"] for r in measured["verifications"] if (r["algorithm"], r["verifier"]) == (algorithm, verifier)]
    return figure([1e9 / ns for ns in found[0]]) if found else None


def verifications_table(measured: dict[str, Any]) -> str:
    rows = []
    for algorithm in algorithms(measured):
        found = [verifications(measured, algorithm, verifier) for verifier, _, _ in VERIFIERS]
        rows.append((algorithm, *("has none" if f is None else with_spread(f) for f in found)))
    return table(("verifications a second", *(words for _, words, _ in VERIFIERS)), rows)


def slow_issuer_table(slow: dict[str, Any]) -> str:
    rows = []
    for app, words in APPS:
        of = [
            figure([each[when][what] for each in slow["apps"][app]])
            for when in ("alone", "beside")
            for what in ("p50_ms", "p999_ms", "most_ms")
        ]
        rows.append((words, *(with_spread(each) for each in of)))
    times = [f"{when}: {what}, ms" for when in ("alone", "under load") for what in ("p50", "p99.9", "longest")]
    return table(("an open route of an app with", *times), rows)


def plot(measured: dict[str, Any], folder: Path) -> None:
    canvas, (routes, checks) = plots.canvas(1, 2, height=3.8)
    shown = targets(measured)
    found = [figure(samples(measured, target)) for target, _, _ in shown]
    places = range(len(found))
    spread = ([f.median - f.least for f in found], [f.most - f.median for f in found])
    routes.barh(places, [f.median for f in found], 0.7, color=[color for _, _, color in shown])
    routes.errorbar([f.median for f in found], places, xerr=spread, fmt="none", ecolor=plots.INK, elinewidth=0.8)
    routes.set_yticks(places, [words.replace("`", "").replace(", ", ",\n") for _, words, _ in shown])
    routes.invert_yaxis()
    routes.grid(axis="y", visible=False)
    routes.set_title("Requests a second of a route on one core")
    names = algorithms(measured)
    for number, (verifier, words, color) in enumerate(VERIFIERS):
        rates = [(place, verifications(measured, name, verifier)) for place, name in enumerate(names)]
        bars = [(place + 0.16 * (number - 2), rate.median) for place, rate in rates if rate is not None]
        checks.bar([place for place, _ in bars], [rate for _, rate in bars], 0.15, color=color, label=words)
    checks.set_yscale("log")
    plots.plain_ticks(checks, [1e3, 1e4, 1e5, 1e6], ["1 k", "10 k", "100 k", "1 M"], "y")
    checks.set_ylim(1e3, 3e7)
    checks.set_xticks(range(len(names)), names)
    checks.grid(axis="x", visible=False)
    checks.set_title("Verifications a second in Python, logarithmic")
    checks.legend(loc="upper left", fontsize=8, ncols=2)
    plots.save(canvas, folder, "python")
