"""What `./dev release libraries` has made for each system: static, and for that processor alone."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from dist import MADE, ROOT, run

TARGETS = {
    "x86_64-linux-gnu.2.28": ("elf64-x86-64", "x86_64"),
    "aarch64-linux-gnu.2.28": ("elf64-littleaarch64", "aarch64"),
    "x86_64-linux-musl": ("elf64-x86-64", "x86_64"),
    "aarch64-macos.11.0": ("Mach-O arm64", "aarch64"),
}
ARCHIVES = ("boost_json", "boost_url", "crypto", "curl", "fmt", "simdjson", "sodium", "ssl", "z")
ALL = [MADE / target / f"prefix/lib/lib{name}.a" for target in TARGETS for name in ARCHIVES]

each_archive = pytest.mark.parametrize("archive", ALL, ids=lambda archive: f"{archive.parents[2].name} {archive.name}")


@pytest.mark.parametrize("target", TARGETS)
def test_there_are_these_and_none_that_is_shared(target: str) -> None:
    files = (MADE / target / "prefix/lib").iterdir()
    assert sorted(file.name for file in files if file.suffix in (".a", ".so")) == [f"lib{name}.a" for name in ARCHIVES]


@each_archive
def test_it_is_for_that_processor(archive: Path) -> None:
    said = run(["llvm-readobj", "--file-headers", archive])
    machines = set(zip(re.findall(r"^Format: (.+)", said, re.M), re.findall(r"^Arch: (\S+)", said, re.M), strict=True))
    assert machines == {TARGETS[archive.parents[2].name]}


@each_archive
def test_it_does_not_say_where_it_was_made(archive: Path) -> None:
    assert str(ROOT).encode() not in archive.read_bytes()


@pytest.mark.parametrize(
    ("package", "file", "text"),
    [
        pytest.param("curl", "debian/patches/series", ".patch", id="curl has Debian's patches"),
        pytest.param("libsodium", "debian/patches/series", ".patch", id="libsodium has them"),
        pytest.param("openssl", "VERSION.dat", "MINOR=0\nPATCH=22\n", id="OpenSSL is the one that is listed"),
    ],
)
@pytest.mark.parametrize("target", TARGETS)
def test_it_was_made_of_what_is_listed(target: str, package: str, file: str, text: str) -> None:
    assert text in (MADE / target / package / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("target", TARGETS)
def test_what_of_openssl_is_left_out_is_not_in_it(target: str) -> None:
    """docs/decisions/0026-release.md relies on that."""
    archives = [MADE / target / f"prefix/lib/lib{name}.a" for name in ("crypto", "ssl")]
    symbols = run(["llvm-nm", "--defined-only", "--format=posix", *archives])
    assert re.findall(r"^_?(?:ossl_cmp_|OSSL_CMP_|OSSL_CRMF_|ossl_sm2_)\w*", symbols, re.MULTILINE) == []
    assert "No CRL is read here" in (MADE / target / "openssl/crypto/x509/v3_purp.c").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", TARGETS)
def test_the_licence_of_each_is_kept(target: str) -> None:
    script = "source scripts/release_libraries.sh; printf '%s\n' \"${wheel_libraries[@]}\""
    compiled = run(["bash", "-c", f"made=; release_time=; {script}"], cwd=ROOT).split()
    kept = MADE / target / "licenses"
    assert [name for name in compiled if not list((kept / name).iterdir())] == []  # a wheel adds the tools' to them


MAKING = """
set -euo pipefail
for part in setup python release_sdist release_targets release_libraries release; do source {root}/scripts/$part.sh; done
wheel_targets=(one)
fetch_sources() {{ :; }}
install_wheel_tools() {{ echo tools; }}
make_compiler() {{ echo compiler; }}
make_library() {{ echo "$1"; }}
release_libraries
"""


def test_a_clone_that_was_moved_makes_them_again(tmp_path: Path) -> None:
    """The compiler's names and the environment of the tools hold the folder that they were made in."""

    def made(folder: Path) -> list[str]:
        script = MAKING.format(root=ROOT)
        return run(["bash", "-c", script], cwd=folder, seconds=30).split()

    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("packaging", "scripts", "bindings"):
        (clone / name).symlink_to(ROOT / name)
    first = made(clone)
    assert first[:2] == ["tools", "compiler"]
    assert len(first) > 2
    assert made(clone) == []
    assert made(clone.rename(tmp_path / "moved")) == first


UNPACKING = """
set -euo pipefail
for part in setup release release_libraries; do source {root}/scripts/$part.sh; done
mkdir -p packaging $made/downloads a-1/src debian/patches
echo before >a-1/src/file && tar -czf $made/downloads/a_1.orig.tar.gz a-1
printf -- '--- a/src/file\\n+++ b/src/file\\n@@ -1 +1 @@\\n-%s\\n+after\\n' {line} >debian/patches/one.patch
printf '# why\\n\\none.patch # because\\n' >debian/patches/series
tar -cJf $made/downloads/a_1-1.debian.tar.xz debian
printf 'a bookworm 1-1 %s 0\\n' a_1.orig.tar.gz a_1-1.debian.tar.xz >packaging/sources.txt
unpack a made
cat made/src/file
"""


@pytest.mark.parametrize(("line", "status", "said"), [("before", 0, "after\n"), ("another", 1, "")])
def test_a_source_is_patched_and_a_patch_that_does_not_fit_ends_it(
    tmp_path: Path, line: str, status: int, said: str
) -> None:
    script = UNPACKING.format(root=ROOT, line=line)
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.returncode == status, done.stderr
    assert done.stdout.endswith(said)
