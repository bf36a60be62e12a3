"""How soon a sign-out counts at three APIs of a real Better Auth, and what it costs to know what was revoked."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import google_benchmark
from backend import Backend
from better_auth import BetterAuth
from measurement import BrokenMeasurement, Measurement
from sign_outs import Member, sign_out_at_random

APIS = (("serve, the first", "cpp"), ("serve, the second", "cpp"), ("FastAPI", "fastapi"))
LEAVING, STAYING = 200, 50
GAP = 0.15  # seconds between two sign-outs, on average

# As revocations_bench names them.
SETS = {"off": 0, "0": 0, "1000": 1_000, "100000": 100_000}
THREADS = ("1", "2")


def measure(m: Measurement) -> dict[str, Any]:
    return {"sign_outs": measure_sign_outs(m), "look_ups": measure_look_ups(m)}


def measure_sign_outs(m: Measurement) -> dict[str, Any]:
    leaving, staying = (10, 10) if m.quick else (LEAVING, STAYING)
    with ExitStack() as stack:
        issuer = BetterAuth(m.scratch, revocations="on")
        stack.callback(issuer.stop)
        issuer.start()
        issuer.database.migrate()
        ports = {}
        for name, kind in APIS:
            folder = m.scratch / name.replace(" ", "_")
            folder.mkdir()
            api = Backend(folder, issuer, kind=kind, drawbridge_log="off")
            stack.callback(api.stop)
            ports[name] = api.start().port
        m.progress.say(f"{leaving + staying} users sign up")
        people = [issuer.sign_up(f"user{number}") for number in range(leaving + staying)]
        for person in people:
            stack.callback(person.browser.close)
        members = [Member.of(person) for person in people]
        m.progress.say(f"{leaving} of them sign out, one by one")
        found = sign_out_at_random(ports, members[:leaving], members[leaving:], GAP)
    if found.faults:
        raise BrokenMeasurement(f"sign-outs: {dict(found.faults)}")
    return {"seconds": found.seconds, "requests": found.requests, "refused": dict(found.refused)}


def measure_look_ups(m: Measurement) -> dict[str, Any]:
    """Nanoseconds of a token that was seen before, by what is known to be revoked and the number of threads; and the
    bytes of what is known."""
    samples = []
    rounds = [(number + 1,) for number in range(m.rounds(7))]
    # Each warms up: otherwise the first, with which the others are compared, would find the tokens in no cache.
    arguments = [f"--benchmark_min_time={0.01 if m.quick else 0.1}", "--benchmark_min_warmup_time=0.1"]
    for _ in m.progress.over(rounds, lambda number: f"look-ups, round {number}"):
        samples += google_benchmark.run(m.programs / "revocations_bench", arguments)
    ns = google_benchmark.times_by_name(samples)
    size = {sample["name"]: sample["bytes"] for sample in samples if "bytes" in sample}

    def name(entries: str, threads: str) -> str:
        return f"revocations/{entries}/real_time/threads:{threads}"

    return {
        "ns": {entries: {threads: ns[name(entries, threads)] for threads in THREADS} for entries in SETS},
        "bytes": {entries: size[name(entries, THREADS[0])] for entries in SETS if SETS[entries] > 0},
    }
