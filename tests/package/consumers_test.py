"""The library alone, as docs/cpp.md builds it, and in the build of someone else's project: without Node.js, and without what the program
needs beside it.

What a shared library shows is listed in exported_names.txt; a name that comes or goes changes that file.
"""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
WORK = ROOT / "build" / "package" / "consumers"
VERSION = (ROOT / "VERSION").read_text(encoding="utf-8").strip()
OF_THE_PROGRAM_ALONE = (
    "Boost",
    "fmt",
    "CLI11",
    "spdlog",
    "SQLite3",
    "GTest",
    "benchmark",
)


def run(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], text=True, capture_output=True)
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@functools.cache
def source() -> Path:
    """The repository's own files, and no node_modules beside them: as a folder, and as an archive."""
    folder = WORK / "source"
    shutil.rmtree(WORK, ignore_errors=True)
    listed = run(
        "git",
        "-C",
        ROOT,
        "ls-files",
        "-co",
        "--exclude-standard",
        "--",
        ":!tests",
        ":!examples",
        ":!docs",
    )
    for name in filter(lambda name: (ROOT / name).is_file(), listed.splitlines()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    run("tar", "-C", WORK, "-cf", f"{folder}.tar", "source")
    return folder


def configured(build: Path, project: Path, *options: str) -> Path:
    without = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{package}=ON" for package in OF_THE_PROGRAM_ALONE]
    run("cmake", "-G", "Ninja", "-S", project, "-B", build, "-DCMAKE_BUILD_TYPE=Release", *without, *options)
    return build


@functools.cache
def installed() -> Path:
    """The page's commands, for a shared library; compiled as the build `release` does, so that ccache has it already."""
    prefix = WORK / "prefix"
    build = configured(
        ROOT / "build" / "library",
        ROOT,
        *("-DDRAWBRIDGE_PROGRAM=OFF", "-DBUILD_SHARED_LIBS=ON"),
        *(
            "-DCMAKE_CXX_COMPILER=g++",
            "-DDRAWBRIDGE_HARDENING=ON",
            "-DCMAKE_COMPILE_WARNING_AS_ERROR=ON",
            "-DCMAKE_CXX_FLAGS_RELEASE=-O3 -DNDEBUG",
        ),
    )
    run("cmake", "--build", build)
    run("cmake", "--install", build, "--prefix", prefix)
    return prefix


def shared_library() -> Path:
    return next(installed().rglob(f"libdrawbridge.so.{VERSION}"))


def test_a_shared_library_is_linked_by_its_soname():
    build = WORK / "notes"
    run(
        "cmake",
        "-G",
        "Ninja",
        "-S",
        HERE,
        "-B",
        build,
        f"-DCMAKE_PREFIX_PATH={installed()}",
    )
    run("cmake", "--build", build)
    assert f"[libdrawbridge.so.{VERSION.rpartition('.')[0]}]" in run("readelf", "-d", build / "notes")


def test_it_needs_four_libraries():
    needed = set(re.findall(r"NEEDED.*\[lib([a-z]+)", run("readelf", "-d", shared_library())))
    assert needed - {"stdc", "gcc", "c", "m"} == {
        "sodium",
        "crypto",
        "simdjson",
        "curl",
    }


def test_it_shows_these_names_and_no_others():
    names = {line.split(" ", 2)[2] for line in run("nm", "-DC", "--defined-only", shared_library()).splitlines()}
    assert sorted(names) == (HERE / "exported_names.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("kind", ["static", "shared"])
@pytest.mark.parametrize("way", ["add_subdirectory", "FetchContent"])
def test_it_is_a_part_of_another_build(way, kind):
    """The default run configures; the long one compiles, which is the same compiling as above."""
    options = (
        f"-DWAY={way}",
        f"-DDRAWBRIDGE_SOURCE={source()}",
        f"-DBUILD_SHARED_LIBS={kind == 'shared'}",
    )
    build = configured(WORK / f"{way}-{kind}", HERE / "subproject", *options)
    targets = run("ninja", "-C", build, "-t", "targets", "all")
    assert "notes: phony" in targets
    assert ("libdrawbridge.so" in targets) == (kind == "shared")
    assert "drawbridge_program" not in targets


@pytest.mark.long
@pytest.mark.parametrize("kind", ["static", "shared"])
def test_a_part_of_another_build_is_built(kind):
    options = (
        "-DWAY=FetchContent",
        f"-DDRAWBRIDGE_SOURCE={source()}",
        f"-DBUILD_SHARED_LIBS={kind == 'shared'}",
    )
    run(
        "cmake",
        "--build",
        configured(WORK / f"FetchContent-{kind}", HERE / "subproject", *options),
    )
