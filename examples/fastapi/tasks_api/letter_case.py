"""Text compared with letter case ignored, in any language and alike on both databases."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Text, func, select

DOTLESS_I = "\u0131"  # I is the capital of both
JOINER, LONGEST_RUN = "\u034f", 30


def fold(text: str | None) -> str | None:
    """What SQLite calls `letter_case_folded`; in PostgreSQL, `drawbridge migrate up` makes a function of that name."""
    if text is None or text.isascii():
        return text and text.lower()
    return unicodedata.normalize("NFC", _with_short_runs(text).casefold()).replace(DOTLESS_I, "i")


def _with_short_runs(text: str) -> str:
    """Runs of marks are cut by a joiner that no mark passes (UAX #15, Stream-Safe Text Format). To put one in order
    takes time by the square of its length."""
    cut: list[str] = []
    run = 0
    for character in text:
        marks = 0
        if not (character.isascii() or character.isalnum()):
            marks = sum(unicodedata.combining(part) > 0 for part in unicodedata.normalize("NFD", character))
        run = run + marks if marks else 0
        if run > LONGEST_RUN:
            cut.append(JOINER)
            run = marks
        cut.append(character)
    return "".join(cut)


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
