"""Turns what was measured into docs/benchmarks.md and its plots. What was measured is kept beside them, so that a
part can be measured again alone, and the report be written again without measuring."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import document
from aims import Aim, aims_table
from environment import environment_table

Results = Mapping[str, Mapping[str, Any]]


def read_results(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text()) if file.exists() else {}


def write_results(file: Path, results: Results) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = (f"{json.dumps(part)}: {json.dumps(result, ensure_ascii=False)}" for part, result in results.items())
    file.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def all_aims(results: Results) -> list[Aim]:
    return [aim for part, result in results.items() for aim in import_module(f"report_{part}").aims(result["measured"])]


def write_report(template: Path, target: Path, results: Results) -> None:
    """`target` may be the template itself; the plots go into the folder of its name without the suffix."""
    blocks = {"aims": aims_table(all_aims(results)), "environment": environment_table(results)}
    for part, result in results.items():
        writer = import_module(f"report_{part}")
        blocks[part] = writer.block(result["measured"])
        writer.plot(result["measured"], target.with_suffix(""))
    document.write(target, template, blocks)
