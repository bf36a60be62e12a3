"""The report on verification and its floor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plots
from aims import Aim
from document import image, table
from figures import figure, ratio, with_spread

ALGORITHMS = ("EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512")


def aims(measured: dict[str, Any]) -> list[Aim]:
    ns = measured["ns"]
    return [
        Aim(
            "cold EdDSA verification, speed against bare libsodium on the same bytes",
            ratio(ns["bare/EdDSA"], ns["cold/EdDSA"]),
            at_least=0.95,
        ),
        Aim(
            "the same token seen before, speed against cold", ratio(ns["cold/EdDSA"], ns["seen/EdDSA"]), at_least=40
        ),
    ]


def block(measured: dict[str, Any]) -> str:
    ns = measured["ns"]
    rows = [
        (
            algorithm,
            with_spread(figure(ns[f"cold/{algorithm}"]).over(1e3)),
            with_spread(figure(ns[f"bare/{algorithm}"]).over(1e3)),
            with_spread(ratio(ns[f"bare/{algorithm}"], ns[f"cold/{algorithm}"])),
        )
        for algorithm in ALGORITHMS
    ]
    seen = ("EdDSA, seen before", with_spread(figure(ns["seen/EdDSA"]).over(1e3)), "", "")
    head = ("algorithm", "verification, µs", "signature check alone, µs", "ratio of speeds")
    words = "Time of a verification next to the time of its signature check, for each algorithm"
    return f"{image('verify', words)}\n\n{table(head, [*rows, seen])}"


def plot(measured: dict[str, Any], folder: Path) -> None:
    ns = measured["ns"]
    canvas, (axes,) = plots.canvas(1, 1, height=4.6)
    for shift, kind, words, color in (
        (-0.2, "cold", "verification, cold", plots.BLUE),
        (0.2, "bare", "signature check alone", plots.GREY),
    ):
        found = [figure(ns[f"{kind}/{algorithm}"]).over(1e3) for algorithm in ALGORITHMS]
        spread = ([f.median - f.least for f in found], [f.most - f.median for f in found])
        places = [place + shift for place in range(len(found))]
        axes.barh(places, [f.median for f in found], 0.38, color=color, label=words)
        axes.errorbar([f.median for f in found], places, xerr=spread, fmt="none", ecolor=plots.INK, elinewidth=0.8)
    seen = figure(ns["seen/EdDSA"]).over(1e3).median
    axes.barh([len(ALGORITHMS)], [seen], 0.38, color=plots.GREEN, label="the same token seen before")
    axes.set_yticks(range(len(ALGORITHMS) + 1), [*ALGORITHMS, "EdDSA"])
    axes.invert_yaxis()
    axes.set_xscale("log")
    ticks = [0.3, 1, 3, 10, 30, 100, 300, 1000]
    plots.plain_ticks(axes, ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlim(0.3, 1500)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("µs, logarithmic")
    axes.set_title("One verification, with RSA keys of 2,048 bits")
    axes.legend(loc="lower right")
    plots.save(canvas, folder, "verify")
