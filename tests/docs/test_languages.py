"""What is written in two languages has the same sections, pictures, code and tables in both."""

from __future__ import annotations

import re

import pytest

from documents import FENCE, text_of

PAIRS = [("README.md", "README.ja.md"), ("docs/troubleshooting.md", "docs/troubleshooting.ja.md")]
CODE = re.compile(r"`([^`]+)`")


def sections_of(document: str) -> list[str]:
    """The text of each, without its heading; what is before the first is one too."""
    text = FENCE.sub(lambda found: found[0].replace("\n#", "\n\0#"), text_of(document))  # whose comments are not headings
    return [part.replace("\0", "") for part in re.split(r"^#+ .*\n", text, flags=re.MULTILINE)]


def blocks_of(text: str) -> list[tuple[str, str]]:
    """Code without its comments, which are in the language of the page."""
    return [
        (found["language"], re.sub(r" *(?:#(?!include)|//).*$", "", found["code"], flags=re.MULTILINE))
        for found in FENCE.finditer(text)
    ]


def rows_of(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in FENCE.sub("", text).splitlines() if line[:1] == "|"
    ]


@pytest.mark.parametrize(("english", "japanese"), PAIRS)
def test_both_have_the_same_sections(english: str, japanese: str) -> None:
    levels = [re.findall(r"^(#+) ", FENCE.sub("", text_of(document)), re.MULTILINE) for document in (english, japanese)]
    assert levels[0] == levels[1]
    for one, other in zip(sections_of(english), sections_of(japanese), strict=True):
        assert blocks_of(one) == blocks_of(other)
        assert re.findall(r'<img src="([^"]+)"', one) == re.findall(r'<img src="([^"]+)"', other)
        assert [len(row) for row in rows_of(one)] == [len(row) for row in rows_of(other)], rows_of(one)[:1]
        pages = [
            {re.sub(r"\.ja\.md|#[^)]*", lambda found: ".md" if found[0] == ".ja.md" else "", target) for target in targets}
            for targets in (re.findall(r"\]\((?!#)([^)]+)\)", one), re.findall(r"\]\((?!#)([^)]+)\)", other))
        ]
        if one.startswith("\n[") and other.startswith("\n["):  # each begins with a link to the other
            continue
        assert pages[0] == pages[1]


@pytest.mark.parametrize(("english", "japanese"), PAIRS)
def test_rows_name_the_same_codes_and_checks(english: str, japanese: str) -> None:
    """In their order, cell by cell: a row that was added, or moved, in one of them is seen."""
    for one, other in zip(rows_of(text_of(english)), rows_of(text_of(japanese)), strict=True):
        for mine, theirs in zip(one, other, strict=True):
            assert sorted(CODE.findall(mine)) == sorted(CODE.findall(theirs)), one[0]
