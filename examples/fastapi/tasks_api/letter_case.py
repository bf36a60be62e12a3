"""Text compared with letter case ignored, in any language and alike on both databases."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Text, func

DOTLESS_I = "\u0131"  # I is the capital of both


def fold(text: str | None) -> str | None:
    """What SQLite calls `letter_case_folded`; in PostgreSQL, `drawbridge migrate up` makes a function of that name."""
    if text is None or text.isascii():
        return text and text.lower()
    return unicodedata.normalize("NFC", text.casefold()).replace(DOTLESS_I, "i")


def folded(text: Any) -> ColumnElement[str]:
    """Of a column or of a text, in the database."""
    return func.letter_case_folded(text, type_=Text())


def holds(column: Any, part: str) -> ColumnElement[bool]:
    """Whether the part is in the column's text."""
    literal = part.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return folded(column).contains(folded(literal), escape="/")
