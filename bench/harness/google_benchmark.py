"""Runs the C++ benchmarks and reads what Google Benchmark says."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from measurement import BrokenMeasurement

NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


def run(program: Path, arguments: Sequence[str], core: int | None = None) -> list[dict[str, Any]]:
    """The samples of one run, in the order in which they were taken: name, `ns` (time of an iteration) and the
    counters. The time is processor time, which leaves out what other programs took; by the wall clock where the
    benchmark asks for that, because several threads share the work."""
    pinned = ["taskset", "-c", str(core)] if core is not None else []
    done = subprocess.run(
        [*pinned, str(program), *arguments, "--benchmark_format=json"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BrokenMeasurement(f"{program.name} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    samples = []
    for row in json.loads(done.stdout)["benchmarks"]:
        if row.get("error_occurred"):
            raise BrokenMeasurement(f"{program.name}, {row['name']}: {row['error_message']}")
        if row["run_type"] == "iteration":
            time = row["real_time" if "/real_time" in row["run_name"] else "cpu_time"]
            samples.append(row | {"name": row["run_name"], "ns": time * NANOSECONDS[row["time_unit"]]})
    if not samples:
        raise BrokenMeasurement(f"{program.name} {' '.join(arguments)} measured nothing")
    return samples


def times_by_name(samples: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """Nanoseconds of each sample, by the name of the benchmark."""
    times: dict[str, list[float]] = {}
    for sample in samples:
        times.setdefault(sample["name"], []).append(sample["ns"])
    return times
