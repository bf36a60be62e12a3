"""A measurement that went wrong is never taken for a figure."""

from __future__ import annotations

import json

import pytest

import google_benchmark
import wrk
from measurement import BrokenMeasurement

GOOD = {"requests": 10, "connect": 0, "read": 0, "write": 0, "status": 0, "timeout": 0}

# name: what differs from a good run
BROKEN_LOADS = {
    "no_connection": {"connect": 1},
    "connection_lost": {"read": 2},
    "request_not_sent": {"write": 1},
    "answer_not_2xx": {"status": 1},
    "answer_too_late": {"timeout": 1},
    "no_answer_at_all": {"requests": 0},
}


def test_a_good_load_is_taken():
    wrk.check(GOOD, "http://127.0.0.1:1/", 16)


@pytest.mark.parametrize("name", BROKEN_LOADS)
def test_a_broken_load(name):
    with pytest.raises(BrokenMeasurement, match="http://127.0.0.1:1/ at 16 connections"):
        wrk.check(GOOD | BROKEN_LOADS[name], "http://127.0.0.1:1/", 16)


def program(folder, text, status):
    """A program that says this, whatever its arguments are."""
    file = folder / "a_bench"
    (folder / "said").write_text(text)
    file.write_text(f"#!/bin/sh\ncat {folder}/said\necho why >&2\nexit {status}\n")
    file.chmod(0o755)
    return file


def row(**more):
    return {
        "name": "x/repeats:2",
        "run_name": "x",
        "run_type": "iteration",
        "real_time": 3.0,
        "cpu_time": 2.0,
        "time_unit": "us",
    } | more


# name: (rows, exit status, part of the message)
BROKEN_BENCHMARKS = {
    "ended_badly": ([row()], 1, "a_bench ended with 1: why"),
    "skipped_with_an_error": ([row(error_occurred=True, error_message="the token is good")], 0, "the token is good"),
    "measured_nothing": ([], 0, "measured nothing"),
    "summaries_only": ([row(run_type="aggregate")], 0, "measured nothing"),
}


@pytest.mark.parametrize("name", BROKEN_BENCHMARKS)
def test_a_broken_benchmark(name, tmp_path):
    rows, status, message = BROKEN_BENCHMARKS[name]
    with pytest.raises(BrokenMeasurement, match=message):
        google_benchmark.run(program(tmp_path, json.dumps({"benchmarks": rows}), status), [])


def test_times_are_processor_time_but_for_threads(tmp_path):
    threads = row(run_name="y/real_time/threads:2", time_unit="ns")
    said = json.dumps({"benchmarks": [row(), row(cpu_time=4.0), row(run_type="aggregate"), threads]})
    samples = google_benchmark.run(program(tmp_path, said, 0), [])
    assert google_benchmark.times_by_name(samples) == {"x": [2000.0, 4000.0], "y/real_time/threads:2": [3.0]}
