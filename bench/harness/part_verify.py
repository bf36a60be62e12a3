"""Verification cold, seen before, and its floor: the signature check alone on the same bytes."""

from __future__ import annotations

from typing import Any

import google_benchmark
from measurement import SERVER_CORE, Measurement

# What has an aim is measured in many short rounds: the medians of the two that are compared then differ by less
# than the machine's mood from second to second.
GROUPS = (("EdDSA", "/EdDSA", 41, 0.05), ("the other algorithms", "/[ERP]S", 9, 0.1))


def measure(m: Measurement) -> dict[str, Any]:
    steps = [
        (group, pattern, seconds, number + 1)
        for group, pattern, count, seconds in GROUPS
        for number in range(m.rounds(count))
    ]
    samples = []
    for _, pattern, seconds, _ in m.progress.over(steps, lambda group, _, __, number: f"{group}, round {number}"):
        arguments = [f"--benchmark_filter={pattern}", f"--benchmark_min_time={0.01 if m.quick else seconds}"]
        samples += google_benchmark.run(m.programs / "verify_bench", arguments, SERVER_CORE)
    return {"ns": google_benchmark.times_by_name(samples)}
