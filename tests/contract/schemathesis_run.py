"""Starts schemathesis against a backend, as schemathesis.toml has it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from backend import Backend
from better_auth import Person
from process import PASSED_ON

HERE = Path(__file__).resolve().parent

FIXED_SEED = 20_261_123


@dataclass(frozen=True)
class Run:
    status: int | None  # None: it did not end in time
    output: str

    @property
    def cases(self) -> int:
        found = re.search(r"^Test cases:\n\s+(\d+) generated", self.output, re.MULTILINE)
        return int(found[1]) if found else 0


def seconds_to_run() -> int | None:
    """How long to search; None for the run of a fixed size."""
    text = os.environ.get("DRAWBRIDGE_CONTRACT_SECONDS")
    return int(text) if text else None


def token_seconds() -> int:
    """How long a token must last: schemathesis holds one for the whole run."""
    return 15 * 60 + (seconds_to_run() or 0)


def run_schemathesis(
    backend: Backend, people: dict[str, Person], contract: Path, folder: Path, *options: str, timeout: float
) -> Run:
    """`people` are `owner`, for whom requests are made, and `stranger`, who must not see what is the owner's."""
    write_tokens(folder / "people.json", people)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml", "--no-color"]
    command += ["run", contract, "--url", backend.url, *options]
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    env |= {"PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1", "CONTRACT_OWNER": people["owner"].uuid}
    log = folder / "schemathesis.log"
    with log.open("wb") as output:
        try:
            status = subprocess.run(
                [str(part) for part in command],
                cwd=folder,  # people.json is looked for here
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=timeout,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            status = None
    return Run(status, log.read_text(encoding="utf-8", errors="replace"))


def write_tokens(file: Path, people: dict[str, Person]) -> None:
    entries = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {person.token()}"}]}
        for name, person in people.items()
    ]
    file.write_text(json.dumps({"auth": entries}), encoding="utf-8")
