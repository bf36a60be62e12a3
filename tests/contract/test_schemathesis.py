"""Requests that schemathesis derives from the contract: the server answers nothing that the contract does not say."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backend import Backend
from better_auth import Person
from contract_document import CONTRACT
from process import LONG
from schemathesis_run import FIXED_SEED, run_schemathesis, seconds_to_run

FIXED_SIZE = 100 if LONG else 15  # drawn requests for each operation and phase
LONGEST = 600  # seconds that the run of the fixed size may take, on a busy machine too
FEWEST = 2_000 if LONG else 1_000  # requests, so that a run that tests next to nothing is no success


def make_things(backend: Backend, owner: Person) -> None:
    """Enough tasks and tags for those phases that delete some before they change others."""
    token = owner.token()
    for number in range(20):
        backend.make_task(owner.uuid, token, f"task {number}")
        answer = backend.call("POST", f"/api/v1/{owner.uuid}/tags", token, json={"name": f"tag {number}"})
        assert answer.status_code == 201, answer.text


def test_the_server_answers_as_the_contract_says(
    backend: Backend, people: dict[str, Person], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    make_things(backend, people["owner"])
    seconds, began = seconds_to_run(), time.monotonic()
    seed = secrets.randbelow(2**32) if seconds else FIXED_SEED
    size = ("--max-time", str(seconds)) if seconds else ("--max-examples", str(FIXED_SIZE))
    timeout = seconds + 60 if seconds else LONGEST
    run = run_schemathesis(backend, people, CONTRACT, tmp_path, "--seed", str(seed), *size, timeout=timeout)
    took = time.monotonic() - began
    record_property("cases", f"schemathesis: {run.cases} requests in {took:.0f} s, seed {seed}")
    if run.status != 0 or run.cases < (1 if seconds else FEWEST):
        pytest.fail(run.output, pytrace=False)
