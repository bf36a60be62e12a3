"""The report on the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plots
from aims import Aim
from document import image, table
from figures import figure, with_spread


def aims(measured: dict[str, Any]) -> list[Aim]:
    return [Aim("start to ready, the issuer being up", figure(measured["ready_ms"]), unit=" ms")]


def block(measured: dict[str, Any]) -> str:
    rows = [(len(measured["ready_ms"]), with_spread(figure(measured["ready_ms"])))]
    words = "Time from start to ready, start by start"
    return f"{image('start', words)}\n\n{table(('starts', 'ready after, ms'), rows)}"


def plot(measured: dict[str, Any], folder: Path) -> None:
    canvas, (axes,) = plots.canvas(1, 1, height=2.4)
    times = measured["ready_ms"]
    axes.bar(range(1, len(times) + 1), times, 0.7, color=plots.BLUE)
    axes.axhline(figure(times).median, color=plots.ORANGE, label="median")
    axes.grid(axis="x", visible=False)
    axes.set_xlim(0.4, len(times) + 0.6)
    axes.set_xlabel("start")
    axes.set_title("Ready after, ms")
    axes.legend(loc="lower right", frameon=True, framealpha=0.9)
    plots.save(canvas, folder, "start")
