"""What a release is made of is fetched by name and version, and taken by its hash alone."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES = [
    line.split(" ")
    for line in (ROOT / "packaging/sources.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]

# An apt-get that gives all files of an archive, and exits with 100 where a part is missing.
APT_GET = """#!/bin/bash
echo "$*" >>"$ARCHIVE/asked"
case "$*" in
  *indextargets*) cat "$ARCHIVE/sites" ;;
  *update*) ;;
  *)
    cp "$ARCHIVE"/files/* .
    [[ ! -e $ARCHIVE/partly ]] || { echo "E: Failed to fetch some archives." >&2; exit 100; }
    ;;
esac
"""
GOOD = b"the source\n"
SITES = "Debian http://archive.example/debian\nDebian-Security http://archive.example/security\n"


class Fetching:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = folder / "archive"
        (self.archive / "files").mkdir(parents=True)
        (folder / "bin").mkdir()
        (folder / "bin/apt-get").write_text(APT_GET)
        (folder / "bin/apt-get").chmod(0o755)
        (folder / "packaging").mkdir()
        (self.archive / "sites").write_text(SITES)
        self.offer("a_1.tar.gz", GOOD)
        self.list("a_1.tar.gz", GOOD)

    def offer(self, name: str, content: bytes) -> None:
        (self.archive / "files" / name).write_bytes(content)

    def list(self, name: str, content: bytes) -> None:
        with (self.folder / "packaging/sources.txt").open("a") as file:
            file.write(f"# why\n\na bookworm 1-1 {name} {hashlib.sha256(content).hexdigest()}\n")

    def run(self, step: str = "fetch_sources") -> subprocess.CompletedProcess[str]:
        script = f"set -euo pipefail; source {ROOT}/scripts/setup.sh; source {ROOT}/scripts/release.sh; {step}"
        environment = {"PATH": f"{self.folder}/bin:/usr/bin:/bin", "ARCHIVE": str(self.archive)}
        return subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=30
        )

    def asked(self) -> list[str]:
        log = self.archive / "asked"
        return log.read_text().splitlines() if log.exists() else []

    def fetched(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in (self.folder / "build/dist/downloads").glob("a_*")}


@pytest.fixture
def fetching(tmp_path: Path) -> Fetching:
    return Fetching(tmp_path)


def test_what_is_listed_is_fetched(fetching: Fetching) -> None:
    done = fetching.run()
    assert done.returncode == 0, done.stderr
    assert fetching.fetched() == {"a_1.tar.gz": GOOD}
    assert [line for line in fetching.asked() if line.endswith("source --download-only --only-source a=1-1")]


def test_what_is_there_is_not_asked_for_again(fetching: Fetching) -> None:
    fetching.run()
    asked = fetching.asked()
    assert fetching.run().returncode == 0
    assert fetching.asked() == asked


def test_a_part_that_is_not_listed_may_be_missing(fetching: Fetching) -> None:
    (fetching.archive / "partly").touch()
    assert fetching.run().returncode == 0
    assert fetching.fetched() == {"a_1.tar.gz": GOOD}


def test_a_file_of_another_hash_is_refused_and_not_kept(fetching: Fetching) -> None:
    fetching.offer("a_1.tar.gz", b"another\n")
    done = fetching.run()
    assert done.returncode == 1
    assert done.stderr.endswith("dev: a_1.tar.gz of a 1-1 is not the one whose hash packaging/sources.txt has\n")
    assert fetching.fetched() == {}


def test_a_file_that_was_changed_since_is_fetched_again(fetching: Fetching) -> None:
    fetching.run()
    (fetching.folder / "build/dist/downloads/a_1.tar.gz").write_bytes(b"changed\n")
    (fetching.folder / "build/dist/downloads/.stamp").unlink()
    assert fetching.run().returncode == 0
    assert fetching.fetched() == {"a_1.tar.gz": GOOD}


def test_a_file_that_is_not_to_be_had_is_named(fetching: Fetching) -> None:
    (fetching.archive / "partly").touch()
    fetching.list("a_2.tar.gz", GOOD)
    done = fetching.run()
    assert done.returncode == 1
    assert done.stderr.endswith(
        "dev: a_2.tar.gz of a 1-1, in bookworm, is not to be had: E: Failed to fetch some archives.\n"
    )


def test_a_failure_leaves_nothing_that_looks_done(fetching: Fetching) -> None:
    fetching.list("a_2.tar.gz", GOOD)
    assert fetching.run().returncode == 1
    assert fetching.run().returncode == 1


ORIG = "a bookworm 1-2 a_1.orig.tar.gz 0\n"
PATCHES = "a bookworm 1-2 a_1-2.debian.tar.xz 0\n"
UNLISTED = (
    "dev: Debian's patches of a 1-2 are not applied: list its .debian.tar.xz in packaging/sources.txt,"
    " or say in packaging/unpatched.txt why they are not needed\n"
)


@pytest.mark.parametrize(
    ("listed", "unpatched", "said"),
    [
        pytest.param(ORIG + PATCHES, "", "", id="they are listed"),
        pytest.param(ORIG, "a 1-2 they are for its tests\n", "", id="it is said why they are not needed"),
        pytest.param(ORIG, "", UNLISTED, id="neither"),
        pytest.param(ORIG, "a 1-1 they are for its tests\n", UNLISTED, id="said of another revision"),
        pytest.param(ORIG, "a 1-2\n", UNLISTED, id="no reason"),
        pytest.param(ORIG, "# a 1-2 they are for its tests\n", UNLISTED, id="a comment"),
        pytest.param(ORIG, "aa 1-2 they are for its tests\n", UNLISTED, id="said of another package"),
        pytest.param(ORIG + PATCHES.replace("a ", "b ", 1), "", UNLISTED, id="another package's patches"),
        pytest.param(ORIG.replace(".orig", ""), "", "", id="no source"),
    ],
)
def test_patches_of_debian_are_applied_or_it_is_said_why_not(
    fetching: Fetching, listed: str, unpatched: str, said: str
) -> None:
    (fetching.folder / "packaging/sources.txt").write_text(listed)
    (fetching.folder / "packaging/unpatched.txt").write_text(unpatched)
    done = fetching.run("require_patches")
    assert (done.returncode, done.stderr) == (1 if said else 0, said)


def test_the_reasons_are_of_what_is_listed() -> None:
    lines = (ROOT / "packaging/unpatched.txt").read_text(encoding="utf-8").splitlines()
    said = [tuple(line.split(" ", 2)[:2]) for line in lines if not line.startswith("#")]
    patched = {line[0] for line in LINES if ".debian.tar." in line[3]}
    assert sorted(said) == sorted({(line[0], line[2]) for line in LINES if ".orig." in line[3] and line[0] not in patched})


REPLACED = "==> Debian has replaced a 1-1, of packaging/sources.txt: by"
OFFERED = {
    "the listed one alone": ("a | 1-1 | http://archive.example/debian bookworm/main Sources", ""),
    "a fix": ("  a | 1-1+deb12u1 | http://archive.example/security bookworm-security/main Sources", f"{REPLACED} 1-1+deb12u1"),
    "a point release": ("a | 1-2 | http://archive.example/debian bookworm/main Sources", f"{REPLACED} 1-2"),
    "an older one": ("a | 1-0 | http://archive.example/debian bookworm/main Sources", ""),
    "another release's": ("a | 2-1 | http://archive.example/debian trixie/main Sources", ""),
    "another package's": ("aa | 2-1 | http://archive.example/debian bookworm/main Sources", ""),
}


@pytest.mark.parametrize(("line", "said"), OFFERED.values(), ids=OFFERED)
def test_what_debian_has_replaced_is_named(fetching: Fetching, line: str, said: str) -> None:
    (fetching.folder / "bin/apt-cache").write_text(f"#!/bin/sh\necho '{line}'\n")
    (fetching.folder / "bin/apt-cache").chmod(0o755)
    done = fetching.run("release_sources")
    assert done.returncode == 0, done.stderr
    assert [text for text in done.stderr.splitlines() if "replaced" in text] == ([said] if said else [])


@pytest.mark.parametrize("sites", ["", SITES.splitlines()[0] + "\n", "Ubuntu http://archive.example/ubuntu\n"])
def test_another_system_is_told_what_it_lacks(fetching: Fetching, sites: str) -> None:
    (fetching.archive / "sites").write_text(sites)
    done = fetching.run()
    assert (done.returncode, done.stderr) == (
        1,
        "dev: apt has no archive of Debian's, or none of its security fixes\n",
    )


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[3])
def test_the_list_names_one_file_of_one_version(line: list[str]) -> None:
    package, suite, version, file, sum_ = line
    assert suite in ("bookworm", "trixie")
    assert re.fullmatch(r"[0-9a-f]{64}", sum_)
    upstream = version.rpartition(":")[2].partition("-")[0]
    assert file.startswith(f"{package.partition(':')[0]}_{upstream}")


def test_this_tree_has_them_all() -> None:
    for _, _, _, file, sum_ in LINES:
        content = (ROOT / "build/dist/downloads" / file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sum_, file


@pytest.mark.parametrize("arguments", [["nothing"], ["sources", "nothing"]], ids=repr)
def test_a_step_that_there_is_not_is_refused_before_anything_is_done(arguments: list[str]) -> None:
    done = subprocess.run([ROOT / "dev", "release", *arguments], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (2, "")


def test_the_verb_says_its_steps() -> None:
    done = subprocess.run([ROOT / "dev", "release", "--help"], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: ./dev release [STEP...]\n")
    assert "  sources " in done.stdout
