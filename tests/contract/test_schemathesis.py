"""Requests that schemathesis derives from the contract: the server answers nothing that the contract does not say."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend import Backend
from better_auth import BetterAuth, Person
from contract_document import CONTRACT, ContractDocument
from process import LONG
from schemathesis_run import run_schemathesis, seconds_to_run

FIXED_SEED = 20_261_123
FIXED_SIZE = 100 if LONG else 15  # drawn requests for each operation and phase
LONGEST = 170  # seconds that the run of the fixed size may take
FEWEST = 2_000 if LONG else 1_000  # requests, so that a run that tests next to nothing is no success


@pytest.fixture
def people(issuer: BetterAuth) -> dict[str, Person]:
    return {name: issuer.sign_up(name) for name in ("owner", "stranger")}


def make_things(backend: Backend, owner: Person) -> None:
    """Enough tasks and tags for those phases that delete some before they change others."""
    token = owner.token()
    for number in range(20):
        backend.make_task(owner.uuid, token, f"task {number}")
        answer = backend.call("POST", f"/api/v1/{owner.uuid}/tags", token, json={"name": f"tag {number}"})
        assert answer.status_code == 201, answer.text


def test_the_server_answers_as_the_contract_says(
    backend: Backend, people: dict[str, Person], tmp_path: Path, report_cases: list[str]
) -> None:
    make_things(backend, people["owner"])
    seconds, began = seconds_to_run(), time.monotonic()
    seed = secrets.randbelow(2**32) if seconds else FIXED_SEED
    size = ("--max-time", str(seconds)) if seconds else ("--max-examples", str(FIXED_SIZE))
    timeout = seconds + 60 if seconds else LONGEST
    run = run_schemathesis(backend, people, CONTRACT, tmp_path, "--seed", str(seed), *size, timeout=timeout)
    report_cases.append(f"schemathesis: {run.cases} requests in {time.monotonic() - began:.0f} s, seed {seed}")
    if run.status != 0 or run.cases < (1 if seconds else FEWEST):
        pytest.fail(run.output, pytrace=False)


# ---- the run finds what is wrong ---------------------------------------------------------------------


def without_a_status(document: dict[str, Any]) -> None:
    del document["paths"]["/api/v1/{user_id}/tags"]["post"]["responses"]["415"]


def without_a_code(document: dict[str, Any]) -> None:
    problem = document["components"]["responses"]["Unauthorized"]["content"]["application/problem+json"]
    problem["schema"]["properties"]["code"]["enum"].remove("token_missing")


def without_a_member(document: dict[str, Any]) -> None:
    identity = document["components"]["schemas"]["Identity"]
    del identity["properties"]["roles"]
    identity["required"].remove("roles")


def with_another_header(document: dict[str, Any]) -> None:
    headers = document["components"]["responses"]["NotFound"]["headers"]
    headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}


def with_longer_names(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["TagNameIn"]["maxLength"] += 1


def with_shorter_names(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["TagNameIn"]["maxLength"] -= 1


def without_a_method(document: dict[str, Any]) -> None:
    del document["paths"]["/healthz"]["get"]
    document["paths"]["/healthz"]["put"] = document["paths"]["/readyz"]["get"] | {"operationId": "setHealth"}


def with_a_token(document: dict[str, Any]) -> None:
    document["paths"]["/healthz"]["get"]["security"] = [{"bearerAuth": []}]


# The contract made false, an operation where that shows, and the failure that says so. What is found in one document
# hides nothing else in it.
Deviation = tuple[Callable[[dict[str, Any]], None], str, str]
DEVIATIONS: list[list[Deviation]] = [
    [
        (without_a_status, "createTag", "Undocumented status code"),
        (without_a_code, "getMe", "Response violates schema"),
        (with_another_header, "getTag", "Missing required response headers"),
        (with_longer_names, "createTag", "Schema-valid request rejected"),
        (without_a_method, "setHealth", "Wrong response to undeclared method"),
    ],
    [
        (without_a_member, "getMe", "Response violates schema"),
        (with_shorter_names, "createTag", "Schema-violating request accepted"),
        (with_a_token, "getHealth", "API accepts requests without authentication"),
    ],
]


@pytest.mark.parametrize("deviations", DEVIATIONS, ids=["some", "others"])
def test_deviations_are_found(
    backend: Backend, people: dict[str, Person], tmp_path: Path, deviations: list[Deviation]
) -> None:
    document = ContractDocument.read().document
    for falsify, _, _ in deviations:
        falsify(document)
    contract = tmp_path / "openapi.yaml"
    contract.write_text(yaml.safe_dump(document), encoding="utf-8")
    options = ["--phases", "coverage", "--seed", str(FIXED_SEED)]
    for operation in sorted({operation for _, operation, _ in deviations}):
        options += ["--include-operation-id", operation]
    run = run_schemathesis(backend, people, contract, tmp_path, *options, timeout=60)
    assert run.status == 1, run.output
    assert [failure for _, _, failure in deviations if failure not in run.output] == []
