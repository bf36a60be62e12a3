"""The report on how a verification's cost grows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

import plots
from aims import Aim
from document import image, table
from figures import Figure, figure, with_spread

KEYS = (1, 10, 100)
PAYLOADS = ((307, "0.3"), (1_024, "1"), (2_048, "2"), (4_096, "4"), (8_192, "8"))
THREADS = (
    ("cold", "cold"),
    ("seen, one token", "seen before, one token"),
    ("seen, 1000 tokens", "seen before, 1,000 tokens"),
)
BOUND = 65_536


def aims(measured: dict[str, Any]) -> list[Aim]:
    return []


def microseconds(measured: dict[str, Any], name: str) -> Figure:
    return figure(measured["ns"][name]).over(1e3)


def thread_rate(measured: dict[str, Any], what: str, threads: int) -> Figure:
    """Verifications a second of all threads together."""
    return figure([1e9 / ns for ns in measured["ns"][f"threads/{what}/real_time/threads:{threads}"]])


def rotation(measured: dict[str, Any], order: str) -> list[dict[str, Any]]:
    return [row for row in measured["rotation"] if row["order"] == order]


def block(measured: dict[str, Any]) -> str:
    keys = [
        (count, *(with_spread(microseconds(measured, f"keys/{kind}/{count}")) for kind in ("cold", "seen")))
        for count in KEYS
    ]
    payloads = [
        (size, *(with_spread(microseconds(measured, f"payload/{kind}/{count}")) for kind in ("cold", "seen")))
        for count, size in PAYLOADS
    ]
    tokens = [
        (
            f"{turn['tokens']:,}",
            with_spread(figure(turn["ns"]).over(1e3)),
            f"{100 * figure(turn['remembered']).median:.0f} %",
            with_spread(figure(chance["ns"]).over(1e3)),
            f"{100 * figure(chance['remembered']).median:.0f} %",
        )
        for turn, chance in zip(rotation(measured, "in turn"), rotation(measured, "at random"))
    ]
    threads = [(words, *(with_spread(thread_rate(measured, what, n)) for n in (1, 2))) for what, words in THREADS]
    return "\n\n".join(
        (
            image("growth", "Cost of a verification as keys, payload, threads and distinct tokens grow"),
            table(("keys in the set", "cold, µs", "seen before, µs"), keys),
            table(("payload, KiB", "cold, µs", "seen before, µs"), payloads),
            table(
                ("distinct tokens", "in turn, µs", "remembered", "at random, µs", "remembered"),
                tokens,
            ),
            table(("tokens a second", "1 thread", "2 threads"), threads),
        )
    )


def plot(measured: dict[str, Any], folder: Path) -> None:
    canvas, (keys, payloads, tokens, threads) = plots.canvas(2, 2, height=6.8)
    plot_pair(keys, measured, "keys", [(count, f"{count}") for count in KEYS], "keys in the set", True)
    plot_pair(payloads, measured, "payload", list(PAYLOADS), "payload, KiB", False)
    plot_tokens(tokens, measured)
    plot_threads(threads, measured)
    plots.save(canvas, folder, "growth")


def line(axes: Axes, places: list[float], found: list[Figure], color: str, words: str) -> None:
    spread = ([f.median - f.least for f in found], [f.most - f.median for f in found])
    axes.errorbar(places, [f.median for f in found], yerr=spread, marker="o", color=color, label=words, elinewidth=0.8)


def time_axis(axes: Axes, most: float = 300) -> None:
    axes.set_yscale("log")
    ticks = [0.3, 1, 3, 10, 30, 100]
    plots.plain_ticks(axes, ticks, [f"{tick:g}" for tick in ticks], "y")
    axes.set_ylim(0.2, most)
    axes.set_ylabel("µs, logarithmic")


def plot_pair(
    axes: Axes, measured: dict[str, Any], subject: str, steps: list[tuple[int, str]], words: str, logarithmic: bool
) -> None:
    places = [step for step, _ in steps]
    for kind, name, color in (("cold", "cold", plots.BLUE), ("seen", "seen before", plots.GREEN)):
        line(axes, places, [microseconds(measured, f"{subject}/{kind}/{step}") for step in places], color, name)
    time_axis(axes)
    if logarithmic:
        axes.set_xscale("log")
    plots.plain_ticks(axes, places, [label for _, label in steps])
    axes.set_title(f"Growing: {words}")
    axes.set_xlabel(words)
    axes.legend(loc="center left")


def plot_tokens(axes: Axes, measured: dict[str, Any]) -> None:
    for order, color in (("in turn", plots.ORANGE), ("at random", plots.BLUE)):
        rows = rotation(measured, order)
        line(axes, [row["tokens"] for row in rows], [figure(row["ns"]).over(1e3) for row in rows], color, order)
    axes.axvline(BOUND, color=plots.GREY, linestyle=":")
    axes.text(BOUND * 0.8, 0.24, "bound of the cache", ha="right", color=plots.GREY)
    time_axis(axes)
    axes.set_xscale("log")
    ticks = [1, 1e3, 1e4, 1e5, 1e6]
    plots.plain_ticks(axes, ticks, ["1", "1 k", "10 k", "100 k", "1 M"])
    axes.set_title("Growing: distinct tokens, found or else verified")
    axes.set_xlabel("distinct tokens, logarithmic")
    axes.legend(loc="upper left")


def plot_threads(axes: Axes, measured: dict[str, Any]) -> None:
    for shift, threads, color in ((-0.2, 1, plots.GREY), (0.2, 2, plots.BLUE)):
        found = [thread_rate(measured, what, threads) for what, _ in THREADS]
        places = [place + shift for place in range(len(found))]
        name = "1 thread" if threads == 1 else f"{threads} threads"
        bars = axes.bar(places, [f.median for f in found], 0.38, color=color, label=name)
        axes.bar_label(bars, [f"{f.median / 1e3:,.0f} k" for f in found], padding=2, fontsize=9)
    axes.set_yscale("log")
    axes.set_ylim(5e3, 2e7)
    plots.plain_ticks(axes, [1e4, 1e5, 1e6, 1e7], ["10 k", "100 k", "1 M", "10 M"], "y")
    axes.set_xticks(range(len(THREADS)), [words.replace("before, ", "before,\n") for _, words in THREADS])
    axes.grid(axis="x", visible=False)
    axes.set_title("Growing: threads that verify at the same time")
    axes.set_ylabel("tokens a second, logarithmic")
    axes.legend(loc="upper left")
