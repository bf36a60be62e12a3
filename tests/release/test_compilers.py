"""The library, compiled by the compilers and with the libraries that people have, and a program of a stranger's that links it.

Only root can make those roots and change into them. `long`: each takes a minute of processor time, and the two systems with all these compilers a download of half a gigabyte.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dist import MADE, ROOT, run
from machines import archive

pytestmark = pytest.mark.long

NEEDED = "cmake,ninja-build,pkg-config,libsodium-dev,libssl-dev,libsimdjson-dev,libcurl4-openssl-dev"
COMPILERS = {
    "bookworm": "g++,clang-16,libc++-16-dev,libc++abi-16-dev,clang-19",
    "trixie": "g++-13,g++-14,clang-17,clang-18,clang-19,libc++-19-dev,libc++abi-19-dev",
}
OF_LIBCXX = "-stdlib=libc++"


@pytest.mark.parametrize(
    ("suite", "compiler", "flags"),
    [
        ("bookworm", "g++-12", ""),
        ("bookworm", "clang++-16", ""),
        ("bookworm", "clang++-16", OF_LIBCXX),
        ("bookworm", "clang++-19", ""),
        ("trixie", "g++-13", ""),
        ("trixie", "g++-14", ""),
        ("trixie", "clang++-17", ""),
        ("trixie", "clang++-18", ""),
        ("trixie", "clang++-19", ""),
        ("trixie", "clang++-19", OF_LIBCXX),
    ],
    ids=lambda value: value or "libstdc++",
)
def test_the_library_is_compiled_and_linked(suite: str, compiler: str, flags: str) -> None:
    root = MADE / f"roots/{suite}-cxx"
    if not (root / "made").exists():
        shutil.rmtree(root, ignore_errors=True)
        include = f"--include={COMPILERS[suite]},{NEEDED}"
        run(["debootstrap", "--variant=minbase", include, suite, root, archive()], seconds=1800)
        (root / "made").touch()
    work = root / "app"
    shutil.rmtree(work, ignore_errors=True)
    for name in ("CMakeLists.txt", "LICENSE", "VERSION", "cmake", "include", "src"):
        put(ROOT / name, work / "library" / name)
    put(ROOT / "packaging/conan/test_package", work / "consumer")
    chosen = f"-DCMAKE_CXX_COMPILER={compiler} -DCMAKE_CXX_FLAGS={flags} -DCMAKE_BUILD_TYPE=Debug -G Ninja"
    script = f"""
        cmake -S library -B made {chosen} -DDRAWBRIDGE_PROGRAM=OFF -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
        cmake --build made -j2
        cmake --install made --prefix /app/prefix
        cmake -S consumer -B program {chosen} -DCMAKE_PREFIX_PATH=/app/prefix
        cmake --build program
        program/refuse"""
    said = run(["chroot", root, "/bin/sh", "-exc", f"cd /app\n{script}"], seconds=1200)
    assert '"code":"token_malformed"' in said


def put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
