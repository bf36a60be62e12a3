"""The sdist in dist/: all that pip compiles the package from, where this repository is not."""

from __future__ import annotations

import os
import shutil
import tarfile
import venv
from pathlib import Path

import pytest

from dist import DIST, MADE, VERSION, run

NAME = f"drawbridge_auth-{VERSION}"
TOOLS = MADE / "tools/bin"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    (sdist,) = DIST.glob("drawbridge_auth-*.tar.gz")
    assert sdist.name == f"{NAME}.tar.gz"
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / NAME


def test_it_says_what_it_is(unpacked: Path) -> None:
    said = (unpacked / "PKG-INFO").read_text(encoding="utf-8")
    assert f"\nName: drawbridge-auth\nVersion: {VERSION}\n" in said
    assert "\n# drawbridge-auth\n" in said
    assert (unpacked / "VERSION").read_text().strip() == VERSION


def test_what_is_in_it_and_what_is_not(unpacked: Path) -> None:
    assert sorted(entry.name for entry in unpacked.iterdir()) == [
        *("CMakeLists.txt", "LICENSE", "PKG-INFO", "VERSION", "bindings", "cmake", "include", "pyproject.toml", "src"),
    ]
    assert sorted(entry.name for entry in (unpacked / "bindings/python").iterdir()) == [
        *("CMakeLists.txt", "README.md", "cmake", "drawbridge", "extension", "wheel-tools.in", "wheel-tools.txt"),
    ]


@pytest.mark.long
def test_pip_compiles_and_installs_it(unpacked: Path, tmp_path: Path) -> None:
    launcher = {"CMAKE_CXX_COMPILER_LAUNCHER": "ccache"} if shutil.which("ccache") else {}
    env = {**os.environ, "PATH": f"{TOOLS}:{os.environ['PATH']}", "CXX": "g++", "CCACHE_BASEDIR": str(unpacked), **launcher}
    offline = ["--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check"]
    run([TOOLS / "python", "-m", "pip", "wheel", *offline, "--wheel-dir", tmp_path, unpacked], seconds=1800, env=env)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "environment", with_pip=True)
    python = tmp_path / "environment/bin/python"
    run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel])
    assert run([python, "-m", "drawbridge", "--version"]) == f"drawbridge {VERSION}\n"
