"""The cases of tests/database/letter_case_test.cpp that concern marks: what one backend takes the other takes."""

import random
import sys
import time
import unicodedata
from collections.abc import Callable

import pytest

from tasks_api import letter_case
from tasks_api.letter_case import JOINER, LONGEST_RUN, fold, has_too_many_marks_in_a_row

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


def test_what_is_a_mark_alone_is_no_letter_or_digit_and_is_few() -> None:
    """All of Unicode, which the quick look at a text relies on."""
    for character in map(chr, range(0x80, sys.maxunicode + 1)):
        changed = unicodedata.normalize("NFD", character) != character
        if changed or unicodedata.combining(character) or not character.isprintable():
            marks, alone = letter_case._marks.__wrapped__(character)
            assert marks <= (2 if alone else 3)
            assert not (alone and character.isalnum())


def test_runs_are_found_wherever_they_begin() -> None:
    pieces = [
        "a",
        "\u1ec7",
        "\u1f82",
        *["\u0323"] * 20,
        *["\u0344"] * 20,
        "\u0345",
        "\u0f73",
        "\u0378",
        "\U0001d15e",
        "한",
    ]
    chance = random.Random(1)
    seen = set()
    for _ in range(2_000):
        text = "".join(chance.choices(pieces, k=60))
        run = longest = 0
        for character in text:
            marks, alone = letter_case._marks(character)
            run = run + marks if alone else marks
            longest = max(longest, run)
        assert has_too_many_marks_in_a_row(text) == (longest > LONGEST_RUN), ascii(text)
        seen.add(longest > LONGEST_RUN)
    assert seen == {False, True}


DISTINCT = {
    "syllables": "".join(map(chr, range(0xAC00, 0xAC00 + 10_000))),
    "symbols": "".join(c for c in map(chr, range(0x80, 0x20000)) if unicodedata.category(c)[0] == "S"),
    "letters and symbols": "".join(chr(0x4E00 + n) + "\u00a7" for n in range(5_000)),
}


@pytest.mark.parametrize("function", [has_too_many_marks_in_a_row, fold])
@pytest.mark.parametrize("name", DISTINCT)
def test_texts_of_many_characters_cost_less_than_each_character_by_itself(
    name: str, function: Callable[[str], object]
) -> None:
    text = DISTINCT[name]

    def one_by_one(text: str) -> None:
        for character in text:
            letter_case._marks.__wrapped__(character)

    assert seconds(function, text) / seconds(one_by_one, text) < 1 / 2


def seconds(function: Callable[[str], object], text: str) -> float:
    """The least of three, of the processor: others may keep it busy."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        function(text)
        times.append(time.thread_time() - began)
    return min(times)
