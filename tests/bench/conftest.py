"""The modules of `./dev bench`, for tests that measure nothing."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench/harness"), str(ROOT / "bench/report")]
sys.path.append(str(ROOT / "tests/e2e"))  # last: it has a conftest.py too
