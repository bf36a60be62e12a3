"""What is in the wheels in dist/: as little as their names promise of the systems, and nothing that others can see."""

from __future__ import annotations

import json
import os
import re
import zipfile
from pathlib import Path

from dist import DIST, MADE, ROOT, run
from wheels import LINUX, WHEELS, each_of, modules_of

AUDITWHEEL = MADE / "tools/bin/auditwheel"
MOST_BYTES = 8 * 1024 * 1024

# What a system of that name has: glibc's own, or musl's one library.
OF_GLIBC = {
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
    "libc.so.6",
    "libdl.so.2",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
    "libresolv.so.2",
}
OF_MUSL = {"libc.musl-x86_64.so.1"}


def compiled_libraries() -> list[str]:
    script = "source scripts/release_libraries.sh; printf '%s\n' \"${wheel_libraries[@]}\""
    return run(["bash", "-c", f"made=; release_time=; {script}"], cwd=ROOT).split()


each_wheel, each_for_linux = each_of(WHEELS), each_of(LINUX)


def test_there_is_one_for_each_python_and_each_system_and_no_other() -> None:
    assert sorted(DIST.glob("*.whl")) == sorted(WHEELS)


@each_wheel
def test_it_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size <= MOST_BYTES


@each_for_linux
def test_auditwheel_says_what_its_name_says(wheel: Path) -> None:
    """Or that an older libc would do, too."""
    libc, most, processor = re.match(r"(many|musl)linux_(\d+_\d+)_(\w+)", wheel.stem.rpartition("-")[2]).groups()
    shown = " ".join(run([AUDITWHEEL, "show", wheel]).split())
    least = re.search(rf'(?:constrains the|consistent with the following) platform tag(?: to|:) "{libc}linux_(\d+_\d+)_{processor}"', shown)
    assert least, shown
    assert [int(part) for part in least[1].split("_")] <= [int(part) for part in most.split("_")]


@each_for_linux
def test_it_needs_the_libc_alone(wheel: Path, tmp_path: Path) -> None:
    for module in modules_of(wheel, tmp_path):
        needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", run(["readelf", "-W", "--dynamic", module])))
        assert needed <= (OF_MUSL if "musllinux" in wheel.name else OF_GLIBC), module.name


@each_for_linux
def test_it_shows_the_entry_of_each_module_alone(wheel: Path, tmp_path: Path) -> None:
    """Another extension's OpenSSL and this one must not meet."""
    for module in modules_of(wheel, tmp_path):
        symbols = [line.split() for line in run(["readelf", "-W", "--dyn-syms", module]).splitlines()]
        shown = [symbol[7] for symbol in symbols if len(symbol) > 7 and symbol[4] != "LOCAL" and symbol[6].isdigit()]
        assert shown == [f"PyInit_{module.name.split('.')[0]}"]


@each_for_linux
def test_it_is_hardened(wheel: Path, tmp_path: Path) -> None:
    for module in modules_of(wheel, tmp_path):
        dynamic, headers = (run(["readelf", "-W", option, module]) for option in ("--dynamic", "--program-headers"))
        assert "NOW" in dynamic
        if "x86_64" in wheel.name:  # the place of the stack's canary; who is called when it is gone is zig's own, and hidden
            assert run(["objdump", "--disassemble", module]).count("%fs:0x28") > 1000
        assert "GNU_RELRO" in headers
        assert [line for line in headers.splitlines() if "GNU_STACK" in line and " RW " in line]


@each_wheel
def test_it_does_not_say_where_it_was_made(wheel: Path, tmp_path: Path) -> None:
    for module in modules_of(wheel, tmp_path):
        assert os.fsencode(ROOT) not in module.read_bytes()


@each_wheel
def test_licences_are_in_it(wheel: Path) -> None:
    """Ours, and of each library that was compiled for it, of the compiler's, and of nanobind's."""
    with zipfile.ZipFile(wheel) as archive:
        texts = {name.partition("/licenses/")[2]: archive.read(name) for name in archive.namelist() if "/licenses/" in name}
    assert texts.pop("LICENSE") == (ROOT / "LICENSE").read_bytes()
    owners = {name.split("/")[1] for name in texts}
    assert owners == {*compiled_libraries(), "ziglang", "nanobind", "robin-map"}
    assert [name for name, text in texts.items() if not re.search(rb"(?i)permission|licen[cs]e", text)] == []
    assert ("linked/ziglang/LICENSES.glibc" in texts) == ("manylinux" in wheel.name)


@each_wheel
def test_who_may_read_it_is_the_same_in_every_clone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
    assert {name: mode for name, mode in modes.items() if mode != (0o755 if name.endswith(".so") else 0o644)} == {}


@each_wheel
def test_what_is_linked_into_it_is_listed_in_it(wheel: Path) -> None:
    """Each library that was compiled for it: with Debian's version where Debian's patches are in it."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if ".dist-info/sboms/" in name]
        bill = json.loads(archive.read(name))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    compiled = compiled_libraries()
    parts = {part["name"]: part for part in bill["components"]}
    assert set(parts) == {*compiled, "nanobind", "ziglang"}
    assert {name: part["purl"].split("/")[0] for name, part in parts.items() if name in ("openssl", "curl", "libsodium")} == {
        "openssl": "pkg:generic",
        "curl": "pkg:deb",
        "libsodium": "pkg:deb",
    }
    assert parts["curl"]["purl"].endswith("?arch=source&distro=debian-12")
    (patch,) = parts["openssl"]["pedigree"]["patches"]
    assert patch == {"type": "unofficial", "resolves": [{"type": "security", "id": "CVE-2026-35189"}]}
    lines = [line.split() for line in (ROOT / "packaging/sources.txt").read_text().splitlines()]
    versions = {line[0]: line[2].partition(":")[2] or line[2] for line in lines if line and line[0] in compiled}
    assert [name for name in compiled if not versions[name].startswith(parts[name]["version"])] == []
