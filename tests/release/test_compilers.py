"""The library, compiled by the compilers and with the libraries that people have, and a program of a stranger's that links it; and our
own program with the libraries of Debian 13.

Only root can make those roots and change into them. `long`: each row takes minutes of processor time, and the two systems with all
these compilers a download of half a gigabyte.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from dist import MADE, ROOT, VERSION, run
from machines import archive

pytestmark = pytest.mark.long

NEEDED = "cmake,ninja-build,pkg-config,libsodium-dev,libssl-dev,libsimdjson-dev,libcurl4-openssl-dev"
COMPILERS = {
    "bookworm": "g++,clang-16,libc++-16-dev,libc++abi-16-dev,clang-19",
    "trixie": "g++-13,g++-14,clang-17,clang-18,clang-19,libc++-19-dev,libc++abi-19-dev",
}
OF_LIBCXX = "-stdlib=libc++"
OF_LIBSTDCXX_13 = "--gcc-install-dir=/usr/lib/gcc/x86_64-linux-gnu/13"  # clang 17 reads no <thread> of libstdc++ 14's as C++23
EXPORTED = ROOT / "tests/package/exported_names.txt"
# Without them libstdc++ hides std::expected from clang 16 to 18 (docs/cpp.md).
FLAGS = "-Wno-builtin-macro-redefined -U__cpp_concepts -D__cpp_concepts=202002L"


def root_of(suite: str) -> Path:
    root = MADE / f"roots/{suite}-cxx"
    if not (root / "made").exists():
        shutil.rmtree(root, ignore_errors=True)
        include = f"--include={COMPILERS[suite]},{NEEDED}"
        run(["debootstrap", "--variant=minbase", include, suite, root, archive()], seconds=1800)
        (root / "made").touch()
    return root


def in_root(root: Path, script: str, seconds: float = 1800) -> str:
    """What it says, run in an empty /app that `put` has filled."""
    clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]  # ./dev names ccache, which is not there
    return run(["chroot", root, *clean, "/bin/bash", "-euxc", f"cd /app\n{script}"], seconds=seconds)


def put(names: tuple[str, ...], folder: Path) -> None:
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target)
        else:
            shutil.copy(ROOT / name, target)


def app(root: Path, *names: str) -> None:
    """Fills the root's /app with these files of the repository."""
    shutil.rmtree(root / "app", ignore_errors=True)
    put(("CMakeLists.txt", "LICENSE", "VERSION", "cmake", "include", "src", *names), root / "app/library")


def alike(names: str) -> list[str]:
    """Names as every standard library has them: without its inner namespaces, tags and own words for numbers of 64 bits; nor what a
    compiler that does not optimise makes of its templates, whose names begin with the type that they return."""
    same = re.sub(r"\b__1::|\b__cxx11::|\b_V2::|\[abi:\w+\]", "", names).replace("long long", "long")
    while "> >" in same:
        same = same.replace("> >", ">>")
    return sorted({name for name in same.splitlines() if not re.match(r"[^(]* std::", name)})


@pytest.mark.parametrize(
    ("suite", "compiler", "flags"),
    [
        ("bookworm", "g++-12", ""),
        ("bookworm", "clang++-16", ""),
        ("bookworm", "clang++-16", OF_LIBCXX),
        ("bookworm", "clang++-19", ""),
        ("trixie", "g++-13", ""),
        ("trixie", "g++-14", ""),
        ("trixie", "clang++-17", OF_LIBSTDCXX_13),
        ("trixie", "clang++-18", ""),
        ("trixie", "clang++-19", ""),
        ("trixie", "clang++-19", OF_LIBCXX),
    ],
    ids=lambda value: value or "libstdc++",
)
def test_the_library_is_compiled_and_linked(suite: str, compiler: str, flags: str) -> None:
    """Compiled once, linked by both kinds of library, each as CMake and as pkg-config name it."""
    root = root_of(suite)
    app(root, "packaging/conan/test_package")
    chosen = f"-DCMAKE_CXX_COMPILER={compiler} -DCMAKE_CXX_FLAGS={flags} -DCMAKE_BUILD_TYPE=Debug -G Ninja"
    needed = FLAGS if re.fullmatch(r"clang\+\+-1[678]", compiler) and flags != OF_LIBCXX else ""
    refused = f"""
        ! compile 2>refused
        grep -F 'which libstdc++ hides from clang 16 to 18: add {FLAGS}' refused"""
    script = f"""
        consumer=library/packaging/conan/test_package
        compile() {{ {compiler} {flags} -std=c++2b $consumer/main.cpp "$@" -o refuse $(pkg-config --cflags --libs drawbridge); }}
        for shared in OFF ON; do
            prefix=/app/prefix-$shared
            export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib
            cmake -S library -B made {chosen} -DBUILD_SHARED_LIBS=$shared -DDRAWBRIDGE_PROGRAM=OFF -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
            cmake --build made -j2
            cmake --install made --prefix $prefix
            cmake -S $consumer -B program-$shared {chosen} -DCMAKE_PREFIX_PATH=$prefix
            cmake --build program-$shared
            program-$shared/refuse
            {refused if needed else ""}
            compile {needed}
            ./refuse
        done
        nm -DC --defined-only $prefix/lib/libdrawbridge.so | cut -d ' ' -f 3- >names"""
    assert in_root(root, script).count('"code":"token_malformed"') == 4
    assert alike((root / "app/names").read_text()) == alike(EXPORTED.read_text(encoding="utf-8"))


def test_what_the_python_package_is_made_of_is_compiled_with_libcxx() -> None:
    """As on macOS, where nobody has tried it: all but its modules."""
    root = root_of("trixie")
    app(root)
    chosen = f"-DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_CXX_FLAGS={OF_LIBCXX} -DCMAKE_BUILD_TYPE=Debug -G Ninja"
    needed = "libfmt-dev libcli11-dev libboost-json1.83-dev libboost-url1.83-dev"
    script = f"""
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends {needed}
        cmake -S library -B made {chosen} -DDRAWBRIDGE_PROGRAM=OFF -DDRAWBRIDGE_BUILD_COMMANDS=ON -DDRAWBRIDGE_HARDENING=ON
        cmake --build made -j2 --target drawbridge drawbridge_doctor drawbridge_plan drawbridge_commands"""
    in_root(root, script)


def test_debian_13_builds_the_program_and_runs_it() -> None:
    """What `./dev run` does there: packages.debian names Debian 13's libraries, and the program is compiled with them."""
    root = root_of("trixie")
    app(root, "CMakePresets.json", "api", "apps", "dev", "packages.debian", "packaging/drawbridge.1", "scripts")
    run(["bash", "-euc", "source scripts/setup.sh; setup_hiredis"], cwd=ROOT)
    put(("build/hiredis",), root / "app/library")
    script = """
        cd library
        ./dev build release
        build/release/bin/drawbridge --version
        export DATABASE_URL=sqlite:///app/app.db
        build/release/bin/drawbridge migrate up --with-better-auth"""
    said = in_root(root, script, seconds=3600)
    assert f"drawbridge {VERSION}\n" in said
