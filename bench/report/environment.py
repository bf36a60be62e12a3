"""The machine and the versions with which something was measured."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from document import table

ROOT = Path(__file__).resolve().parents[2]


def first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).partition("\n")[0].strip()


def version_in(text: str) -> str:
    found = re.search(r"\d+(\.\d+)+\S*", text)
    return found[0] if found else text


def processor() -> str:
    text = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    virtual = re.search(r"^flags\s*:.*\bhypervisor\b", text, re.MULTILINE)
    return (model[1] if model else platform.machine()) + (", in a virtual machine" if virtual else "")


def compiler() -> str:
    cache = (ROOT / "build/bench/CMakeCache.txt").read_text()
    found = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache, re.MULTILINE)
    flags = re.search(r"^CMAKE_CXX_FLAGS_RELEASE:\w+=(.*)$", cache, re.MULTILINE)
    assert found and flags, "build/bench is configured"
    return f"{first_line(found[1], '--version')}, {flags[1]}, hardened"


def commit() -> str:
    known = first_line("git", "-C", str(ROOT), "describe", "--always", "--dirty=, changed")
    return f"{known}; the program is another, named by DRAWBRIDGE_BIN" if "DRAWBRIDGE_BIN" in os.environ else known


def environment() -> dict[str, str]:
    """No name of a host, a user or a folder."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "commit": commit(),
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "compiler": compiler(),
        "libsodium": first_line("pkg-config", "--modversion", "libsodium"),
        "OpenSSL": first_line("pkg-config", "--modversion", "libcrypto"),
        "SQLite": first_line("pkg-config", "--modversion", "sqlite3"),
        "nginx": version_in(first_line("/usr/sbin/nginx", "-v")),
        "wrk": version_in(first_line("wrk", "--version")),
    }


def environment_table(results: Mapping[str, Mapping[str, object]]) -> str:
    """One table for all parts that were measured in the same environment on the same day."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for part, result in results.items():
        known = {"date": result["date"], **result["environment"]}
        groups.setdefault(tuple(known.items()), []).append(part)
    alone = len(groups) == 1
    return "\n\n".join(
        table(("", "all parts" if alone else ", ".join(parts)), known).replace("---:", "---")
        for known, parts in groups.items()
    )
