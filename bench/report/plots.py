"""How all plots look, and how they are kept: the same figures give the same bytes."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot  # noqa: E402  (after the choice above)
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure as Canvas  # noqa: E402

# Of one lightness, told apart also without colour sight; on a ground of their own, so that a dark page is no matter.
BLUE, ORANGE, GREEN, GREY = "#2f6db3", "#d9822b", "#3f9a6b", "#7a828c"
GROUND, INK = "#fbfbf9", "#24292f"

pyplot.rcParams.update(
    {
        "svg.hashsalt": "drawbridge",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "sans-serif"],
        "font.size": 10,
        "figure.facecolor": GROUND,
        "axes.facecolor": GROUND,
        "savefig.facecolor": GROUND,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": GREY,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e3e5e8",
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "legend.frameon": False,
        "lines.markersize": 5,
    }
)


def canvas(rows: int, columns: int, width: float = 10, height: float = 4) -> tuple[Canvas, list[Axes]]:
    figure, axes = pyplot.subplots(rows, columns, figsize=(width, height), squeeze=False, layout="constrained")
    return figure, list(axes.flat)


def save(figure: Canvas, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
    pyplot.close(figure)


def plain_ticks(axes: Axes, ticks: list[float], labels: list[str], which: str = "x") -> None:
    """Exactly these ticks, also on a logarithmic axis."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(ticks, labels)
    axis.set_minor_locator(matplotlib.ticker.NullLocator())
