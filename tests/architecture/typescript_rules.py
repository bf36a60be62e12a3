"""What the TypeScript packages may import: they go into other people's front ends, so they bring nothing along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from posixpath import normpath

from rules import Sources

# What the sources of a package may have at run time, beside its own files.
MAY_IMPORT = {
    "packages/better-auth": re.compile(r"^(better-auth|node:)"),
    "packages/client": re.compile(r"^$"),
}
IMPORT = re.compile(
    r"""^[ \t]*(?:import|export)[ \t]+(type[ \t])?(?:[^"';]*?\bfrom[ \t]*)?["']([^"']+)["']"""
    r"""|\b(?:import|require)\(\s*["']([^"']+)["']""",
    re.MULTILINE,
)


def imports_of(text: str) -> Iterator[tuple[bool, str]]:
    """Whether it is gone after the build, and what is imported."""
    for is_type, name, dynamic in IMPORT.findall(text):
        yield bool(is_type), name or dynamic


def package_import_faults(sources: Sources) -> Iterator[str]:
    """Packages that import what their users do not have, or files of another folder."""
    for path, text in sources.items():
        folder = "/".join(PurePosixPath(path).parts[:2])
        if not path.endswith((".ts", ".tsx")) or not path.startswith(("packages/", "examples/")):
            continue
        for is_type, name in imports_of(text):
            if name.startswith("."):
                target = normpath(str(PurePosixPath(path).parent / name))
                is_shared_test = path.startswith(f"{folder}/tests/") and target.startswith("tests/")
                if not target.startswith(f"{folder}/") and not is_shared_test:
                    yield f"{path}: imports {name}, which is another folder's: name its package"
            elif folder in MAY_IMPORT and path.startswith(f"{folder}/src/") and not is_type:
                if not MAY_IMPORT[folder].match(name):
                    yield f"{path}: imports {name}, which its users would have to install"


RULES = (package_import_faults,)
