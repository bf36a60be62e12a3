"""The cases of tests/database/letter_case_test.cpp that concern marks: what one backend takes the other takes."""

import pytest

from tasks_api.letter_case import JOINER, fold, has_too_many_marks_in_a_row

NO_MATTER = 10_000
MOST = {
    "one each": ("\u0323", 30),
    "two each": ("\u0344", 15),
    "four bytes each": ("\U0001d165", 30),
    "a letter where case is folded": ("\u0345", 30),
    "unassigned": ("\u0378", 30),
    "on a letter of marks": ("\u1ec7\u0301", NO_MATTER),
    "on letters": ("e\u0301", NO_MATTER),
    "composed": ("\u1ec7", NO_MATTER),
    "a joiner between": ("\u0323\u034f", NO_MATTER),
    "of class 0": ("\u0903", NO_MATTER),
    "ideographs": ("木", NO_MATTER),
}


@pytest.mark.parametrize("name", MOST)
def test_marks_in_a_row_are_counted_as_they_decompose(name: str) -> None:
    unit, most = MOST[name]
    text = "a" + unit * min(most, 100)
    assert not has_too_many_marks_in_a_row(text)
    assert has_too_many_marks_in_a_row(text + unit + " and more") == (most != NO_MATTER)
    assert fold(text + unit).count(JOINER) - (text + unit).count(JOINER) == (most != NO_MATTER)


def test_a_letter_with_marks_of_its_own_begins_a_run() -> None:
    assert has_too_many_marks_in_a_row("\u1ec7" + "\u0323" * 29)
    assert not has_too_many_marks_in_a_row("\u1ec7" + "\u0323" * 28)
