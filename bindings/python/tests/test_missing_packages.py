"""pip on a machine that lacks what the package is built from: one line says what to install."""

from __future__ import annotations

import os
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


PACKAGES = {
    "OpenSSL": ["libssl-dev"],
    "CURL": ["libcurl4-openssl-dev"],
    "simdjson": ["libsimdjson-dev"],
    "Boost": ["libboost-json1.81-dev", "libboost-url1.81-dev"],
    "fmt": ["libfmt-dev"],
    "CLI11": ["libcli11-dev"],
}


def test_each_missing_package_is_named(tmp_path: Path) -> None:
    settings = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in PACKAGES]
    said = said_to_be_missing(configure(tmp_path, *settings))
    assert sorted(said) == sorted(package for packages in PACKAGES.values() for package in packages)


@pytest.mark.long
@pytest.mark.parametrize("name", PACKAGES)
def test_one_missing_package_alone_is_named(tmp_path: Path, name: str) -> None:
    assert said_to_be_missing(configure(tmp_path, f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON")) == PACKAGES[name]


def test_libsodium_is_named(tmp_path: Path) -> None:
    assert said_to_be_missing(configure(tmp_path, PKG_CONFIG_LIBDIR="/none")) == ["libsodium-dev"]


def test_pkg_config_is_named(tmp_path: Path) -> None:
    assert said_to_be_missing(configure(tmp_path, "-DPKG_CONFIG_EXECUTABLE=/none")) == ["pkg-config", "libsodium-dev"]


def test_an_old_compiler_is_named(tmp_path: Path) -> None:
    compiler = tmp_path / "g++"
    compiler.write_text('#!/bin/sh\nexec g++ -U__GNUC__ -D__GNUC__=11 "$@"\n')
    compiler.chmod(0o755)
    assert "drawbridge-auth needs g++ 12 or newer for C++23, found 11." in configure(tmp_path / "b", CXX=str(compiler))


def test_pip_shows_the_line(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(tmp_path / "wheels"), str(PACKAGE)]
    settings = [f"build-dir={tmp_path}/build", "cmake.define.CMAKE_DISABLE_FIND_PACKAGE_fmt=ON"]
    options = [option for setting in settings for option in ("--config-settings", setting)]
    done = subprocess.run([*pip, *options], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert said_to_be_missing(done.stdout + done.stderr) == ["libfmt-dev"]
