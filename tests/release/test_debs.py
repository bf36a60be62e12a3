"""Debian's packages: what is in them, what they need, and that a program is built against them."""

from __future__ import annotations

import json
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


HERE = run("dpkg", "--print-architecture").strip()
TRIPLETS = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
MADE = [HERE, "arm64"] if HERE == "amd64" else [HERE]
NAMES = ("drawbridge", LIBRARY, "libdrawbridge-dev")


def package(name: str, architecture: str = HERE) -> Path:
    return DIST / f"{name}_{VERSION}_{architecture}.deb"


def field(name: str, architecture: str, key: str) -> str:
    return run("dpkg-deb", "--field", package(name, architecture), key).strip()


def files_of(name: str, architecture: str) -> set[str]:
    libraries = f"usr/lib/{TRIPLETS[architecture]}"
    return {
        "drawbridge": {"usr/bin/drawbridge", "usr/lib/systemd/system/drawbridge.service", "usr/share/man/man1/drawbridge.1"},
        LIBRARY: {f"{libraries}/libdrawbridge.so.{VERSION}"},
        "libdrawbridge-dev": {f"{libraries}/libdrawbridge.so", "usr/include/drawbridge/verifier.h"},
    }[name]


@pytest.mark.parametrize("architecture", MADE)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_in_it(name, architecture):
    listed = run("dpkg-deb", "--contents", package(name, architecture)).splitlines()
    names = {line.split()[5].removeprefix("./") for line in listed}
    assert files_of(name, architecture) <= names, sorted(names)
    assert f"usr/share/doc/{name}/copyright" in names
    assert {line.split()[1] for line in listed} == {"root/root"}
    # Whatever the umask.
    assert {line.split()[0] for line in listed} <= {"drwxr-xr-x", "-rwxr-xr-x", "-rw-r--r--", "lrwxrwxrwx"}
    # Nothing of one is in another, and nothing of the build.
    assert not any(str(ROOT).removeprefix("/") in file for file in names)


@pytest.mark.parametrize("architecture", MADE)
@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("drawbridge", {"libc6", "libcurl4", "libpq5", "libsodium23", "libssl3", "libsqlite3-0"}),
        (LIBRARY, {"libc6", "libcurl4", "libsodium23", "libssl3"}),
        ("libdrawbridge-dev", {LIBRARY, "libcurl4-openssl-dev", "libsimdjson-dev", "libsodium-dev", "libssl-dev", "pkg-config"}),
    ],
)
def test_what_it_needs(name, needs, architecture):
    depends = set(re.findall(r"(?:^|, )([a-z0-9.+-]+)", field(name, architecture, "Depends")))
    assert needs <= depends
    assert [field(name, architecture, key) for key in ("Version", "Package", "Architecture")] == [VERSION, name, architecture]


@pytest.mark.parametrize("architecture", MADE)
def test_what_is_compiled_into_the_program_is_listed_with_its_licences(architecture, tmp_path):
    run("dpkg-deb", "--extract", package("drawbridge", architecture), tmp_path)
    documents = tmp_path / "usr/share/doc/drawbridge"
    bill = json.loads((documents / "compiled-in.cdx.json").read_bytes())
    parts = {part["name"]: part["purl"] for part in bill["components"]}
    assert {"hiredis", "libboost1.81-dev", "libcli11-dev", "libsqlitecpp-dev"} <= set(parts)
    assert "libssl3" not in parts  # which it needs as a package
    assert f"?arch={architecture}&" in parts["libsqlitecpp-dev"]
    assert {file.name for file in (documents / "licenses").iterdir()} == set(parts)


def unpack(architecture: str, folder: Path) -> Path:
    for name in NAMES:
        run("dpkg-deb", "--extract", package(name, architecture), folder)
    return folder


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    return unpack(HERE, tmp_path_factory.mktemp("debs"))


def libraries_of(program: Path) -> set[str]:
    """Without the loader, which is named after the processor."""
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-W", "--dynamic", program)))
    return {library for library in needed if not library.startswith("ld-linux")}


def linked(name: str, architecture: str) -> str:
    """The program, or the library."""
    (file,) = (file for file in files_of(name, architecture) if "/bin/" in file or ".so" in file)
    return file


@pytest.mark.parametrize("architecture", MADE[1:])
def test_those_of_the_other_processor_need_the_same_and_run(unpacked, tmp_path, architecture, issuer):
    """Their dependencies are copied, so the libraries that they are linked with have to be the same."""
    other = unpack(architecture, tmp_path)
    for name in ("drawbridge", LIBRARY):
        assert field(name, architecture, "Depends") == field(name, HERE, "Depends")
        assert libraries_of(unpacked / linked(name, HERE)) == libraries_of(other / linked(name, architecture))
    libraries = other / f"usr/lib/{TRIPLETS[architecture]}"
    emulated = [f"qemu-{TRIPLETS[architecture].split('-')[0]}-static", "-L", ROOT / f"build/dist/debian-{architecture}"]
    program = [*emulated, "-E", f"LD_LIBRARY_PATH={libraries}", other / "usr/bin/drawbridge"]
    assert run(*program, "--version") == f"drawbridge {VERSION}\n"
    assert "1 usable" in run(*program, "jwks", f"{issuer.url}/api/auth/jwks")


def test_the_program_runs(unpacked):
    assert run(unpacked / "usr/bin/drawbridge", "--version") == f"drawbridge {VERSION}\n"


def test_a_program_is_built_against_the_library(unpacked, tmp_path):
    source = ROOT / "tests/package"
    run("cmake", "-G", "Ninja", "-S", source, "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={unpacked}/usr")
    run("cmake", "--build", tmp_path)
    assert f"[libdrawbridge.so.{VERSION.rpartition('.')[0]}]" in run("readelf", "-d", tmp_path / "notes")


def test_a_program_is_built_by_pkg_config(unpacked, tmp_path):
    libraries = unpacked / f"usr/lib/{TRIPLETS[HERE]}"
    environment = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(libraries / "pkgconfig")}
    flags = run("pkg-config", "--cflags", "--libs", "drawbridge", env=environment).split()
    run("g++", "-std=c++23", ROOT / "packaging/conan/test_package/main.cpp", "-o", tmp_path / "refuse", *flags)
    assert '"code":"token_malformed"' in run(tmp_path / "refuse", env={"LD_LIBRARY_PATH": str(libraries)})


def test_the_man_page_is_one_and_names_each_command(unpacked):
    page = unpacked / "usr/share/man/man1/drawbridge.1"
    shown = run("man", "--warnings=w", "-l", page, env={"MANWIDTH": "80", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    commands = re.findall(r"^  (\w+) {5,}", run(unpacked / "usr/bin/drawbridge", "--help").partition("Subcommands:")[2], re.MULTILINE)
    assert {"serve", "migrate", "doctor"} <= set(commands)
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
        package(name).name: True for name in NAMES
    }
