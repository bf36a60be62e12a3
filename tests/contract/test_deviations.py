"""A server that does not answer as the contract says is found: by a contract that is made false."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend import Backend
from better_auth import Person
from contract_document import ContractDocument
from schemathesis_run import FIXED_SEED, run_schemathesis


def without_a_status(document: dict[str, Any]) -> None:
    del document["paths"]["/api/v1/{user_id}/tags"]["post"]["responses"]["415"]


def without_a_code(document: dict[str, Any]) -> None:
    problem = document["components"]["responses"]["ForbiddenToWrite"]["content"]["application/problem+json"]
    problem["schema"]["properties"]["code"]["enum"].remove("user_mismatch")


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


def with_a_credential(document: dict[str, Any]) -> None:
    document["paths"]["/healthz"]["get"]["security"] = document["security"]


# The contract made false, an operation where that shows, and the failure that says so. What is found in one document
# hides nothing else in it.
Deviation = tuple[Callable[[dict[str, Any]], None], str, str]
DEVIATIONS: list[list[Deviation]] = [
    [
        (without_a_status, "createTag", "Undocumented status code"),
        (without_a_code, "createTag", "Response violates schema"),
        (with_another_header, "getTag", "Missing required response headers"),
        (with_longer_names, "createTag", "Schema-valid request rejected"),
        (without_a_method, "setHealth", "Wrong response to undeclared method"),
    ],
    [
        (without_a_member, "getMe", "Response violates schema"),
        (with_shorter_names, "createTag", "Schema-violating request accepted"),
        (with_a_credential, "getHealth", "API accepts requests without authentication"),
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
    run = run_schemathesis(backend, people, contract, tmp_path, *options, timeout=300)
    assert run.status == 1, run.output
    assert [failure for _, _, failure in deviations if failure not in run.output] == []
