"""Packs skills/drawbridge with the documents and examples that it links to into a zip: make_skill.py FILE.zip

In the repository its links lead to those documents. In the zip they lead to copies: references are docs/, assets are code that has
its own tests.
"""

from __future__ import annotations

import os
import re
import sys
import zipfile
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = {
    "SKILL.md": "skills/drawbridge/SKILL.md",
    "references/better-auth.md": "packages/better-auth/README.md",
    "references/client.md": "packages/client/README.md",
    "references/cpp.md": "docs/cpp.md",
    "references/drizzle.md": "docs/drizzle.md",
    "references/errors.md": "docs/errors.md",
    "references/how-verification-works.md": "docs/how-verification-works.md",
    "references/hybrid-id.md": "docs/hybrid-id.md",
    "references/metrics.md": "docs/metrics.md",
    "references/organizations.md": "docs/organizations.md",
    "references/own-api.md": "docs/own-api.md",
    "references/uuid-ids.md": "docs/uuid-ids.md",
    "references/postgresql.md": "docs/postgresql.md",
    "references/prisma.md": "docs/prisma.md",
    "references/program.md": "docs/program.md",
    "references/python.md": "bindings/python/README.md",
    "references/security-checklist.md": "docs/security-checklist.md",
    "references/settings.md": "docs/settings.md",
    "references/sign-out.md": "docs/sign-out.md",
    "references/troubleshooting.md": "docs/troubleshooting.md",
}
FILES = {
    "LICENSE": "LICENSE",
    "assets/cpp/CMakeLists.txt": "tests/package/CMakeLists.txt",
    "assets/cpp/main.cpp": "tests/package/main.cpp",
}
# Blocks of code that begin with the name of their file, and which one of that name: of lib/auth.ts, PostgreSQL's.
BLOCKS = {
    "assets/better-auth": (
        "packages/better-auth/README.md",
        {"lib/auth.ts": 1, "lib/auth-client.ts": 0, "lib/api.ts": 0, "app/api/auth/[...all]/route.ts": 0},
    ),
    "assets/fastapi": ("bindings/python/README.md", {"main.py": 0, "conftest.py": 0, "test_main.py": 0}),
}
LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>(?!https?:|#)[^)#]+)(?P<anchor>#[^)]*)?\)")


def skill_files() -> dict[str, str]:
    """The text of each file by its path in the skill."""
    files = {name: (ROOT / source).read_text(encoding="utf-8") for name, source in FILES.items()}
    files |= {name: document(name, source) for name, source in DOCUMENTS.items()}
    for folder, (source, names) in BLOCKS.items():
        blocks = named_blocks((ROOT / source).read_text(encoding="utf-8"))
        files |= {f"{folder}/{name}": blocks[name][which] for name, which in names.items()}
    return files


def document(name: str, source: str) -> str:
    """A document whose links lead to what is packed; other links say where in the repository they lead."""

    def link(found: re.Match[str]) -> str:
        place = (ROOT / source).parent.joinpath(found["target"]).resolve().relative_to(ROOT).as_posix()
        text, anchor = found["text"], found["anchor"] or ""
        name_of_file = text.strip("`")
        is_named = place.endswith(name_of_file)
        block = block_of(place, text)
        if packed := block or packed_as(place):
            target = relative(packed, name)
            says_where = is_named or block or name_of_file == PurePosixPath(packed).name
            return f"[{target if says_where else text}]({target}{'' if block else anchor})"
        where = f"`{place}` of the repository"
        return where if is_named else f"{text} ({where})"

    return LINK.sub(link, (ROOT / source).read_text(encoding="utf-8"))


def packed_as(place: str) -> str | None:
    """Of a file of the repository, or of a folder with a README.md: its path in the skill."""
    packed = {target: name for name, target in (FILES | DOCUMENTS).items()}
    return packed.get(place) or packed.get(f"{place}/README.md")


def block_of(place: str, text: str) -> str | None:
    """The file that is packed for a block of a document, where a link to that document has the block's name as its text."""
    name = text.strip("`")
    return next((f"{to}/{name}" for to, (source, names) in BLOCKS.items() if source == place and name in names), None)


def relative(target: str, name: str) -> str:
    return os.path.relpath(target, PurePosixPath(name).parent)


def named_blocks(markdown: str) -> dict[str, list[str]]:
    """Blocks of code whose first line is a comment with a file's name, in their order."""
    blocks: dict[str, list[str]] = {}
    for code, name in re.findall(r"^```\w+\n((?:#|//) (\S+\.\w+)\n.*?)^```$", markdown, re.MULTILINE | re.DOTALL):
        blocks.setdefault(name, []).append(code)
    return blocks


def write_zip(file: Path) -> None:
    """With the same bytes for the same files."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(skill_files().items()):
            entry = zipfile.ZipInfo(f"drawbridge/{name}", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text)


if __name__ == "__main__":
    file = Path(sys.argv[1])
    write_zip(file)
    print(file)
    print(
        "Unpack it where agents look for skills, at home or in a project:\n"
        f"  python3 -m zipfile -e {file} ~/.claude/skills     # Claude Code\n"
        f"  python3 -m zipfile -e {file} ~/.agents/skills     # most others",
        file=sys.stderr,
    )
