"""The report on the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plots
from figures import figure
from start_figures import aims, block

__all__ = ["aims", "block", "plot"]


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
