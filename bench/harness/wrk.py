"""Load over HTTP by wrk, and what the server spent on it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from measurement import LOAD_CORE, BrokenMeasurement

SCRIPT = Path(__file__).with_name("wrk.lua")
# The longest that an answer may take: with 5,000 connections some wait for all the others.
TIMEOUT = "10s"


@dataclass(frozen=True)
class Load:
    """One run. `cpu_us` is processor time of the server for a request, `busy` its share of the run."""

    per_second: float
    p50_us: float
    p99_us: float
    cpu_us: float
    busy: float

    def as_json(self) -> dict[str, float]:
        return asdict(self)


def cpu_seconds(pids: list[int]) -> float:
    """Processor time that these processes have had, with that of threads that have ended."""
    try:
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    except OSError as fault:
        raise BrokenMeasurement(f"the server has ended: {fault}") from None
    user, system = 11, 12  # places after the name
    return sum(int(stat[user]) + int(stat[system]) for stat in stats) / os.sysconf("SC_CLK_TCK")


def run(
    url: str,
    connections: int,
    seconds: float,
    server: list[int],
    token: str | None = None,
    each_once: tuple[str, Path] | None = None,
    each_in_turn: tuple[str, Path] | None = None,
) -> Load:
    """Asks `url` for so long on so many connections, with one token, or with a header whose values are the lines of a
    file, each once or again and again. An answer that is not 2xx or 3xx, any fault of a socket, and the end of a file
    whose lines are taken once break the measurement."""
    command = ["taskset", "-c", str(LOAD_CORE), "wrk", "--threads=1", f"--connections={connections}"]
    command += [f"--duration={max(1, round(seconds))}s", f"--timeout={TIMEOUT}", f"--script={SCRIPT}"]
    if token is not None:
        command += ["--header", f"Authorization: Bearer {token}"]
    before = cpu_seconds(server)
    given = [["--", str(file), header] for header, file in filter(None, (each_once, each_in_turn))]
    if each_in_turn:
        given[-1].append("again")
    done = subprocess.run([*command, url, *chain(*given)], capture_output=True, text=True, check=False)
    spent = cpu_seconds(server) - before
    marked = [line for line in done.stdout.splitlines() if line.startswith("JSON ")]
    if done.returncode != 0 or len(marked) != 1:
        raise BrokenMeasurement(f"wrk ended with {done.returncode} at {url}: {(done.stderr or done.stdout)[-500:]}")
    said = json.loads(marked[0].removeprefix("JSON "))
    check(said, url, connections)
    run_seconds = said["microseconds"] / 1e6
    return Load(
        per_second=said["requests"] / run_seconds,
        p50_us=said["p50"],
        p99_us=said["p99"],
        cpu_us=1e6 * spent / said["requests"],
        busy=spent / run_seconds,
    )


def check(said: dict[str, Any], url: str, connections: int) -> None:
    faults = {kind: said[kind] for kind in ("connect", "read", "write", "status", "timeout") if said[kind]}
    if faults or said["requests"] == 0:
        raise BrokenMeasurement(f"{said['requests']} answers of {url} at {connections} connections, faults: {faults}")
