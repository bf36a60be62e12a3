"""Text compared with letter case ignored, in any language and alike on both databases."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Text, func, select

DOTLESS_I = "\u0131"  # I is the capital of both
JOINER, LONGEST_RUN = "\u034f", 30
# What every longer run has in it: a letter has 3 marks at most. A sign that is marks alone has 2 and is not a letter.
FEWEST = 14
SUSPECT = re.compile(rf"[^\w\x00-\x7f]{{{FEWEST}}}")
OF_MARKS_ALONE = "\u0f73\u0f75\u0f81"  # of class 0, and of two marks each
MARK = bytes([True])


def fold(text: str | None) -> str | None:
    """What SQLite calls `letter_case_folded`; in PostgreSQL, `drawbridge migrate up` makes a function of that name."""
    if text is None or text.isascii():
        return text and text.lower()
    return unicodedata.normalize("NFC", _with_short_runs(text).casefold()).replace(DOTLESS_I, "i")


def has_too_many_marks_in_a_row(text: str) -> bool:
    """PostgreSQL puts such a run in order by the square of its length, and is not interrupted meanwhile."""
    if not SUSPECT.search(text):
        return False
    # First as it is: to decompose a long run would put it in order, by the square of its length here too.
    marks, too_many = _where_marks_are(text), MARK * (LONGEST_RUN + 1)
    if MARK * FEWEST not in marks or too_many in marks:
        return too_many in marks
    return too_many in _where_marks_are(unicodedata.normalize("NFD", text))


def _where_marks_are(text: str) -> bytes:
    """What this Python has no meaning for may be a mark to a database whose Unicode is newer."""
    return bytes(unicodedata.combining(c) > 0 or unicodedata.category(c) == "Cn" or c in OF_MARKS_ALONE for c in text)


def _with_short_runs(text: str) -> str:
    """Runs of marks are cut by a joiner that no mark passes (UAX #15, Stream-Safe Text Format)."""
    if not has_too_many_marks_in_a_row(text):
        return text
    cut: list[str] = []
    run = 0
    for character in text:
        marks, alone = _marks(character)
        run = run + marks if alone else marks
        if run > LONGEST_RUN:
            cut.append(JOINER)
            run = marks
        cut.append(character)
    return "".join(cut)


@lru_cache(4096)
def _marks(character: str) -> tuple[int, bool]:
    """How many there are in it, and whether it is nothing else."""
    parts = unicodedata.normalize("NFD", character)
    marks = sum(_where_marks_are(parts))
    return marks, marks == len(parts)


def folded(text: Any) -> ColumnElement[str]:
    """Of a column or of a text, in the database."""
    return func.letter_case_folded(text, type_=Text())


def stored(folded_column: Any, column: Any) -> ColumnElement[str]:
    """What is stored beside a column; folded now where another program wrote the row."""
    return func.coalesce(folded_column, folded(column), type_=Text())


def position(*, of: str, among: Any, on_sqlite: bool) -> ColumnElement[int]:
    """0 where the part is not in the text, which is folded. Unlike LIKE this compares bytes, not characters."""
    part = select(folded(of)).scalar_subquery()
    return func.instr(among, part) if on_sqlite else func.strpos(among, part)
