"""A compiler that cannot compile the library, or is given a C++ older than 23: one line says why and what to do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONSUMER = ROOT / "packaging/conan/test_package/main.cpp"


def first_error(compiler: str, *flags: str) -> str:
    """Of a program that uses the headers; nothing where it compiles."""
    command = [compiler, "-fsyntax-only", f"-I{ROOT}/include", *flags, CONSUMER]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    errors = [line for line in done.stderr.splitlines() if "error: " in line]
    assert (done.returncode == 0) == (errors == []), done.stderr
    return errors[0] if errors else ""


@pytest.mark.parametrize("compiler", ["g++", "clang++-19"])
@pytest.mark.parametrize("flags", [["-std=c++23"], ["-std=c++2b"], ["-std=c++23", "-fno-rtti"], ["-std=gnu++23", "-fno-exceptions"]])
def test_a_program_compiles(compiler: str, flags: list[str]) -> None:
    assert first_error(compiler, *flags) == ""


@pytest.mark.parametrize("compiler", ["g++", "clang++-19"])
@pytest.mark.parametrize("standard", ["c++17", "c++20", "gnu++20"])
def test_an_older_standard_is_named_before_all_else(compiler: str, standard: str, tmp_path: Path) -> None:
    (tmp_path / "expected").write_text("#error as where there is no such header\n")
    said = first_error(compiler, f"-std={standard}", f"-I{tmp_path}")
    assert "need C++23, and this file is compiled as an older C++: add -std=c++23" in said


def test_clang_whose_concepts_libstdcpp_does_not_trust_is_given_the_flags() -> None:
    """As clang 16 to 18 are; the long tests of a release have them."""
    untrusted = ("-std=c++23", "-Wno-builtin-macro-redefined", "-D__cpp_concepts=201907L")
    flags = "-Wno-builtin-macro-redefined -U__cpp_concepts -D__cpp_concepts=202002L"
    assert f"which libstdc++ hides from clang 16 to 18: add {flags}" in first_error("clang++-19", *untrusted)
    assert first_error("clang++-19", *untrusted, *flags.split()) == ""


def test_a_standard_library_without_it_is_named() -> None:
    said = first_error("g++", "-std=c++23", "-U__cpp_concepts", "-D__cpp_concepts=201907L")
    assert "which this standard library lacks: use gcc 12, clang 16, Apple clang 15, or newer" in said


# What a compiler says of itself makes CMake take it for another.
OLD = {
    "GNU 11": ("g++", ["-U__GNUC__", "-D__GNUC__=11"]),
    "Clang 15": ("clang++-19", ["-U__clang_major__", "-D__clang_major__=15"]),
    "AppleClang 14": ("clang++-19", ["-D__apple_build_version__=14000029", "-U__clang_major__", "-D__clang_major__=14"]),
}


@pytest.mark.parametrize("name", OLD)
def test_an_old_compiler_is_refused_by_name(name: str, tmp_path: Path) -> None:
    real, macros = OLD[name]
    compiler = tmp_path / "c++"
    compiler.write_text(f'#!/bin/sh\nexec {real} -Wno-builtin-macro-redefined {" ".join(macros)} "$@"\n')
    compiler.chmod(0o755)
    command = ["cmake", "-G", "Ninja", "-S", ROOT, "-B", tmp_path / "b", f"-DCMAKE_CXX_COMPILER={compiler}", "-DDRAWBRIDGE_PROGRAM=OFF"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    (said,) = [line.strip() for line in done.stderr.splitlines() if "Drawbridge needs" in line]
    assert done.returncode == 1
    assert said.startswith(f"Drawbridge needs std::expected of C++23, which {name}.")
    assert said.endswith(
        f"({compiler}) lacks. Install g++ 12, clang 16 or Apple clang 15, or a newer one, and name it: cmake -DCMAKE_CXX_COMPILER=g++-12 ..."
    )
