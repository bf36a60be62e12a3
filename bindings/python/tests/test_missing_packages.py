"""pip on a machine that lacks what the package is built from: one line says what to install."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1]
REPOSITORY = PACKAGE.parents[1]
pytestmark = pytest.mark.repository


def said_to_be_missing(output: str) -> list[str]:
    (line,) = [line for line in output.splitlines() if "misses these Debian packages" in line]
    names = line.partition("packages: ")[2].partition(". ")[0]
    assert line.strip().endswith(f"Install them (apt-get install {names}) and run pip again.")
    return names.split()


def configure(folder: Path, *settings: str, **environment: str) -> str:
    command = ["cmake", "-S", REPOSITORY, "-B", folder, "-G", "Ninja", "-DDRAWBRIDGE_BUILD_PYTHON=ON", *settings]
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    return done.stderr


RELEASES = {"bookworm": ("Debian 12", "1.81"), "trixie": ("Debian 13", "1.83"), "noble": ("Ubuntu 24.04", "1.83")}
PACKAGES = {
    "OpenSSL": ["libssl-dev"],
    "CURL": ["libcurl4-openssl-dev"],
    "simdjson": ["libsimdjson-dev"],
    "Boost": ["libboost-json1.81-dev", "libboost-url1.81-dev"],
    "fmt": ["libfmt-dev"],
    "CLI11": ["libcli11-dev"],
    "Python": ["python3-dev"],
}


def of_release(folder: Path, codename: str) -> str:
    """The setting that makes this system Debian's or Ubuntu's release of that name."""
    file = folder / f"{codename}.os-release"
    file.write_text(f'NAME="{RELEASES[codename][0]}"\nVERSION_CODENAME={codename}\n')
    return f"-DDRAWBRIDGE_OS_RELEASE={file}"


def test_each_missing_package_is_named(tmp_path: Path) -> None:
    settings = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in PACKAGES]
    said = said_to_be_missing(configure(tmp_path / "b", of_release(tmp_path, "bookworm"), *settings))
    assert sorted(said) == sorted(package for packages in PACKAGES.values() for package in packages)


@pytest.mark.long
@pytest.mark.parametrize("name", PACKAGES)
def test_one_missing_package_alone_is_named(tmp_path: Path, name: str) -> None:
    setting = f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON"
    assert said_to_be_missing(configure(tmp_path / "b", of_release(tmp_path, "bookworm"), setting)) == PACKAGES[name]


@pytest.mark.parametrize("codename", RELEASES)
def test_boost_is_named_as_the_system_names_it(tmp_path: Path, codename: str) -> None:
    setting = "-DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON"
    said = said_to_be_missing(configure(tmp_path / "b", of_release(tmp_path, codename), setting))
    assert said == [f"libboost-{name}{RELEASES[codename][1]}-dev" for name in ("json", "url")]
    offered = re.findall(r"libboost-\S+", (REPOSITORY / "packages.debian").read_text(encoding="utf-8"))
    assert set(said) <= set(offered)


def test_a_library_that_is_too_old_is_not_called_missing(tmp_path: Path) -> None:
    header = tmp_path / "include/curl/curlver.h"
    header.parent.mkdir(parents=True)
    header.write_text('#define LIBCURL_VERSION "7.74.0"\n')
    settings = [f"-DCURL_INCLUDE_DIR={tmp_path}/include", "-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON"]
    said = configure(tmp_path / "b", *settings)
    assert (
        "drawbridge-auth is built from C++ and finds libraries that are too old: CURL 7.74.0 is older than 7.87. "
        "Install newer ones (CMAKE_PREFIX_PATH=FOLDER names a folder of their own) and run pip again. "
        "It also misses these Debian packages: libfmt-dev. "
    ) in said


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("APPLE", "misses these packages of Homebrew: fmt python. Install them (brew install fmt python) and run pip"),
        ("WIN32", "does not support Windows: reading settings and key files uses POSIX. Run pip in Windows Subsystem"),
    ],
)
def test_on_another_system(tmp_path: Path, system: str, said: str) -> None:
    settings = ["-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON", "-DCMAKE_DISABLE_FIND_PACKAGE_Python=ON"]
    assert said in configure(tmp_path, f"-DCMAKE_HOST_{system}=ON", *settings)


def test_libsodium_is_named(tmp_path: Path) -> None:
    assert said_to_be_missing(configure(tmp_path, PKG_CONFIG_LIBDIR="/none")) == ["libsodium-dev"]


def test_pkg_config_is_named(tmp_path: Path) -> None:
    assert said_to_be_missing(configure(tmp_path, "-DPKG_CONFIG_EXECUTABLE=/none")) == ["pkg-config", "libsodium-dev"]


def test_an_old_compiler_is_named_with_what_pip_is_given(tmp_path: Path) -> None:
    """tests/package/compilers_test.py has the others."""
    compiler = tmp_path / "g++"
    compiler.write_text('#!/bin/sh\nexec g++ -U__GNUC__ -D__GNUC__=11 "$@"\n')
    compiler.chmod(0o755)
    said = configure(tmp_path / "b", CXX=str(compiler))
    assert "Drawbridge needs std::expected of C++23, which GNU 11." in said
    assert "and name it: CXX=g++-12 pip install ..." in said


def test_pip_shows_the_line(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(tmp_path / "wheels"), str(PACKAGE)]
    settings = [f"build-dir={tmp_path}/build", "cmake.define.CMAKE_DISABLE_FIND_PACKAGE_fmt=ON"]
    options = [option for setting in settings for option in ("--config-settings", setting)]
    done = subprocess.run([*pip, *options], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert said_to_be_missing(done.stdout + done.stderr) == ["libfmt-dev"]
