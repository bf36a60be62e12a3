"""`./dev bench`: measures part by part, keeps what was measured, and writes the report."""

from __future__ import annotations

import argparse
import resource
import shutil
import signal
import sys
import time
from importlib import import_module
from typing import Any

from aims import aims_text
from environment import environment
from measurement import BrokenMeasurement, Measurement
from process import ROOT
from progress import Progress
from report import all_aims, read_results, write_report, write_results

PARTS = (
    "verify",
    "growth",
    "http",
    "credentials",
    "sign_out",
    "tasks",
    "postgres",
    "python",
    "start",
    "memory",
    "peers",
)
BUILD = ROOT / "build/bench"
DOCUMENT = ROOT / "docs/benchmarks.md"
FILE_DESCRIPTORS = 6_000  # wrk and the servers have one for each of 5,000 connections


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measures, and writes docs/benchmarks.md.")
    parser.add_argument(
        "parts",
        metavar="PART",
        nargs="*",
        type=lambda part: part.replace("-", "_"),
        help=f"some of {', '.join(PARTS)}; all when none is named",
    )
    parser.add_argument("--quick", action="store_true", help="only shows that everything works; report in build/bench")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # reads the arguments, no more
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
    return given


def allow_file_descriptors() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < FILE_DESCRIPTORS:
        raise BrokenMeasurement(f"{FILE_DESCRIPTORS} file descriptors are needed, {most} are allowed (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILE_DESCRIPTORS, most))


def measure(name: str, place: str, quick: bool) -> dict[str, Any]:
    scratch = BUILD / "scratch" / name
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    progress = Progress(name, place)
    known = {"date": time.strftime("%Y-%m-%d"), "environment": environment()}
    try:
        measured = import_module(f"part_{name}").measure(Measurement(quick, BUILD / "bin", scratch, progress))
    finally:
        shutil.rmtree(scratch)  # a database of a million tasks among it
    progress.say("done")
    return known | {"measured": measured}


def run(chosen: list[str], quick: bool) -> None:
    """Measures, and writes the report after each part: what follows may break."""
    target = BUILD / "quick/benchmarks.md" if quick else DOCUMENT
    kept = target.with_suffix("") / "measured.json"
    results = read_results(kept)
    for number, part in enumerate(chosen, 1):
        results[part] = measure(part, f"[{number}/{len(chosen)}]", quick)
        results = {name: results[name] for name in PARTS if name in results}
        write_results(kept, results)
        write_report(DOCUMENT, target, results)
    print(aims_text(all_aims({part: results[part] for part in chosen})))
    print(f"\nThe report is {target.relative_to(ROOT)}.")


def main() -> int:
    given = arguments()
    if given.check:
        return 0
    # A request to end is answered like Ctrl-C: what was started is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        allow_file_descriptors()
        run([part for part in PARTS if not given.parts or part in given.parts], given.quick)
    except (BrokenMeasurement, AssertionError) as fault:  # the latter of a program that does not start or end
        print(f"bench: the measurement is broken: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted; everything that was started is stopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
