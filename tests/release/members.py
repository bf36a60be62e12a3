"""What an archive is made of, so that two that differ can be compared by their members."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path


def members(content: bytes, within: str = "") -> Iterator[tuple[str, str]]:
    """Each member's name, and all that it may differ in: mode, owner, time, and its content by its hash. Of an archive in an archive,
    the members of that one, too."""
    if content.startswith(b"!<arch>\n"):
        yield from debian_members(content, within)
        return
    try:
        tar = tarfile.open(fileobj=io.BytesIO(content))
    except tarfile.ReadError:
        return
    with tar:
        for entry in tar:
            inner = tar.extractfile(entry).read() if entry.isreg() else entry.linkname.encode()
            name = within + blob_name(entry.name, inner)
            owner = f"{entry.uid}:{entry.gid} {entry.uname}:{entry.gname}"
            yield name, f"mode {entry.mode:o}, owner {owner}, time {entry.mtime}, SHA-256 {hashlib.sha256(inner).hexdigest()}"
            yield from members(inner, f"{name}: ")


def debian_members(content: bytes, within: str) -> Iterator[tuple[str, str]]:
    for part in ("ctrl", "fsys"):
        command = ["dpkg-deb", f"--{part}-tarfile", "/dev/stdin"]
        yield from members(subprocess.run(command, input=content, capture_output=True, check=True).stdout, f"{within}{part}: ")


def blob_name(name: str, content: bytes) -> str:
    """An image names its parts by their hashes, which would hide what they are."""
    if not name.startswith("blobs/sha256/"):
        return name
    return "layer" if content.startswith(b"\x1f\x8b") else "config" if b'"rootfs"' in content else "manifest"


def differences(one: Path, other: Path) -> list[str]:
    """Between two files that should be the same, member by member."""
    contents = one.read_bytes(), other.read_bytes()
    if contents[0] == contents[1]:
        return []
    first, second = (dict(members(content)) for content in contents)
    if not first and not second:
        lines = zip_longest(*(content.splitlines(keepends=True) for content in contents))
        number, pair = next((number, pair) for number, pair in enumerate(lines, 1) if pair[0] != pair[1])
        return [f"{one.name}: line {number}: {pair[0]!r}; {pair[1]!r}"]
    names = [name for name in {**first, **second} if first.get(name) != second.get(name)]
    inner = [name for name in names if not any(longer.startswith(f"{name}: ") for longer in names)]
    found = [f"{one.name}: {name}: {first.get(name, 'missing')}; {second.get(name, 'missing')}" for name in inner]
    return found or [f"{one.name}: the members are the same, but not their order or compression"]
