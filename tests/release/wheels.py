"""The wheels that `./dev release wheels` makes, in dist/."""

from __future__ import annotations

from pathlib import Path

from dist import DIST, VERSION

SYSTEMS = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "musllinux_1_2_x86_64")
PYTHONS = {"3.11": "cp311-cp311", "3.13": "cp312-abi3"}


def wheel_for(python: str, system: str) -> Path:
    return DIST / f"drawbridge_auth-{VERSION}-{PYTHONS[python]}-{system}.whl"


WHEELS = [wheel_for(python, system) for system in SYSTEMS for python in PYTHONS]
