"""What is in the wheel that `./dev wheel` has just made: all that a machine without a compiler lacks."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "build/wheel"

# What every Linux with Python has (PEP 600): the C and C++ runtimes and zlib, no more.
OF_EVERY_SYSTEM = {
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libgcc_s.so.1",
    "libm.so.6",
    "libresolv.so.2",
    "libstdc++.so.6",
    "libz.so.1",
}


@pytest.fixture(scope="module")
def wheel() -> Path:
    (wheel,) = (FOLDER / "repaired").glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def test_its_licence_is_in_it(unpacked: Path) -> None:
    (information,) = unpacked.glob("*.dist-info")
    assert (information / "licenses/LICENSE").read_bytes() == (FOLDER.parents[1] / "LICENSE").read_bytes()
    metadata = (information / "METADATA").read_text(encoding="utf-8")
    assert "\nLicense-Expression: MIT\nLicense-File: LICENSE\n" in metadata


def libraries_in(unpacked: Path) -> set[str]:
    return {file.name for file in (unpacked / "drawbridge_auth.libs").iterdir()}


def needed_by(file: Path) -> set[str]:
    done = subprocess.run(["readelf", "-W", "--dynamic", file], capture_output=True, text=True, check=True)
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", done.stdout))


def test_it_carries_its_libraries(unpacked: Path) -> None:
    names = {re.split(r"-[0-9a-f]{8}\.", name)[0] for name in libraries_in(unpacked)}
    assert {"libsodium", "libcurl", "libssl", "libcrypto", "libboost_json", "libfmt", "libsimdjson"} <= names


def test_nothing_in_it_needs_another_library_of_the_system(unpacked: Path) -> None:
    files = [file for file in unpacked.rglob("*") if ".so" in file.suffixes]
    assert {file.name.split(".")[0] for file in files} > {"_core", "_command"}
    needed = {file.name: needed_by(file) - libraries_in(unpacked) - OF_EVERY_SYSTEM for file in files}
    assert {name: of_system for name, of_system in needed.items() if of_system} == {}


def test_it_is_for_the_python_it_was_made_with_and_from_312_on_for_all_that_follow(wheel: Path) -> None:
    minor = sys.version_info.minor
    python = "cp312-abi3" if minor >= 12 else f"cp3{minor}-cp3{minor}"
    version = re.escape((FOLDER.parents[1] / "VERSION").read_text(encoding="utf-8").strip())
    assert re.fullmatch(rf"drawbridge_auth-{version}-{python}-manylinux_2_\d+_\w+\.whl", wheel.name)


def test_its_types_are_in_it(unpacked: Path) -> None:
    for name in ("py.typed", "_core.pyi", "_command.pyi"):
        assert (unpacked / "drawbridge" / name).is_file()


def test_it_was_compiled_from_nothing() -> None:
    """An object of before could be of other headers: ninja compares with the time at which it was done."""
    began = (FOLDER / "tools/pyvenv.cfg").stat().st_mtime
    objects = list(FOLDER.parent.glob("python-*/**/*.o"))
    assert len(objects) > 50
    assert [file for file in objects if file.stat().st_mtime < began] == []
