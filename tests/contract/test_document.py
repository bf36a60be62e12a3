"""The contract as a document: valid, closed, with good examples, and with the codes that each operation can give."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from contract_document import ContractDocument, Operation

DOCUMENT = ContractDocument.read()
OPERATIONS = {operation.id: operation for operation in DOCUMENT.operations()}
SCHEMAS = DOCUMENT.document["components"]["schemas"]

TOKEN_CODES = {
    "token_missing",
    "token_malformed",
    "token_too_large",
    "token_type_not_allowed",
    "algorithm_not_allowed",
    "key_id_missing",
    "key_unknown",
    "key_unusable",
    "signature_invalid",
    "claim_missing",
    "claim_invalid",
    "token_expired",
    "token_not_yet_valid",
    "token_revoked",
    "issuer_mismatch",
    "audience_mismatch",
}
OTHER_CREDENTIALS_CODES = {"credential_malformed", "session_unknown", "api_key_unknown", "session_unavailable"}


def contents() -> dict[str, dict[str, Any]]:
    """name -> schema and examples, of every request and every response."""
    found = {}
    for operation in OPERATIONS.values():
        if (request := DOCUMENT.request_content(operation)) is not None:
            found[f"{operation.id} request"] = request
        for status, response in DOCUMENT.responses(operation):
            for content in response.get("content", {}).values():
                found[f"{operation.id} {status}"] = content
    return found


CONTENTS = contents()


def test_it_is_valid_openapi_3_1() -> None:
    assert DOCUMENT.document["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT.document).iter_errors()] == []


@pytest.mark.parametrize("name", CONTENTS)
def test_examples_fit_their_schemas(name: str) -> None:
    content = CONTENTS[name]
    assert content["examples"]
    faults = {key: DOCUMENT.faults(content["schema"], value) for key, value in DOCUMENT.examples(content).items()}
    assert faults == dict.fromkeys(faults, [])


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.id)
def test_parameters_have_examples_that_fit(operation: Operation) -> None:
    for parameter in operation.parameters:
        assert DOCUMENT.faults(parameter["schema"], parameter["example"]) == [], parameter["name"]


def refused(schema: str, value: object) -> bool:
    return DOCUMENT.faults({"$ref": f"#/components/schemas/{schema}"}, value) != []


# Problem is closed by each response that uses it; the document of OpenAPI is described by others.
LEFT_OPEN = ("Problem", "OpenapiDocument")


@pytest.mark.parametrize("schema", [name for name, s in SCHEMAS.items() if "properties" in s and name not in LEFT_OPEN])
def test_objects_are_closed(schema: str) -> None:
    assert SCHEMAS[schema]["additionalProperties"] is False


TIMES_TAKEN = [
    "2026-11-23T10:00:00Z",
    "2026-11-23t10:00:00.123456z",
    "2026-11-23T10:00",
    "2026-11-23T10:00+05:45",
    "2026-11-23T10:00:59-23:59",
]
TIMES_REFUSED = [
    "2026-11-23",
    "2026-11-23 10:00",
    "2026-11-23T10",
    "2026-11-23T24:00",
    "2026-11-23T10:60",
    "2026-11-23T10:00:60Z",
    "2026-11-23T10:00:00.Z",
    "2026-11-23T10:00+24:00",
    "2026-13-23T10:00",
    "2026-11-32T10:00",
    "26-11-23T10:00",
    "2026-11-23T10:00 ",
    "",
]


@pytest.mark.parametrize("text", TIMES_TAKEN)
def test_times_taken(text: str) -> None:
    assert not refused("TimeIn", text)


@pytest.mark.parametrize("text", TIMES_REFUSED)
def test_times_refused(text: str) -> None:
    assert refused("TimeIn", text)


WHITE_SPACE = "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a" + (
    "\u2028\u2029\u202f\u205f\u3000"
)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("a", True),
        (" a ", True),
        ("\n牛乳", True),
        ("\ufeff", True),  # was a space once, is not White_Space
        ("\u200b", True),
        ("x" * 255, True),
        ("x" * 256, False),
        ("", False),
        (WHITE_SPACE, False),
        ("a\0", False),
        ("\0a", False),
        ("\0", False),
    ],
)
def test_titles(text: str, taken: bool) -> None:
    assert refused("TitleIn", text) is not taken


# ---- codes -----------------------------------------------------------------------------------------------


def expected_codes(operation: Operation) -> set[str]:
    """The rules behind the lists: what an operation can meet."""
    codes = {"request_malformed", "body_too_large", "headers_too_large", "internal_error"}
    if operation.id not in ("getHealth", "getReadiness"):
        codes |= {"validation_failed"}
    if operation.node.get("security") != []:
        codes |= TOKEN_CODES | OTHER_CREDENTIALS_CODES | {"keys_unavailable", "revocations_unavailable", "rate_limited"}
    if "{user_id}" in operation.path:
        codes |= {"user_mismatch", "not_found", "store_unavailable", "statement_timeout"}
        codes |= {"user_unknown", "origin_not_allowed"} if operation.method != "GET" else set()
    if "requestBody" in operation.node:
        codes |= {"body_malformed", "media_type_unsupported"}
    if operation.id in ("createTag", "updateTag"):
        codes |= {"conflict"}
    if operation.id in ("createTask", "createTag", "replaceTask", "updateTask"):
        codes |= {"quota_exceeded"}
    return codes


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.id)
def test_an_operation_lists_exactly_what_it_can_answer(operation: Operation) -> None:
    assert {code for code, _ in DOCUMENT.codes(operation)} == expected_codes(operation)


PROBLEMS = {
    name: response["content"]["application/problem+json"]
    for name, response in DOCUMENT.document["components"]["responses"].items()
    if "application/problem+json" in response.get("content", {})
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_says_the_same_in_type_and_code(name: str) -> None:
    members = PROBLEMS[name]["schema"]["properties"]
    codes = members["code"]["enum"]
    types = members["type"].get("enum") or [members["type"]["const"]]
    assert types == [f"urn:drawbridge:error:{code}" for code in codes]
    examples = DOCUMENT.examples(PROBLEMS[name]).values()
    assert {example["code"] for example in examples} == set(codes)
    assert [example["type"] for example in examples] == [f"urn:drawbridge:error:{e['code']}" for e in examples]


HEADERS = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_is_closed(name: str) -> None:
    assert PROBLEMS[name]["schema"]["unevaluatedProperties"] is False
    example = next(iter(DOCUMENT.examples(PROBLEMS[name]).values()))
    assert DOCUMENT.faults(PROBLEMS[name]["schema"], example | {"hint": "unknown"}) != []


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_lists_its_headers(name: str) -> None:
    response = DOCUMENT.document["components"]["responses"][name]
    status = PROBLEMS[name]["schema"]["properties"]["status"]["const"]
    assert set(response["headers"]) == {"X-Request-Id"} | ({HEADERS[status]} if status in HEADERS else set())
