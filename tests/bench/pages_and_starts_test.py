"""What is said of pages at many connections, and of how an app with the package starts; and that an older measurement,
which lacks them, can still be shown."""

from __future__ import annotations

import pytest

import page_latency
import part_start
import start_figures
from conftest import ROOT


def crowd(*rounds):
    """Rounds of (p50, p99), in ms."""
    return [{"p50_us": 1e3 * p50, "p99_us": 1e3 * p99} for p50, p99 in rounds]


PAGES = {
    "crowd_connections": 256,
    "databases": [
        {"others": 100, "crowd": crowd((40, 160), (30, 90), (50, 200))},
        {"others": 1_000, "crowd": crowd((40, 161), (30, 90), (50, 200))},
    ],
}
OLDER_PAGES = {"databases": [{"others": 100}, {"others": 1_000}]}


def test_the_slowest_pages_are_held_against_the_usual_ones():
    few, many = page_latency.aims(PAGES, "SQLite")
    assert few.what == "a page of 20 tasks on SQLite at 256 connections, p99 against p50, among 100 tasks of others"
    assert (few.found.median, few.found.least, few.found.most, few.met) == (4, 3, 4, True)
    assert (many.found.median, many.met) == (pytest.approx(4.025), False)
    assert page_latency.heads(PAGES) == ("p50 at 256 connections, ms", "p99 at 256 connections, ms")
    assert page_latency.cells(PAGES["databases"][0]) == ["40.0 (30.0 to 50.0)", "160 (90.0 to 200)"]


def test_an_older_measurement_of_pages_has_neither_rows_nor_columns():
    assert page_latency.aims(OLDER_PAGES, "SQLite") == []
    assert (page_latency.heads(OLDER_PAGES), page_latency.cells(OLDER_PAGES["databases"][0])) == ((), [])


STARTS = {"ready_ms": [20.0], "fastapi_ms": {"without": [700.0, 800.0, 900.0], "with": [740.0, 850.0, 990.0]}}


def test_an_app_with_the_package_may_start_50_ms_later():
    _, aim = start_figures.aims(STARTS)
    assert (aim.found.median, aim.found.least, aim.found.most, aim.met) == (50, 40, 90, True)
    slower = {"without": [700.0, 800.0, 900.0], "with": [740.0, 851.0, 990.0]}
    assert [aim.met for aim in start_figures.aims(STARTS | {"fastapi_ms": slower})] == [None, False]
    assert "| drawbridge.fastapi | 3 | 850 (740 to 990) |" in start_figures.block(STARTS)


def test_an_older_measurement_of_starts_is_of_the_program_alone():
    older = {"ready_ms": STARTS["ready_ms"]}
    assert len(start_figures.aims(older)) == 1
    assert "FastAPI" not in start_figures.block(older)


def test_every_app_that_is_started_is_there():
    assert set(part_start.APPS) == set(start_figures.APPS)
    assert all((ROOT / f"bench/python/{app}.py").exists() for app in part_start.APPS.values())
