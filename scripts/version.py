"""The version of everything in this repository: version.py [X.Y.Z]

VERSION is the one place. CMake reads it; what cannot is in PLACES, and is written from it. Without an argument it is
printed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = r"(?P<version>\d+\.\d+\.\d+)"
# What npm, Python and CMake write alike. A pre-release is not: npm has 0.2.0-rc.1, Python 0.2.0rc1, CMake neither.
GIVEN = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}")
OF_OURS = rf'"@drawbridge/[a-z-]+": "{VERSION}"'

# Where it is written, by the files, and by the text around it.
PLACES = {
    "VERSION": [rf"\A{VERSION}\n\Z"],
    "CHANGELOG.md": [rf"\A[^#]*# Changelog\n[^#]*^## {VERSION} \("],
    "api/openapi.yaml": [
        rf"\A[^{{]*?^  version: {VERSION}$",
        rf"info: \{{title: Drawbridge tasks API, version: {VERSION}\}}",
    ],
    "bindings/python/pyproject.toml": [rf'^version = "{VERSION}"$'],
    "packages/*/package.json": [rf'\A{{\s+"name": "@drawbridge/[a-z-]+",\s+"version": "{VERSION}"'],
    "examples/*/package.json": [OF_OURS],
    "tests/e2e/*/package.json": [OF_OURS],
    "packaging/vcpkg/ports/*/vcpkg.json": [rf'^  "version": "{VERSION}",$'],
    "package-lock.json": [rf'"name": "@drawbridge/[a-z-]+",\s+"version": "{VERSION}"', OF_OURS],
    "packages/*/README.md": [rf"drawbridge-(?:better-auth|client)-{VERSION}\.tgz"],
    "docs/*.md": [rf"drawbridge-(?:better-auth|client)-{VERSION}\.tgz"],
    "skills/drawbridge/*.md": [rf"drawbridge-(?:better-auth|client)-{VERSION}\.tgz"],
}
RELEASED = re.compile(rf"^## {VERSION} \((?!unreleased\))", re.MULTILINE)

USAGE = """usage: ./dev version [X.Y.Z]

prints the version, or writes another one everywhere, CHANGELOG.md included, and prints the files that it changed"""


def mentions(root: Path = ROOT) -> Iterator[tuple[Path, str, list[re.Match[str]]]]:
    """For each file of each place: the file, its text, and where in it the version is, from the first on."""
    for glob, patterns in PLACES.items():
        for file in sorted(root.glob(glob)):
            text = file.read_text(encoding="utf-8")
            found = [match for pattern in patterns for match in re.finditer(pattern, text, re.MULTILINE)]
            yield file, text, sorted(found, key=lambda match: match.start("version"))


def with_section(changelog: str, version: str) -> str:
    """A changelog whose newest section was released gets a new one; otherwise the newest is renamed."""
    newest = changelog.index("\n## ") + 1
    if RELEASED.match(changelog, newest):
        return f"{changelog[:newest]}## {version} (unreleased)\n\n{changelog[newest:]}"
    return changelog


def write(version: str, root: Path = ROOT) -> list[Path]:
    """Writes it everywhere, and gives the files that changed."""
    changelog = root / "CHANGELOG.md"
    if version != (root / "VERSION").read_text(encoding="utf-8").strip():
        changelog.write_text(with_section(changelog.read_text(encoding="utf-8"), version), encoding="utf-8")
    changed = []
    for file, text, found in mentions(root):
        written = text
        for match in reversed(found):
            written = written[: match.start("version")] + version + written[match.end("version") :]
        if written != text:
            file.write_text(written, encoding="utf-8")
            changed.append(file)
    return changed


def main(arguments: list[str]) -> int:
    match arguments:
        case ["-h" | "--help"]:
            print(USAGE)
        case []:
            print((ROOT / "VERSION").read_text(encoding="utf-8").strip())
        case [version] if GIVEN.fullmatch(version):
            for file in write(version):
                print(file.relative_to(ROOT))
        case _:
            print(f"dev: version takes three numbers, such as 0.2.0, not {' '.join(arguments)}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
