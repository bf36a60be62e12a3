"""What a page of docs/ says: the files that its blocks are, and its commands."""

from __future__ import annotations

import re
from pathlib import Path

from process import ROOT

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"(?:#|//) (\S+\.\w+)\n")


def files_of(document: str, heading: str = "") -> dict[str, str]:
    """Blocks whose first line names a file, of all or under the heading; of two with one name the first."""
    files: dict[str, str] = {}
    text = section_of(document, heading) if heading else (ROOT / document).read_text()
    for language, code in BLOCK.findall(text):
        if language != "sh" and (named := NAMED.match(code)):
            files.setdefault(named[1], code)
    return files


def write_files(document: str, folder: Path, heading: str = "") -> None:
    for name, text in files_of(document, heading).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def section_of(document: str, heading: str) -> str:
    (section,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", (ROOT / document).read_text(), re.M | re.S)
    return section


def blocks_of(document: str, heading: str, wanted: str = "sh") -> list[str]:
    """Those of that language under the heading, in their order."""
    return [code for language, code in BLOCK.findall(section_of(document, heading)) if language == wanted]
