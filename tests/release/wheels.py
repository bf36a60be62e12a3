"""The wheels that `./dev release wheels` makes, in dist/."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from dist import DIST, VERSION

SYSTEMS = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "musllinux_1_2_x86_64", "macosx_11_0_arm64")
PYTHONS = {"3.11": "cp311-cp311", "3.13": "cp312-abi3"}


def wheel_for(python: str, system: str) -> Path:
    return DIST / f"drawbridge_auth-{VERSION}-{PYTHONS[python]}-{system}.whl"


WHEELS = [wheel_for(python, system) for system in SYSTEMS for python in PYTHONS]
LINUX = [wheel for wheel in WHEELS if "linux" in wheel.name]
MACOS = [wheel for wheel in WHEELS if "macosx" in wheel.name]


def each_of(wheels: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("wheel", wheels, ids=lambda wheel: wheel.stem.partition("-")[2])


def modules_of(wheel: Path, folder: Path) -> list[Path]:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    modules = sorted(folder.rglob("*.so"))
    assert [module.name.split(".")[0] for module in modules] == ["_command", "_core"]
    return modules
