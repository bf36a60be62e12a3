"""What is compared of the FastAPI package and other libraries."""

from __future__ import annotations

from typing import Any

from aims import Aim
from figures import figure, ratio


def samples(measured: dict[str, Any], target: str, what: str = "per_second") -> list[float]:
    return [load[what] for load in measured["routes"][target]]


def faster_pyjwt(measured: dict[str, Any]) -> list[float]:
    """Requests a second with PyJWT in the way that suits it best."""
    return max((samples(measured, target) for target in ("pyjwt", "pyjwt_threads")), key=lambda s: figure(s).median)


def delays(slow: dict[str, Any], app: str) -> list[float]:
    """How much longer, in ms, the longest answer took beside senders of unknown keys than one usually takes alone."""
    return [each["beside"]["most_ms"] - each["alone"]["p50_ms"] for each in slow["apps"][app]]


def aims(measured: dict[str, Any]) -> list[Aim]:
    without, pyjwt = samples(measured, "open"), faster_pyjwt(measured)
    seen, new = samples(measured, "seen"), samples(measured, "new")
    slow = measured["slow_issuer"]
    route = "a FastAPI route, requests a second"
    return [
        Aim(f"{route}, token seen before, against no authentication", ratio(seen, without), at_least=0.9),
        Aim(f"{route}, every token new, against no authentication", ratio(new, without), at_least=0.6),
        Aim(f"{route}, token seen before, against PyJWT", ratio(seen, pyjwt), at_least=2.5),
        Aim(f"{route}, every token new, against PyJWT", ratio(new, pyjwt), at_least=1.3),
        Aim(
            f"an open FastAPI route, its longest delay while the issuer takes {slow['answers_after']:g} s",
            figure(delays(slow, "app_drawbridge")),
            at_most=20,
            unit=" ms",
        ),
    ]
