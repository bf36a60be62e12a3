"""That nothing is published yet is written in several places, and true until the first release: a version with a date in CHANGELOG.md."""

from __future__ import annotations

import re

import pytest

from documents import DOCUMENTS, ROOT, text_of

NOT_YET = re.compile(r"(?i)\bon (?:PyPI|npm)(?: (?:or|and) (?:PyPI|npm))? yet\b|まだ (?:PyPI|npm) に|published yet")
PLACES = [*DOCUMENTS, "RELEASING.md"]


def stale(changelog: str, version: str, texts: dict[str, str]) -> list[str]:
    """The documents that say so of a version that has a date."""
    heading = re.search(rf"^## {re.escape(version)} \((.*)\)$", changelog, re.MULTILINE)
    if not heading or heading[1] == "unreleased":
        return []
    return [name for name, text in texts.items() if NOT_YET.search(" ".join(text.split()))]


@pytest.mark.parametrize(
    ("heading", "text", "found"),
    [
        pytest.param("0.1.0 (unreleased)", "It is not on PyPI yet.", False, id="before the release"),
        pytest.param("0.1.0 (2026-12-01)", "It is not on PyPI yet.", True, id="after it"),
        pytest.param("0.1.0 (2026-12-01)", "Neither package is on\nnpm yet", True, id="over two lines"),
        pytest.param("0.1.0 (2026-12-01)", "Nothing is on npm or PyPI yet.", True, id="both"),
        pytest.param("0.1.0 (2026-12-01)", "まだ PyPI にはないので", True, id="in Japanese"),
        pytest.param("0.1.0 (2026-12-01)", "None of it is published yet.", True, id="in other words"),
        pytest.param("0.1.0 (2026-12-01)", "It is on PyPI.", False, id="replaced"),
        pytest.param("0.2.0 (2026-12-01)", "It is not on PyPI yet.", False, id="another version"),
    ],
)
def test_what_is_stale(heading: str, text: str, found: bool) -> None:
    assert stale(f"# Changelog\n\n## {heading}\n", "0.1.0", {"README.md": text}) == ["README.md"] * found


def test_no_document_says_of_a_release_that_it_is_not_published() -> None:
    version = (ROOT / "VERSION").read_text(encoding="utf-8").strip()
    assert stale(text_of("CHANGELOG.md"), version, {name: text_of(name) for name in PLACES}) == []


def test_they_say_so_until_the_first_release() -> None:
    """Else the words that are looked for are others than those that are written."""
    if not re.search(r"^## \S+ \(\d", text_of("CHANGELOG.md"), re.MULTILINE):
        saying = {name for name in PLACES if NOT_YET.search(" ".join(text_of(name).split()))}
        assert {"README.md", "README.ja.md", "bindings/python/README.md", "packages/client/README.md"} <= saying
