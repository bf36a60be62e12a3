"""Tables of cases of which some are enough each time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def cases(table: Iterable[str], *short: str) -> list[Any]:
    """The names in a table. Those that are not given here fail only where one of these does, or a test in C++: they are
    in the long run alone."""
    names = list(table)
    assert set(short) <= set(names), set(short) - set(names)
    return [pytest.param(name, id=name, marks=() if name in short else pytest.mark.long) for name in names]
