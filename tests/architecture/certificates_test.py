"""Where systems have the certificates of authorities: the Python package and the portable tarball look in the same places."""

from __future__ import annotations

import ast
from pathlib import Path

from conftest import ROOT

LISTS = (
    (ROOT / "bindings/python/drawbridge/certificates.py", "OTHERS"),
    (ROOT / "scripts/portable_tarball.py", "AUTHORITIES"),
)


def value_in(file: Path, name: str) -> object:
    """Of the constant, without importing what the file needs."""
    for statement in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and [ast.unparse(target) for target in statement.targets] == [name]:
            return ast.literal_eval(statement.value)
    raise AssertionError(f"{file} has no {name}")


def test_both_look_in_the_same_places() -> None:
    of_package, of_tarball = (value_in(file, name) for file, name in LISTS)
    assert of_package == of_tarball
