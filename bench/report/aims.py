"""The table of aims and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from document import table
from figures import Figure, number, spread


@dataclass(frozen=True)
class Aim:
    """One row: what was measured, what it should be, and what it is. Nothing is wanted of a row without an aim."""

    what: str
    found: Figure
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""

    @property
    def met(self) -> bool | None:
        if self.at_least is not None:
            return self.found.median >= self.at_least
        if self.at_most is not None:
            return self.found.median <= self.at_most
        return None

    def row(self) -> tuple[str, str, str, str, str]:
        wanted = "none given"
        if self.at_least is not None:
            wanted = f"≥ {self.at_least:,g}{self.unit}"
        elif self.at_most is not None:
            wanted = f"≤ {self.at_most:,g}{self.unit}"
        verdict = {True: "met", False: "**missed**", None: ""}[self.met]
        return self.what, wanted, f"{number(self.found.median)}{self.unit}", spread(self.found), verdict


HEAD = ("what", "aim", "figure", "spread", "")


def aims_table(aims: Sequence[Aim]) -> str:
    return table(HEAD, (aim.row() for aim in aims))


def aims_text(aims: Sequence[Aim]) -> str:
    """The same for a terminal."""
    rows = [HEAD, *(aim.row() for aim in aims)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)
    return "\n".join(line.replace("*", "") for line in lines)
