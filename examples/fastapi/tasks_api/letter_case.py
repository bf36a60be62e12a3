"""Text compared with letter case ignored, in any language and alike on both databases."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Text, func, select

DOTLESS_I = "\u0131"  # I is the capital of both


def fold(text: str | None) -> str | None:
    """What SQLite calls `letter_case_folded`; in PostgreSQL, `drawbridge migrate up` makes a function of that name."""
    if text is None or text.isascii():
        return text and text.lower()
    return unicodedata.normalize("NFC", text.casefold()).replace(DOTLESS_I, "i")


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
