"""The report on resident memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plots
from aims import Aim
from document import image, table
from figures import Figure, figure, with_spread


def states(measured: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("idle", "idle"),
        ("tokens", f"with {measured['tokens']:,} cached tokens"),
        ("connections", f"with {measured['connections']:,} idle connections"),
    ]


def mebibytes(measured: dict[str, Any], state: str, kind: str) -> Figure:
    return figure([one[state][kind] for one in measured["rounds"]]).over(2**20)


def aims(measured: dict[str, Any]) -> list[Aim]:
    return [
        Aim(f"resident memory {words}", mebibytes(measured, state, "rss"), unit=" MiB")
        for state, words in states(measured)
    ]


def block(measured: dict[str, Any]) -> str:
    rows = [
        (words, *(with_spread(mebibytes(measured, state, kind)) for kind in ("rss", "pss")))
        for state, words in states(measured)
    ]
    head = ("", "resident (VmRSS), MiB", "its share (Pss), MiB")
    return f"{image('memory', 'Resident memory of the program')}\n\n{table(head, rows)}"


def plot(measured: dict[str, Any], folder: Path) -> None:
    canvas, (axes,) = plots.canvas(1, 1, height=2.8)
    names = states(measured)
    for shift, kind, words, color in (
        (-0.2, "rss", "resident (VmRSS)", plots.BLUE),
        (0.2, "pss", "its share (Pss)", plots.GREY),
    ):
        found = [mebibytes(measured, state, kind) for state, _ in names]
        places = [place + shift for place in range(len(found))]
        bars = axes.barh(places, [f.median for f in found], 0.38, color=color, label=words)
        axes.bar_label(bars, [f"{f.median:.0f}" for f in found], padding=3)
    axes.set_yticks(range(len(names)), [words for _, words in names])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("MiB")
    axes.set_title("Memory of the program")
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    plots.save(canvas, folder, "memory")
