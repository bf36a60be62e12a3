"""The page on an ORM as it is on SQLite: its files, with what the section "On SQLite" says of them."""

from __future__ import annotations

import re

from database import SqliteDatabase
from pages import blocks_of, section_of, write_files
from site_of_project import Site

SECTION = "On SQLite"


def write_files_on_sqlite(document: str, site: Site) -> None:
    """And its database is the file that the section names."""
    site.database = SqliteDatabase(site.folder / "app.db")
    write_files(document, site.folder)
    write_files(document, site.folder, SECTION)
    for name, changes in {"docs/drizzle.md": drizzle, "docs/prisma.md": prisma}[document]().items():
        file = site.folder / name
        text = file.read_text()
        for before, after in changes.items():
            text, count = re.subn(before, lambda _, after=after: after, text)
            assert count > 0, before
        file.write_text(text)


def column_of(document: str) -> str:
    """That which the section gives first: in a new project."""
    return re.findall(r"`(uuid[ :].+?)`", section_of(document, SECTION))[0]


def drizzle() -> dict[str, dict[str, str]]:
    (first_lines, *_) = blocks_of("docs/drizzle.md", SECTION, "ts")
    return {
        "auth-schema.ts": {
            r"(?<=ts\n)import .*\n": first_lines,
            "pgTable": "sqliteTable",
            r'uuid: uuid\("uuid"\)[^,\n]*': column_of("docs/drizzle.md"),
        },
        "models.py": {'"timestamp"': '"timestamp_ms"'},
    }


def prisma() -> dict[str, dict[str, str]]:
    return {
        "prisma/schema.prisma": {
            '"postgresql"': '"sqlite"',
            r"uuid +String +@unique.*": column_of("docs/prisma.md"),
        }
    }
