"""The documents of the repository, and what stands in them: blocks of code, links, commands."""

from __future__ import annotations

import re
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *("README.md", "README.ja.md", "CHANGELOG.md"),
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
    "bindings/python/README.md",
    "packages/better-auth/README.md",
    "packages/client/README.md",
    "examples/web/README.md",
    "examples/fastapi/README.md",
    "skills/drawbridge/SKILL.md",
]
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^ *```$", re.MULTILINE | re.DOTALL)


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def prose_of(document: str) -> str:
    """Without blocks of code."""
    return FENCE.sub("", text_of(document))


@dataclass(frozen=True)
class Block:
    document: str
    language: str
    code: str

    @property
    def name(self) -> str:
        """The document and the first line, by which tests speak of it."""
        return f"{self.document}: {self.code.splitlines()[0].split('#')[0].strip()}"


def blocks(*languages: str) -> list[Block]:
    return [
        Block(document, found["language"], textwrap.dedent(found["code"]))
        for document in DOCUMENTS
        for found in FENCE.finditer(text_of(document))
        if found["language"] in languages
    ]


def rows_of(document: str) -> list[tuple[str, list[str]]]:
    """`(heading, cells)` for each row, without the heads of tables."""
    rows: list[tuple[str, list[str]]] = []
    for section in text_of(document).split("\n## "):
        heading, *lines = section.splitlines()
        for line in lines:
            if line.startswith("| --- "):
                rows.pop()
            elif line.startswith("|"):
                rows.append((heading, [cell.strip() for cell in line.split("|")[1:-1]]))
    return rows


def command_lines(program: str) -> list[tuple[str, list[str]]]:
    """`(document, words)` for each call of the program in a block of sh or between backquotes in prose."""
    lines = [(block.document, line) for block in blocks("sh") for line in joined(block.code).splitlines()]
    for document in DOCUMENTS:
        lines += [(document, code) for code in re.findall(r"`([^`\n]+)`", prose_of(document))]
    calls = []
    for document, line in lines:
        for call in re.findall(rf"(?:^|\| |&& |\$ |=\S+ |bin/)({re.escape(program)} [^|&#]*)", line):
            words = shlex.split(call.replace("…", " "))
            calls.append((document, words[1:]))
    return calls


def joined(code: str) -> str:
    """Lines that end in a backslash, as one."""
    return code.replace("\\\n", " ")
