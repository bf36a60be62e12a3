"""The report on sign-outs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plots
from aims import Aim
from document import image, table
from figures import Figure, figure, number, ratio, with_spread

SETS = (("0", "nothing"), ("1000", "1,000 entries"), ("100000", "100,000 entries"))
THREADS = ("1", "2")
PROMISED = 1.5  # seconds, for each


def seconds(measured: dict[str, Any]) -> dict[str, list[float]]:
    return measured["sign_outs"]["seconds"]


def look_ups(measured: dict[str, Any], entries: str, threads: str) -> list[float]:
    """Nanoseconds of each round."""
    return measured["look_ups"]["ns"][entries][threads]


def bytes_each(measured: dict[str, Any]) -> dict[str, float]:
    return {entries: size / int(entries) for entries, size in measured["look_ups"]["bytes"].items()}


def percentile(samples: list[float], share: float) -> float:
    return sorted(samples)[min(int(share * len(samples)), len(samples) - 1)]


def aims(measured: dict[str, Any]) -> list[Aim]:
    each = [time for times in seconds(measured).values() for time in times]
    refused = sum(measured["sign_outs"]["refused"].values())
    return [
        Aim("from the answer to a sign-out until an API refuses the token", figure(each), at_most=0.7, unit=" s"),
        Aim("the same, the longest of all", figure([max(each)]), at_most=PROMISED, unit=" s"),
        Aim("requests of users who did not sign out and were refused", figure([refused]), at_most=0),
        *(
            Aim(
                f"a token seen before, with {words} revoked, speed against without revocations",
                ratio(look_ups(measured, "off", "1"), look_ups(measured, entries, "1")),
                at_least=0.97,
            )
            for entries, words in SETS
        ),
        Aim("bytes for an entry of what is revoked, at most", largest(measured), at_most=100),
    ]


def largest(measured: dict[str, Any]) -> Figure:
    return figure([max(bytes_each(measured).values())])


def block(measured: dict[str, Any]) -> str:
    rows = [
        (name, len(times), with_spread(figure(times)), number(percentile(times, 0.95)), number(max(times)))
        for name, times in seconds(measured).items()
    ]
    head = ("API", "sign-outs", "until it refuses, s", "95 of 100 within, s", "longest, s")
    requests, refused = measured["sign_outs"]["requests"], sum(measured["sign_outs"]["refused"].values())
    others = f"Meanwhile the others sent {requests:,} requests, of which {refused:,} were refused."
    sizes = bytes_each(measured)
    costs = [
        (
            words,
            *(with_spread(figure(look_ups(measured, entries, threads))) for threads in THREADS),
            number(sizes[entries]) if entries in sizes else "",
        )
        for entries, words in (("off", "without revocations"), *SETS)
    ]
    return "\n\n".join(
        (
            image("sign_out", "Sign-outs that an API refuses, by the time since they were answered"),
            table(head, rows),
            others,
            table(("revoked", "seen before, 1 thread, ns", "2 threads, ns", "bytes an entry"), costs),
        )
    )


def plot(measured: dict[str, Any], folder: Path) -> None:
    canvas, (axes,) = plots.canvas(1, 1, height=3.2)
    for (name, times), color in zip(seconds(measured).items(), (plots.BLUE, plots.GREEN, plots.ORANGE)):
        shares = [100 * count / len(times) for count in range(len(times) + 1)]
        axes.step([0.0, *sorted(times)], shares, where="post", color=color, label=name)
    axes.axvline(PROMISED, color=plots.GREY, linestyle=":")
    axes.set_xlim(0, None)
    axes.set_ylim(0, 101)
    axes.set_xlabel("seconds after the answer to the sign-out")
    axes.set_ylabel("% of the tokens refused")
    axes.set_title("Sign-outs, until each API refuses the token")
    axes.legend(loc="lower right")
    plots.save(canvas, folder, "sign_out")
