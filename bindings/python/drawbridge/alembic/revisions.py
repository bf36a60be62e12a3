"""Which tables the revisions of a project have made, as their files say it. None of them is run for that."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from alembic.script import ScriptDirectory

TableKey = tuple[str | None, str]
"""The schema as the revision names it, and the table's name."""


@lru_cache(maxsize=1)
def tables_made_by(script: ScriptDirectory) -> frozenset[TableKey]:
    """Those that ``op.create_table`` makes in an ``upgrade``, less those that a later one drops or renames. What cannot
    be read here is nobody's to drop: a name that is not a literal makes no table. Where such a name, or SQL of one's
    own, drops or renames one, it may have been any of those before it."""
    made: set[TableKey] = set()
    for revision in reversed(list(script.walk_revisions())):
        for call in calls_of_upgrades(Path(revision.path)):
            follow(call, made)
    return frozenset(made)


def calls_of_upgrades(file: Path) -> Iterator[ast.Call]:
    """In the order of the file. A downgrade makes again what was dropped: it says nothing of who made it first."""
    if file.suffix != ".py":
        return  # compiled, without its source
    for node in ast.parse(file.read_bytes()).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("downgrade"):
            continue
        calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
        yield from sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def follow(call: ast.Call, made: set[TableKey]) -> None:
    """Does to ``made`` what the call does to the database."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    schema, has_known_schema = text_of(call, "schema")
    if called == "create_table" and has_known_schema:
        add(made, schema, text_of(call, "table_name", 0))
    elif called == "drop_table":
        name, _ = text_of(call, "table_name", 0)
        made.discard((schema, name)) if name and has_known_schema else made.clear()
    elif called == "rename_table":
        old, _ = text_of(call, "old_table_name", 0)
        if not old or not has_known_schema:
            made.clear()
        elif (schema, old) in made:
            made.discard((schema, old))
            add(made, schema, text_of(call, "new_table_name", 1))
    elif called in ("execute", "exec_driver_sql"):
        sql = call.args[0] if call.args else None
        texts = [node.value for node in ast.walk(sql) if isinstance(node, ast.Constant)] if sql is not None else []
        words = {word.upper() for text in texts if isinstance(text, str) for word in text.split()}
        if not texts or words & {"DROP", "RENAME"}:
            made.clear()


def add(made: set[TableKey], schema: str | None, name: tuple[str | None, bool]) -> None:
    if name[0]:
        made.add((schema, name[0]))


def text_of(call: ast.Call, name: str, position: int | None = None) -> tuple[str | None, bool]:
    """An argument's value, and whether it is known: a literal text, None, or not given at all."""
    given = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    if given is None and position is not None and len(call.args) > position:
        given = call.args[position]
    if given is None:
        return None, True
    if isinstance(given, ast.Constant) and (given.value is None or isinstance(given.value, str)):
        return given.value, True
    return None, False
