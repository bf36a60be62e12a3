"""Debian's packages: what is in them, what they need, and that a program is built against them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
VERSION = (ROOT / "VERSION").read_text(encoding="utf-8").strip()
LIBRARY = f"libdrawbridge{VERSION.rpartition('.')[0]}"
UNIT = ROOT / "deploy/drawbridge.service"


def run(*command: str | Path, **options: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout


def package(name: str) -> Path:
    (file,) = DIST.glob(f"{name}_{VERSION}_*.deb")
    return file


def field(name: str, key: str) -> str:
    return run("dpkg-deb", "--field", package(name), key).strip()


FILES = {
    "drawbridge": {"usr/bin/drawbridge", "usr/lib/systemd/system/drawbridge.service", "usr/share/man/man1/drawbridge.1"},
    LIBRARY: {f"usr/lib/x86_64-linux-gnu/libdrawbridge.so.{VERSION}"},
    "libdrawbridge-dev": {"usr/lib/x86_64-linux-gnu/libdrawbridge.so", "usr/include/drawbridge/verifier.h"},
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_in_it(name):
    listed = run("dpkg-deb", "--contents", package(name)).splitlines()
    names = {line.split()[5].removeprefix("./") for line in listed}
    assert FILES[name] <= names, sorted(names)
    assert f"usr/share/doc/{name}/copyright" in names
    assert {line.split()[1] for line in listed} == {"root/root"}
    # Nothing of one is in another, and nothing of the build.
    assert not any(str(ROOT).removeprefix("/") in file for file in names)


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("drawbridge", {"libc6", "libcurl4", "libpq5", "libsodium23", "libssl3", "libsqlite3-0"}),
        (LIBRARY, {"libc6", "libcurl4", "libsodium23", "libssl3"}),
        ("libdrawbridge-dev", {LIBRARY}),
    ],
)
def test_what_it_needs(name, needs):
    depends = set(re.findall(r"(?:^|, )([a-z0-9.+-]+)", field(name, "Depends")))
    assert needs <= depends
    assert (field(name, "Version"), field(name, "Package")) == (VERSION, name)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("debs")
    for name in FILES:
        run("dpkg-deb", "--extract", package(name), folder)
    return folder


def test_the_program_runs(unpacked):
    assert run(unpacked / "usr/bin/drawbridge", "--version") == f"drawbridge {VERSION}\n"


def test_a_program_is_built_against_the_library(unpacked, tmp_path):
    source = ROOT / "tests/package"
    run("cmake", "-G", "Ninja", "-S", source, "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={unpacked}/usr")
    run("cmake", "--build", tmp_path)
    assert f"[libdrawbridge.so.{VERSION.rpartition('.')[0]}]" in run("readelf", "-d", tmp_path / "notes")


def test_the_man_page_is_one_and_names_each_command(unpacked):
    page = unpacked / "usr/share/man/man1/drawbridge.1"
    shown = run("man", "--warnings=w", "-l", page, env={"MANWIDTH": "80", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    commands = re.findall(r"^  (\w+) {5,}", run(unpacked / "usr/bin/drawbridge", "--help").partition("Subcommands:")[2], re.MULTILINE)
    assert len(commands) == 5
    assert [command for command in commands if not re.search(rf"^ +{command}\b", shown, re.MULTILINE)] == []


def test_the_unit_is_good_and_has_few_rights(unpacked, tmp_path):
    (tmp_path / "drawbridge.service").write_text(
        UNIT.read_text(encoding="utf-8").replace("/usr/bin/drawbridge", str(unpacked / "usr/bin/drawbridge")), encoding="utf-8"
    )
    run("systemd-analyze", "verify", "--man=no", tmp_path / "drawbridge.service")
    rated = run("systemd-analyze", "security", "--offline=true", tmp_path / "drawbridge.service")
    exposure = float(re.search(r"Overall exposure level for .*: ([\d.]+)", rated)[1])
    assert exposure < 2


@pytest.mark.long
def test_the_same_commit_gives_the_same_bytes(tmp_path):
    time = re.search(r"^release_time=(\d+)", (ROOT / "scripts/release_sdist.sh").read_text(encoding="utf-8"), re.MULTILINE)[1]
    config = ROOT / "build/packages/CPackConfig.cmake"
    run("cpack", "-G", "DEB", "--config", config, "-B", tmp_path, env={"SOURCE_DATE_EPOCH": time, "PATH": "/usr/bin:/bin"})
    assert {made.name: made.read_bytes() == (DIST / made.name).read_bytes() for made in tmp_path.glob("*.deb")} == {
        package(name).name: True for name in FILES
    }
