"""The report on a page of tasks on PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import page_latency
import plots
from aims import Aim
from document import image, table
from figures import figure, ratio, with_spread


def rates(database: dict[str, Any]) -> list[float]:
    return [load["per_second"] for load in database["loads"]]


def aims(measured: dict[str, Any]) -> list[Aim]:
    few, many = measured["databases"]
    what = f"a page on PostgreSQL among {many['others']:,} tasks of others against among {few['others']:,}, speed"
    return [Aim(what, ratio(rates(many), rates(few)), at_least=0.9), *page_latency.aims(measured, "PostgreSQL")]


def block(measured: dict[str, Any]) -> str:
    rows = [
        (
            f"{d['others']:,}",
            with_spread(figure(rates(d))),
            with_spread(figure([load["cpu_us"] for load in d["loads"]])),
            with_spread(figure([load["p50_us"] for load in d["loads"]]).over(1e3)),
            with_spread(figure([load["p99_us"] for load in d["loads"]]).over(1e3)),
            *page_latency.cells(d),
        )
        for d in measured["databases"]
    ]
    times = ("CPU of the API for a page, µs", "p50, ms", "p99, ms", *page_latency.heads(measured))
    head = ("tasks of others", "pages a second", *times)
    facts = (
        f"The user has {measured['own_tasks']} tasks with two or three of ten tags each; "
        f"{measured['connections']} connections, one database thread; the answer has "
        f"{measured['databases'][0]['answer_bytes']:,} bytes."
    )
    words = "Pages of tasks a second on PostgreSQL, among few and many tasks of others"
    return f"{image('postgres', words)}\n\n{facts}\n\n{table(head, rows)}"


def plot(measured: dict[str, Any], folder: Path) -> None:
    canvas, (axes,) = plots.canvas(1, 1, height=2.6)
    databases = measured["databases"]
    found = [figure(rates(d)) for d in databases]
    places = range(len(found))
    spread = ([f.median - f.least for f in found], [f.most - f.median for f in found])
    axes.barh(places, [f.median for f in found], 0.5, color=plots.BLUE)
    axes.errorbar([f.median for f in found], places, xerr=spread, fmt="none", ecolor=plots.INK, elinewidth=0.8)
    axes.set_yticks(places, [f"{d['others']:,} tasks\nof others" for d in databases])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlim(0, None)
    axes.set_xlabel("pages a second")
    axes.set_title("A page of 20 tasks with their tags on PostgreSQL")
    plots.save(canvas, folder, "postgres")
