"""How the cost of a verification grows: with keys, payloads, threads, and distinct tokens."""

from __future__ import annotations

from typing import Any

import google_benchmark
from measurement import SERVER_CORE, Measurement

# The name of a benchmark begins with its subject; threads need more than one core.
SUBJECTS = (("keys", SERVER_CORE), ("payload", SERVER_CORE), ("threads", None))


def measure(m: Measurement) -> dict[str, Any]:
    steps = [(subject, core, n + 1) for n in range(m.rounds(7)) for subject, core in SUBJECTS]
    samples = []
    for subject, core, _ in m.progress.over(steps, lambda subject, _, number: f"{subject}, round {number}"):
        arguments = [f"--benchmark_filter=^{subject}/", f"--benchmark_min_time={0.01 if m.quick else 0.1}"]
        samples += google_benchmark.run(m.programs / "growth_bench", arguments, core)
    return {"ns": google_benchmark.times_by_name(samples), "rotation": measure_rotation(m)}


def measure_rotation(m: Measurement) -> list[dict[str, Any]]:
    """One run, since signing a million tokens takes a while; the caches stay as they are between the rounds."""
    most = 10_000 if m.quick else 1_000_000
    m.progress.say(f"{most} distinct tokens are signed, then rotate")
    seconds = 0.01 if m.quick else 0.3
    arguments = [str(most), f"--benchmark_repetitions={m.rounds(5)}", f"--benchmark_min_time={seconds}"]
    samples = google_benchmark.run(m.programs / "rotation_bench", arguments)
    rows: dict[str, dict[str, Any]] = {}
    for sample in samples:
        order, _, count = sample["name"].partition("/")
        row = rows.setdefault(sample["name"], {"order": order, "tokens": int(count), "ns": [], "remembered": []})
        row["ns"].append(sample["ns"])
        row["remembered"].append(sample["remembered"])
    return list(rows.values())
