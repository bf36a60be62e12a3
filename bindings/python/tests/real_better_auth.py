"""The real Better Auth of tests/e2e, which only the repository has."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tests/e2e"))

from better_auth import PASSWORD
from better_auth import BetterAuth as RealBetterAuth

__all__ = ["PASSWORD", "RealBetterAuth"]
