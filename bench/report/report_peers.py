"""The report on Drawbridge beside its peers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plots
from figures import figure
from peer_figures import SERVERS, VERIFIERS, Rates, Row, aims, requests, verifications
from peer_tables import block

__all__ = ["aims", "block", "plot"]


def plot(measured: dict[str, Any], folder: Path) -> None:
    canvas, (in_process, over_http) = plots.canvas(1, 2, height=4.6)
    bars(in_process, verifications(measured, "EdDSA", "unseen"), VERIFIERS)
    in_process.set_title("Verifications a second, EdDSA, each token new")
    bars(over_http, requests(measured, "unseen"), SERVERS)
    over_http.set_title("Requests a second, each token new")
    plots.save(canvas, folder, "peers")


def bars(axes: plots.Axes, rates: Rates, rows: dict[str, Row]) -> None:
    found = [figure(samples) for samples in rates.values()]
    places = range(len(found))
    spread = ([f.median - f.least for f in found], [f.most - f.median for f in found])
    axes.barh(
        places, [f.median for f in found], 0.7, color=[plots.BLUE if rows[n].is_ours else plots.GREY for n in rates]
    )
    axes.errorbar([f.median for f in found], places, xerr=spread, fmt="none", ecolor=plots.INK, elinewidth=0.8)
    axes.set_yticks(places, [rows[name].words.replace(", ", ",\n", 1) for name in rates], fontsize=8)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
