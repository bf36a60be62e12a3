"""Prints the .cpp files of src/ and apps/ that changes since a commit touch, by themselves or by a header that they include,
or, for `all`, every one."""

import re
import subprocess
import sys
from pathlib import Path

INCLUDE = re.compile(r'^#include ["<]([^">]+)[">]', re.MULTILINE)


def changed_since(commit: str) -> set[str]:
    """What is changed in the working tree, and what is new in it."""
    commands = (["git", "diff", "--name-only", commit], ["git", "ls-files", "--others", "--exclude-standard"])
    return {line for command in commands for line in subprocess.check_output(command, text=True).splitlines()}


def with_those_that_include(changed: set[str], files: list[Path]) -> set[str]:
    """Told by the end of a path: one too many is checked rather than one too few."""
    included = {str(file): tuple("/" + name for name in INCLUDE.findall(file.read_text())) for file in files}
    touched, found = set(changed), set(changed)
    while found:
        paths = ["/" + path for path in found]
        found = {
            file for file, names in included.items() if file not in touched and any(p.endswith(names) for p in paths)
        }
        touched |= found
    return touched


files = [path for folder in ("src", "apps", "include") for path in sorted(Path(folder).rglob("*")) if path.suffix in (".h", ".cpp")]
sources = [str(path) for path in files if path.suffix == ".cpp"]
touched = set(sources) if sys.argv[1] == "all" else changed_since(sys.argv[1])
if ".clang-tidy" not in touched:
    touched = with_those_that_include(touched, files)
    sources = [source for source in sources if source in touched]
print(*sources, sep="\n", end="\n" if sources else "")
