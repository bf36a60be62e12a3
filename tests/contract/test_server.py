"""The server against the contract, route by route and example by example."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from backend import Backend
from better_auth import BetterAuth
from contract import assert_refused
from contract_document import ContractDocument, Operation

DOCUMENT = ContractDocument.read()
OPERATIONS = {operation.id: operation for operation in DOCUMENT.operations()}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS", "TRACE", "QUERY", "PURGE", "DELETE")  # DELETE is the last


class NewUser:
    """Someone with a task and two tags: what the paths and the examples of the contract name."""

    def __init__(self, backend: Backend, issuer: BetterAuth) -> None:
        self.backend = backend
        person = issuer.sign_up("new")
        self.token = person.token()
        home = f"/api/v1/{person.uuid}"
        self.tags = [self._make(f"{home}/tags", {"name": name}) for name in ("first", "second")]
        self.ids = {
            "user_id": person.uuid,
            "task_id": self._make(f"{home}/tasks", {"title": "a task"}),
            "tag_id": self.tags[0],
        }

    def _make(self, path: str, body: dict[str, Any]) -> Any:
        answer = self.backend.call("POST", path, self.token, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.backend.call(method, path.format_map(self.ids), self.token, **more)

    def with_own_tags(self, value: Any) -> Any:
        """An example with this user's tags in place of tag 1 and tag 2."""
        if isinstance(value, dict) and "tag_ids" in value:
            return value | {"tag_ids": [self.tags[tag - 1] for tag in value["tag_ids"]]}
        return value


@pytest.fixture
def user(backend: Backend, issuer: BetterAuth) -> NewUser:
    return NewUser(backend, issuer)


def test_the_server_gives_the_contract(backend: Backend) -> None:
    answer = backend.call("GET", "/openapi.json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json() == DOCUMENT.document


@pytest.mark.parametrize("path", DOCUMENT.document["paths"])
def test_a_path_has_the_methods_of_the_contract_and_no_others(user: NewUser, path: str) -> None:
    listed = DOCUMENT.methods(path)
    for method in METHODS:
        answer = user.call(method, path)
        if method in listed:
            assert answer.status_code in (200, 204, 415), f"{method} {path}: {answer.status_code} {answer.text}"
        else:
            assert answer.status_code == 405, f"{method} {path}: {answer.status_code} {answer.text}"
            assert method == "HEAD" or answer.json()["code"] == "method_not_allowed"
            assert sorted(answer.headers["Allow"].split(", ")) == sorted(listed)


@pytest.mark.parametrize("path", DOCUMENT.document["paths"])
def test_a_slash_at_the_end_makes_another_path(user: NewUser, path: str) -> None:
    assert_refused(user.call("GET", f"{path}/"), "not_found")


def requests() -> list[Any]:
    """Each operation with each of its examples, or without a body where it takes none."""
    found = []
    for operation in OPERATIONS.values():
        content = DOCUMENT.request_content(operation)
        for name, value in DOCUMENT.examples(content).items() if content else [("no body", None)]:
            found.append(pytest.param(operation, value, id=f"{operation.id} {name}"))
    return found


def assert_as_documented(operation: Operation, answer: httpx.Response) -> None:
    """The status of success, with the headers and the body that the contract describes for it."""
    assert str(answer.status_code) == operation.success, answer.text
    documented = DOCUMENT.resolved(operation.node["responses"][operation.success])
    for name, header in documented["headers"].items():
        assert DOCUMENT.faults(DOCUMENT.resolved(header)["schema"], answer.headers.get(name)) == [], name
    content = documented.get("content")
    if content is None:
        assert answer.content == b""
    else:
        media_type = answer.headers["Content-Type"].partition(";")[0]
        body = answer.json() if media_type == "application/json" else answer.text
        assert DOCUMENT.faults(content[media_type]["schema"], body) == []


@pytest.mark.parametrize(("operation", "body"), requests())
def test_example_requests_are_taken(user: NewUser, operation: Operation, body: Any) -> None:
    body = user.with_own_tags(body)
    answer = user.call(operation.method, operation.path, **({} if body is None else {"json": body}))
    assert_as_documented(operation, answer)


QUERIES = [
    pytest.param(operation, parameter["name"], parameter["example"], id=f"{operation.id} {parameter['name']}")
    for operation in OPERATIONS.values()
    for parameter in operation.parameters
    if parameter["in"] == "query"
]


@pytest.mark.parametrize(("operation", "name", "example"), QUERIES)
def test_example_parameters_are_taken(user: NewUser, operation: Operation, name: str, example: Any) -> None:
    assert_as_documented(operation, user.call(operation.method, operation.path, params={name: example}))


def test_example_parameters_are_taken_together(user: NewUser) -> None:
    listing = OPERATIONS["listTasks"]
    query = {parameter["name"]: parameter["example"] for parameter in listing.parameters if parameter["in"] == "query"}
    assert len(query) == 10
    assert_as_documented(listing, user.call("GET", listing.path, params=query))


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.id)
def test_a_parameter_that_is_not_listed_is_refused_where_the_contract_has_422(
    user: NewUser, operation: Operation
) -> None:
    content = DOCUMENT.request_content(operation)
    body = user.with_own_tags(next(iter(DOCUMENT.examples(content).values()))) if content else None
    more = {} if body is None else {"json": body}
    answer = user.call(operation.method, f"{operation.path}?utm_source=x", **more)
    if "422" in operation.node["responses"]:
        assert_refused(answer, "validation_failed")
        assert [error["pointer"] for error in answer.json()["errors"]] == ["?utm_source"]
    else:
        assert_as_documented(operation, answer)
