"""What `./dev bench` shows while it runs: which measurement, of how many."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any


class Progress:
    def __init__(self, part: str, place: str) -> None:
        self.part = part
        self.place = place
        self.began = time.monotonic()

    def say(self, text: str) -> None:
        seconds = time.monotonic() - self.began
        print(f"  {self.place} {self.part} {seconds:5.1f} s  {text}", file=sys.stderr, flush=True)

    def over(self, steps: Iterable[tuple[Any, ...]], name: Callable[..., str]) -> Iterator[tuple[Any, ...]]:
        """The steps, each announced by its name when it begins."""
        rows = list(steps)
        for number, row in enumerate(rows, 1):
            self.say(f"{number}/{len(rows)}: {name(*row)}")
            yield row
