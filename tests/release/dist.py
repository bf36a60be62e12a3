"""What `./dev release` makes, in dist/."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
MADE = ROOT / "build/dist"
VERSION = (ROOT / "VERSION").read_text(encoding="utf-8").strip()


def run(command: Sequence[str | Path], seconds: float = 600, **options: object) -> str:
    """What it says; it must succeed."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds, **options
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-4000:]}"
    return done.stdout
