"""docs/benchmarks.md: prose by hand, and between marks what was measured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path


class DocumentFault(Exception):
    """The document lacks a mark, or has one twice."""


def begin_mark(name: str) -> str:
    return f"<!-- measured: {name} -->"


END_MARK = "<!-- end -->"


def with_blocks(text: str, blocks: Mapping[str, str]) -> str:
    """The text with what stands between the marks of each block replaced; all else stays as it is."""
    for name, block in blocks.items():
        pattern = re.compile(re.escape(begin_mark(name)) + r"\n.*?" + re.escape(END_MARK), re.DOTALL)
        if len(pattern.findall(text)) != 1:
            raise DocumentFault(f"benchmarks.md must have {begin_mark(name)} … {END_MARK} exactly once")
        text = pattern.sub(lambda _, block=block, name=name: f"{begin_mark(name)}\n\n{block}\n\n{END_MARK}", text)
    return text


def write(target: Path, template: Path, blocks: Mapping[str, str]) -> None:
    target.write_text(with_blocks(template.read_text(encoding="utf-8"), blocks), encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns after the first are figures, aligned to the right."""
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def image(name: str, words: str) -> str:
    return f'<img src="benchmarks/{name}.svg" alt="{words}" width="860">'
