"""The tree under test: every text file of the repository, by its path from the root."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUFFIXES = {".cpp", ".h", ".py", ".ts", ".tsx", ".js", ".mjs", ".sh", ".txt", ".cmake", ".md", ".json", ".yaml", ".pyi"}


def list_files() -> list[str]:
    """What is in the repository or about to be: not what .gitignore names."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted({path for path in listed.split("\0") if path and (ROOT / path).is_file()})


@pytest.fixture(scope="session")
def sources() -> dict[str, str]:
    return {
        path: (ROOT / path).read_text(encoding="utf-8")
        for path in list_files()
        if Path(path).suffix in SUFFIXES and not path.startswith("tests/fuzz/corpus/")
    }
