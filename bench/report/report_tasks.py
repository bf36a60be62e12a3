"""The report on a page of tasks."""

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


def page_ns(database: dict[str, Any]) -> list[float]:
    """Processor time of the server for a page."""
    return [1e3 * load["cpu_us"] for load in database["loads"]]


def among(database: dict[str, Any]) -> str:
    return f"among {database['others']:,} tasks of others"


def aims(measured: dict[str, Any]) -> list[Aim]:
    databases = measured["databases"]
    rows = [
        Aim(f"a page of 20 tasks with tags on SQLite, {among(d)}", figure(rates(d)), at_least=10_000, unit="/s")
        for d in databases
    ]
    rows += [
        Aim(f"its CPU time against that of its bare SQL, {among(d)}", ratio(page_ns(d), d["sql_ns"]), at_most=3)
        for d in databases
    ]
    few, many = databases
    what = f"the same page {among(many)} against {among(few)}, speed"
    rows.append(Aim(what, ratio(rates(many), rates(few)), at_least=0.9))
    return rows + page_latency.aims(measured, "SQLite")


def block(measured: dict[str, Any]) -> str:
    rows = [
        (
            f"{d['others']:,}",
            with_spread(figure(rates(d))),
            with_spread(figure(page_ns(d)).over(1e3)),
            with_spread(figure(d["sql_ns"]).over(1e3)),
            with_spread(figure([load["p99_us"] for load in d["loads"]]).over(1e3)),
            f"{100 * figure([load['busy'] for load in d['loads']]).median:.0f} %",
            *page_latency.cells(d),
        )
        for d in measured["databases"]
    ]
    times = ("CPU for a page, µs", "of it bare SQL, µs", "p99, ms", "core used", *page_latency.heads(measured))
    head = ("tasks of others", "pages a second", *times)
    facts = (
        f"The user has {measured['own_tasks']} tasks with two or three of ten tags each; "
        f"{measured['connections']} connections; the answer has "
        f"{measured['databases'][0]['answer_bytes']:,} bytes."
    )
    words = "Processor time of a page of tasks, and what of it the bare SQL statements take"
    return f"{image('tasks', words)}\n\n{facts}\n\n{table(head, rows)}"


def plot(measured: dict[str, Any], folder: Path) -> None:
    canvas, (axes,) = plots.canvas(1, 1, height=3)
    databases = measured["databases"]
    whole = [figure(page_ns(d)).over(1e3) for d in databases]
    sql = [figure(d["sql_ns"]).over(1e3) for d in databases]
    for shift, found, words, color in (
        (-0.2, whole, "a page over HTTP", plots.BLUE),
        (0.2, sql, "its bare SQL statements", plots.GREY),
    ):
        places = [place + shift for place in range(len(found))]
        spread = ([f.median - f.least for f in found], [f.most - f.median for f in found])
        axes.barh(places, [f.median for f in found], 0.38, color=color, label=words)
        axes.errorbar([f.median for f in found], places, xerr=spread, fmt="none", ecolor=plots.INK, elinewidth=0.8)
    for place, found in enumerate(sql):
        three = 3 * found.median
        axes.plot([three, three], [place - 0.42, place + 0.42], color=plots.ORANGE, label="" if place else "3 × SQL")
    axes.axvline(100, color=plots.INK, linestyle=":", label="10,000 a second")
    axes.set_yticks(range(len(databases)), [f"{d['others']:,} tasks\nof others" for d in databases])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlim(0, None)
    axes.set_xlabel("µs of processor time")
    axes.set_title("A page of 20 tasks with their tags")
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    plots.save(canvas, folder, "tasks")
