"""What every part of the measurement is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from progress import Progress

SERVER_CORE = 0
LOAD_CORE = 1


class BrokenMeasurement(Exception):
    """Something happened that makes the figures worthless: one line that says what."""


@dataclass(frozen=True)
class Measurement:
    """One part of one run: where it may write, and how much it is to do."""

    quick: bool  # so short that the figures mean nothing; to see that everything works
    programs: Path  # the C++ benchmarks
    scratch: Path  # a folder for this part alone
    progress: Progress

    def rounds(self, usual: int) -> int:
        return 1 if self.quick else usual

    def seconds(self, usual: float) -> float:
        return 0.5 if self.quick else usual
