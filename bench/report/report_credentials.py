"""The report on tokens, sessions and API keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plots
import session_figures
from aims import Aim
from document import image, table
from figures import figure, ratio, with_spread

TARGETS = (
    ("token", "a token seen before"),
    ("session", "a session, asked about within 30 s"),
    ("key", "an API key, asked about within 30 s"),
    ("sqlite", "a session, read from SQLite"),
    ("postgres", "a session, read from PostgreSQL"),
    ("redis", "a session, read from Redis"),
)


def samples(measured: dict[str, Any], target: str, what: str) -> list[float]:
    return [load[what] for load in measured["runs"][target]]


def aims(measured: dict[str, Any]) -> list[Aim]:
    token = samples(measured, "token", "per_second")
    return [
        Aim(
            f"GET /api/v1/me, requests a second, {words}, against a token seen before",
            ratio(samples(measured, target, "per_second"), token),
            at_least=0.9 if target in ("session", "key") else None,
        )
        for target, words in TARGETS[1:]
    ] + [aim for fastapi in beside_fastapi(measured) for aim in session_figures.aims(fastapi)]


def beside_fastapi(measured: dict[str, Any]) -> list[dict[str, Any]]:
    """One, or none in what was measured before this was part of it."""
    return [measured["fastapi"]] if "fastapi" in measured else []


def block(measured: dict[str, Any]) -> str:
    rows = [
        (
            words,
            with_spread(figure(samples(measured, target, "per_second"))),
            with_spread(figure(samples(measured, target, "cpu_us"))),
            with_spread(figure(samples(measured, target, "p50_us")).over(1e3)),
            with_spread(figure(samples(measured, target, "p99_us")).over(1e3)),
        )
        for target, words in TARGETS
    ]
    head = ("by", "requests a second", "CPU of the API for a request, µs", "p50, ms", "p99, ms")
    of_the_program = [image("credentials", "Requests a second by token, session and API key"), table(head, rows)]
    return "\n\n".join(of_the_program + [session_figures.block(fastapi) for fastapi in beside_fastapi(measured)])


def plot(measured: dict[str, Any], folder: Path) -> None:
    canvas, (axes,) = plots.canvas(1, 1, height=3.2)
    found = [figure(samples(measured, target, "per_second")).over(1e3) for target, _ in TARGETS]
    places = range(len(found))
    spread = ([f.median - f.least for f in found], [f.most - f.median for f in found])
    axes.barh(places, [f.median for f in found], 0.5, color=plots.BLUE)
    axes.errorbar([f.median for f in found], places, xerr=spread, fmt="none", ecolor=plots.INK, elinewidth=0.8)
    axes.set_yticks(places, [words for _, words in TARGETS])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlim(0, None)
    axes.set_xlabel("thousand requests a second, on one core")
    axes.set_title("GET /api/v1/me, by what the request carries")
    plots.save(canvas, folder, "credentials")
