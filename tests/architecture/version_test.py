"""One version: what is not read from VERSION says the same, and `./dev version` writes all of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

import version as versions  # noqa: E402

NOBODYS = "987.65.43"


@pytest.fixture(scope="module")
def version() -> str:
    return (ROOT / "VERSION").read_text(encoding="utf-8").removesuffix("\n")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The files that have the version, alone."""
    for file, _, _ in versions.mentions():
        target = tmp_path / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return tmp_path


def versions_in(root: Path) -> dict[str, set[str]]:
    return {
        str(file.relative_to(root)): {match["version"] for match in found}
        for file, _, found in versions.mentions(root)
        if found
    }


def texts_in(root: Path) -> dict[str, str]:
    return {str(file.relative_to(root)): text for file, text, _ in versions.mentions(root)}


def strays(sources: dict[str, str], version: str) -> list[str]:
    """Lines that name this project and its version where `./dev version` would leave them."""
    exactly = re.compile(rf"(?<![\d.^~]){re.escape(version)}(?![\d./])")
    known = {
        (str(file.relative_to(ROOT)), text.count("\n", 0, match.start("version")) + 1)
        for file, text, found in versions.mentions()
        for match in found
    }
    return [
        f"{path}:{number}"
        for path, text in sources.items()
        for number, line in enumerate(text.splitlines(), 1)
        if "drawbridge" in line.lower() and exactly.search(line) and (path, number) not in known
    ]


def test_it_is_a_version(version: str):
    assert versions.GIVEN.fullmatch(version)


@pytest.mark.parametrize("glob", versions.PLACES)
def test_each_place_has_it(glob: str, version: str):
    texts = [file.read_text(encoding="utf-8") for file in ROOT.glob(glob)]
    for pattern in versions.PLACES[glob]:
        found = [match["version"] for text in texts for match in re.finditer(pattern, text, re.MULTILINE)]
        assert set(found) == {version}, pattern


def test_each_package_of_ours_has_it(version: str):
    """A new package could have another form than PLACES looks for."""
    packages = [file for file, _, _ in versions.mentions() if file.match("packages/*/package.json")]
    assert len(packages) >= 2
    for file in packages:
        assert f'"version": "{version}"' in file.read_text(encoding="utf-8"), file


def test_cmake_and_so_the_program_read_it(sources: dict[str, str]):
    text = sources["CMakeLists.txt"]
    assert re.search(r"file\(STRINGS \S+/VERSION drawbridge_version\b", text)
    assert re.findall(r"^project\(drawbridge VERSION (\S+)", text, re.MULTILINE) == ["${drawbridge_version}"]


def test_it_is_nowhere_else(sources: dict[str, str], version: str):
    assert strays(sources, version) == []


@pytest.mark.parametrize(
    ("line", "stray"),
    [
        ("pip install drawbridge-auth==7.8.9", True),
        ("drawbridge 7.8.9", True),
        ("drawbridge trusts 17.8.9.0/24", False),
        ("drawbridge needs a ^7.8.9", False),
        ("another's 7.8.9", False),
    ],
)
def test_the_rule_itself(line: str, stray: bool):
    assert bool(strays({"README.md": line}, "7.8.9")) == stray


def test_another_version_is_written_everywhere_and_back(copied: Path, version: str):
    before = texts_in(copied)
    changed = versions.write(NOBODYS, copied)
    assert len(changed) >= 12
    assert set(versions_in(copied)) == set(versions_in(ROOT))
    assert set().union(*versions_in(copied).values()) == {NOBODYS}
    versions.write(version, copied)
    assert texts_in(copied) == before


@pytest.mark.parametrize(
    ("newest", "written"),
    [
        ("## 0.1.0 (unreleased)\n", "## 0.2.0 (unreleased)\n"),
        ("## 0.1.0 (2026-12-01)\n", "## 0.2.0 (unreleased)\n\n## 0.1.0 (2026-12-01)\n"),
        ("## 0.1.0 (unreleased)\n\n## 0.0.9 (2026-01-01)\n", "## 0.2.0 (unreleased)\n\n## 0.0.9 (2026-01-01)\n"),
    ],
)
def test_what_was_released_keeps_its_section(copied: Path, newest: str, written: str):
    (copied / "VERSION").write_text("0.1.0\n")
    (copied / "CHANGELOG.md").write_text(f"# Changelog\n\nWords.\n\n{newest}")
    versions.write("0.2.0", copied)
    assert (copied / "CHANGELOG.md").read_text() == f"# Changelog\n\nWords.\n\n{written}"


def test_the_same_version_changes_nothing(copied: Path, version: str):
    assert versions.write(version, copied) == []


def dev_version(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "dev", "version", *arguments], capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize(
    "arguments",
    [
        ["0.2"],
        ["v0.2.0"],
        ["0.2.0-rc.1"],
        ["0.2.0rc1"],
        ["00.2.0"],
        ["0.2.0\n"],
        ["0.2.٣"],
        [""],
        ["--all"],
        ["0.2.0", "0.3.0"],
    ],
    ids=repr,
)
def test_what_is_no_version_is_refused(arguments: list[str]):
    done = dev_version(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("dev: version takes three numbers, such as 0.2.0, not ")


def test_the_verb_says_what_it_does_and_which_it_is(version: str):
    assert dev_version("--help").stdout.startswith("usage: ./dev version [X.Y.Z]\n")
    assert (dev_version().stdout, dev_version().returncode) == (f"{version}\n", 0)
