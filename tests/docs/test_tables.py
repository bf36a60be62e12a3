"""What the tables of the documents promise of each row: a check of doctor, or why there is none."""

from __future__ import annotations

import ast
import re

import pytest

from documents import ROOT, rows_of

CHECKS = re.compile(r"`[a-z]+\.[a-z_]+`(, `[a-z]+\.[a-z_]+`)*")  # test_vocabulary.py knows which there are


def each_row_of(document: str) -> list[object]:
    return [pytest.param(heading, row, id=row[0]) for heading, row in rows_of(document)]


@pytest.mark.parametrize(("heading", "row"), each_row_of("docs/troubleshooting.md"))
def test_a_symptom_has_a_check_or_says_why_not_or_is_the_page_s_own(heading: str, row: list[str]) -> None:
    symptom, cause, remedy, check = row
    assert symptom and cause and remedy
    of_the_page = heading in ("Signing in and getting a token", "In the browser") and check == ""
    assert of_the_page or CHECKS.fullmatch(check) or check.startswith("not seen: ")


@pytest.mark.parametrize(("heading", "row"), each_row_of("docs/security-checklist.md"))
def test_an_item_of_the_security_checklist_has_a_check_or_says_why_not(heading: str, row: list[str]) -> None:
    """Two tables: item, check, why it matters; and item, why no check. The third is of costs."""
    item, shown_by, *matters = row
    assert item
    if heading == "What each kind of credential costs":
        assert all(matters)
        return
    assert CHECKS.fullmatch(shown_by) if matters else len(shown_by) > 20


# The faults that integrations are known for: the test of tests/web that holds each away, and what one would see.
SYMPTOMS = {
    "test_a_plain_array_in_place_of_a_page_object": "tasks are not displayed despite 200",
    "test_the_tag_filter_takes_tag_objects": "[object Object]",
    "test_paging_never_says_nan_with_priority_null": "NaN in paging",
    "test_paging_never_says_nan_whatever_is_missing": "NaN in paging",
    "test_tags_given_at_creation_are_saved": "tags that were chosen are not saved",
    "test_every_field_of_the_edit_form_is_filled": "the edit form is empty",
    "test_dates_with_and_without_time_zone_show_and_compare_right": "due dates are off by some hours",
    "test_what_is_typed_as_a_local_time_is_stored_as_that_instant": "due dates are off by some hours",
    "test_a_tag_without_colour_is_accepted": "a tag without a colour is refused",
    "test_tag_filter_boxes_keep_their_state_with_numeric_ids": "boxes of the tag filter lose their tick",
}


def test_every_known_fault_of_pages_is_in_troubleshooting() -> None:
    module = ast.parse((ROOT / "tests/web/test_known_faults.py").read_text())
    tests = [node.name for node in module.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    assert sorted(tests) == sorted(SYMPTOMS)
    seen = [row[0] for _, row in rows_of("docs/troubleshooting.md")]
    assert [said for said in SYMPTOMS.values() if sum(said in symptom for symptom in seen) != 1] == []
