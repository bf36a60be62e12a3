"""The lists in dist/ that name the rest: SHA256SUMS, and what the changelog says of this version."""

from __future__ import annotations

from dist import DIST, ROOT, VERSION, run


def test_the_sums_are_those_of_every_file() -> None:
    listed = [line.split("  ", 1)[1] for line in (DIST / "SHA256SUMS").read_text(encoding="utf-8").splitlines()]
    assert listed == sorted(file.name for file in DIST.iterdir() if file.name != "SHA256SUMS")
    run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=DIST)


def test_the_notes_are_this_versions_section_of_the_changelog() -> None:
    sections = f"\n{(ROOT / 'CHANGELOG.md').read_text(encoding='utf-8')}".split("\n## ")[1:]
    (section,) = (section for section in sections if section.split(" ", 1)[0] == VERSION)
    heading, _, said = (DIST / "RELEASE_NOTES.md").read_text(encoding="utf-8").partition("\n")
    assert f"## {section}".strip() == f"{heading}\n{said}".strip()
    assert len(said.strip()) > 100
