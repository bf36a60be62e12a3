"""The skill as it is packed: it stands alone, and each command, path and snippet in it exists and works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from documents import ROOT, text_of


@pytest.fixture(scope="module")
def skill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpacked; `./dev skill` makes the zip."""
    done = subprocess.run([ROOT / "dev", "skill"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    folder = tmp_path_factory.mktemp("skill")
    with zipfile.ZipFile(done.stdout.strip()) as archive:
        assert {Path(name).parts[0] for name in archive.namelist()} == {"drawbridge"}
        archive.extractall(folder)
    return folder / "drawbridge"


def documents_of(skill: Path) -> list[Path]:
    return [skill / "SKILL.md", *sorted((skill / "references").glob("*.md"))]


def test_the_head_says_what_it_is_for(skill: Path) -> None:
    head = re.match(r"---\nname: (.*)\ndescription: (.*)\n---\n", (skill / "SKILL.md").read_text())
    assert head
    assert head[1] == "drawbridge"
    assert 50 < len(head[2]) <= 1024


def test_every_link_leads_to_what_is_packed(skill: Path) -> None:
    linked = set()
    for document in documents_of(skill):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).is_file(), f"{document.name}: {target}"
            linked.add((document.parent / target).resolve().relative_to(skill.resolve()))
    packed = {path.relative_to(skill) for path in skill.rglob("*") if path.is_file()}
    reached = {path for path in packed if path in linked}
    # The tests' conftest.py goes with them, and the pages of better-auth with its client.
    alone = {"SKILL.md", "LICENSE"}
    unreached = {str(path) for path in packed - reached} - alone
    assert all(path.startswith("assets/") for path in unreached), unreached


def test_nothing_in_it_is_of_the_repository_s_own_paths(skill: Path) -> None:
    """What a reader of the skill alone would look for in vain."""
    for document in documents_of(skill):
        assert not re.search(r"\]\(\.\./", document.read_text()), document.name


def test_snippets_are_those_of_the_tested_documents(skill: Path) -> None:
    tested = text_of("bindings/python/README.md") + text_of("packages/better-auth/README.md")
    for asset in [path for path in (skill / "assets").rglob("*") if path.suffix in (".py", ".ts")]:
        assert asset.read_text() in tested, asset
    for name in ("main.cpp", "CMakeLists.txt"):
        assert (skill / "assets/cpp" / name).read_text() == text_of(f"tests/package/{name}")


def test_the_fastapi_example_passes_its_tests(skill: Path) -> None:
    folder = skill / "assets/fastapi"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_same_files_make_the_same_zip(tmp_path: Path) -> None:
    import make_skill

    make_skill.write_zip(tmp_path / "a.zip")
    make_skill.write_zip(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
