"""Figures: what a row of samples says, how two rows compare, and how they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """A median with its spread, the least and the most."""

    median: float
    least: float
    most: float

    def over(self, divisor: float) -> Figure:
        return Figure(self.median / divisor, self.least / divisor, self.most / divisor)


def figure(samples: Sequence[float]) -> Figure:
    return Figure(median(samples), min(samples), max(samples))


def ratio(over: Sequence[float], under: Sequence[float]) -> Figure:
    """The ratio of the medians. Samples of one round stand at the same place of both rows, and the spread is that
    of the rounds' own ratios."""
    assert len(over) == len(under), "both are measured in each round"
    each = [a / b for a, b in zip(over, under)]
    return Figure(median(over) / median(under), min(each), max(each))


def difference(longer: Sequence[float], shorter: Sequence[float]) -> Figure:
    """The same of what the one is more than the other."""
    assert len(longer) == len(shorter), "both are measured in each round"
    each = [a - b for a, b in zip(longer, shorter)]
    return Figure(median(longer) - median(shorter), min(each), max(each))


def number(value: float) -> str:
    """With three digits that count, thousands apart: 0.482, 55.6, 3,330."""
    if value >= 100:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.{1 if value >= 10 else 2 if value >= 1 else 3}f}" if value >= 0.1 else f"{value:.3g}"


def spread(found: Figure) -> str:
    return f"{number(found.least)} to {number(found.most)}"


def with_spread(found: Figure) -> str:
    return f"{number(found.median)} ({spread(found)})"
