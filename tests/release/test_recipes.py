"""Recipes of C++ package managers: Conan's makes the library and a program of a stranger's that links it."""

from __future__ import annotations

import json
import os
import shutil
import venv
from pathlib import Path

import pytest

from dist import MADE, ROOT, VERSION, run

# No package of Conan's own can be fetched where the tests run, so this system's libraries stand for them; a static library could
# not be linked so, since those bring no flags.
PROFILE = """
include(default)
[settings]
compiler.cppstd=23
[options]
drawbridge/*:shared=True
[platform_requires]
libcurl/7.88.1
libsodium/1.0.18
openssl/3.0.15
simdjson/3.0.1
[platform_tool_requires]
cmake/3.25.1
pkgconf/1.8.1
"""


@pytest.fixture(scope="module")
def conan(tmp_path_factory: pytest.TempPathFactory):
    tools = MADE / "conan"
    if not (tools / "made").is_file():
        shutil.rmtree(tools, ignore_errors=True)
        venv.create(tools, with_pip=True)
        pins = ROOT / "packaging/conan/requirements.txt"
        run([tools / "bin/python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r", pins])
        (tools / "made").touch()
    environment = os.environ | {"CONAN_HOME": str(tmp_path_factory.mktemp("conan"))}

    def conan(*arguments: str | Path) -> str:
        return run([tools / "bin/conan", *arguments], seconds=1800, env=environment)  # it compiles the library

    conan("profile", "detect")
    conan("remote", "disable", "*")
    return conan


def test_conan_makes_the_library_and_a_program_with_it(conan, tmp_path: Path) -> None:
    (tmp_path / "profile").write_text(PROFILE)
    consumer = shutil.copytree(ROOT / "packaging/conan/test_package", tmp_path / "consumer")
    chosen = ("--profile:all", tmp_path / "profile", "--build", "missing", "--test-folder", consumer)
    said = conan("create", ROOT / "packaging/conan", *chosen)
    assert f"drawbridge/{VERSION} (test package): Running test()" in said
    assert '"code":"token_malformed"' in said.replace('": "', '":"')


ASK = """
import sys
from types import SimpleNamespace
sys.path.insert(0, sys.argv[1])
from conanfile import Drawbridge
class Compiler(str): version, libcxx = sys.argv[3:]
info = SimpleNamespace(set_property=lambda *_: None, cxxflags=[])
Drawbridge.package_info(SimpleNamespace(settings=SimpleNamespace(os="Linux", compiler=Compiler(sys.argv[2])), cpp_info=info))
print(*info.cxxflags)
"""


@pytest.mark.parametrize(
    ("compiler", "version", "libcxx", "flags"),
    [
        ("gcc", "12", "libstdc++11", ""),
        ("clang", "16", "libstdc++11", "-Wno-builtin-macro-redefined -U__cpp_concepts -D__cpp_concepts=202002L"),
        ("clang", "18", "libstdc++", "-Wno-builtin-macro-redefined -U__cpp_concepts -D__cpp_concepts=202002L"),
        ("clang", "18", "libc++", ""),
        ("clang", "19", "libstdc++11", ""),
        ("apple-clang", "15", "libc++", ""),
    ],
)
def test_conan_gives_flags_to_a_clang_that_needs_them(conan, compiler, version, libcxx, flags) -> None:
    folder = ROOT / "packaging/conan"
    assert run([MADE / "conan/bin/python", "-B", "-c", ASK, folder, compiler, version, libcxx]).strip() == flags


def test_the_port_of_vcpkg_names_this_version_and_what_the_library_needs() -> None:
    """vcpkg itself is not to be had where the tests run: the port was never installed."""
    port = json.loads((ROOT / "packaging/vcpkg/ports/drawbridge/vcpkg.json").read_text(encoding="utf-8"))
    named = {name if isinstance(name, str) else name["name"] for name in port["dependencies"]}
    assert port["version"] == VERSION
    assert {name for name in named if not name.startswith("vcpkg-")} == {"curl", "libsodium", "openssl", "simdjson"}
