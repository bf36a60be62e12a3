"""The report says what was measured, and leaves alone what was written by hand."""

from __future__ import annotations

import pytest

import document
from aims import Aim, aims_table
from conftest import ROOT
from figures import Figure, difference, figure, number, ratio

TEXT = "# Title\n\n<!-- measured: a -->\nold\n<!-- end -->\n\nBy hand.\n\n<!-- measured: b -->\n<!-- end -->\n"


def test_only_what_is_between_the_marks_is_replaced():
    text = document.with_blocks(TEXT, {"a": r"new \1"})
    assert text == TEXT.replace("\nold\n", "\n\nnew \\1\n\n")
    assert document.with_blocks(text, {"a": r"new \1"}) == text


@pytest.mark.parametrize("text", ["no mark", TEXT + TEXT], ids=["missing", "twice"])
def test_a_mark_is_there_once(text):
    with pytest.raises(document.DocumentFault, match="measured: a"):
        document.with_blocks(text, {"a": "new"})


def test_every_part_has_a_report_and_a_place_in_the_document():
    parts = {path.stem.removeprefix("part_") for path in (ROOT / "bench/harness").glob("part_*.py")}
    assert len(parts) > 4
    assert parts == {path.stem.removeprefix("report_") for path in (ROOT / "bench/report").glob("report_*.py")}
    text = (ROOT / "docs/benchmarks.md").read_text(encoding="utf-8")
    document.with_blocks(text, dict.fromkeys([*parts, "aims", "environment"], ""))


def test_a_figure_is_the_median_with_its_spread():
    assert figure([5.0, 1.0, 2.0]) == Figure(median=2.0, least=1.0, most=5.0)


def test_a_ratio_is_that_of_the_medians_with_the_spread_of_the_rounds():
    assert ratio([2.0, 6.0, 5.0], [1.0, 2.0, 4.0]) == Figure(median=2.5, least=1.25, most=3.0)


def test_a_difference_is_that_of_the_medians_with_the_spread_of_the_rounds():
    assert difference([2.0, 6.0, 5.0], [1.0, 2.0, 4.0]) == Figure(median=3.0, least=1.0, most=4.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0123, "0.0123"),
        (0.9456, "0.946"),
        (1.006, "1.01"),
        (55.64, "55.6"),
        (999.9, "1,000"),
        (12_345.6, "12,300"),
        (1_234_567.0, "1,230,000"),
    ],
)
def test_numbers_have_three_digits_that_count(value, text):
    assert number(value) == text


ONE = Figure(0.95, 0.9, 1.0)

# name: (aim, its row)
ROWS = {
    "met_from_below": (Aim("x", ONE, at_least=0.95), "| x | ≥ 0.95 | 0.950 | 0.900 to 1.00 | met |"),
    "missed_from_below": (Aim("x", ONE, at_least=0.96), "| x | ≥ 0.96 | 0.950 | 0.900 to 1.00 | **missed** |"),
    "met_from_above": (Aim("x", ONE, at_most=3), "| x | ≤ 3 | 0.950 | 0.900 to 1.00 | met |"),
    "missed_from_above": (Aim("x", ONE, at_most=0.9), "| x | ≤ 0.9 | 0.950 | 0.900 to 1.00 | **missed** |"),
    "rounded_up_is_not_met": (
        Aim("x", Figure(0.9499, 0.9, 1.0), at_least=0.95),
        "| x | ≥ 0.95 | 0.950 | 0.900 to 1.00 | **missed** |",
    ),
    "thousands": (
        Aim("x", Figure(12_000, 9_000, 13_000), at_least=10_000, unit="/s"),
        "| x | ≥ 10,000/s | 12,000/s | 9,000 to 13,000 | met |",
    ),
    "without_an_aim": (Aim("x", ONE, unit=" ms"), "| x | none given | 0.950 ms | 0.900 to 1.00 |  |"),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_of_the_table_of_aims(name):
    aim, row = ROWS[name]
    assert aims_table([aim]).splitlines()[-1].startswith(row)
