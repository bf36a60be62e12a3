"""What a page in a browser needs to call the API, and what a page of another origin does not get."""

import httpx
import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from cases import cases

HEADERS = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization, content-type"}


def listed(value: str) -> set[str]:
    return {part.strip().lower() for part in value.split(",")}


METHODS = {
    "/tasks": {"get", "head", "post"},
    "/tasks/00000000-0000-4000-8000-000000000000": {"get", "head", "put", "patch", "delete"},
    "/tasks/00000000-0000-4000-8000-000000000000/complete": {"patch"},
    "/tags": {"get", "head", "post"},
    "/tags/1": {"get", "head", "patch", "delete"},
}
PATHS = cases(METHODS, "/tasks", "/tags/1")


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_from_better_auths_origin_is_granted(
    issuer: BetterAuth, backend: Backend, alice: Person, path: str
) -> None:
    answer = backend.call("OPTIONS", f"/api/v1/{alice.uuid}{path}", headers={"Origin": issuer.url} | HEADERS)
    assert answer.is_success, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == issuer.url
    assert listed(answer.headers["Access-Control-Allow-Methods"]) >= METHODS[path]
    assert listed(answer.headers["Access-Control-Allow-Headers"]) >= {"authorization", "content-type"}
    assert "origin" in listed(answer.headers["Vary"])
    assert "Access-Control-Allow-Credentials" not in answer.headers


ANSWERS = {"good": 200, "refused": 401, "another-user": 403, "nowhere": 404}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_page_may_read_every_answer(issuer: BetterAuth, backend: Backend, alice: Person, name: str) -> None:
    path = {
        "another-user": "/api/v1/00000000-0000-4000-8000-000000000000/tasks",
        "nowhere": "/nowhere",
    }.get(name, f"/api/v1/{alice.uuid}/tasks")
    token = None if name == "refused" else alice.token()
    answer: httpx.Response = backend.call("GET", path, token, headers={"Origin": issuer.url})
    assert answer.status_code == ANSWERS[name], answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == issuer.url
    assert listed(answer.headers["Access-Control-Expose-Headers"]) == {
        "x-request-id",
        "retry-after",
        "www-authenticate",
        "location",
    }
    assert "origin" in listed(answer.headers["Vary"])


ORIGINS = {
    "stranger": "https://evil.example.com",
    "null": "null",
    "other-port": "http://127.0.0.1:1",
    "localhost": "http://localhost:{port}",
    "https": "https://127.0.0.1:{port}",
    "longer": "{url}.evil.example.com",
}
OTHERS = cases(ORIGINS, "stranger", "null", "longer")


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_another_origin_gets_no_permission(
    issuer: BetterAuth, backend: Backend, alice: Person, method: str, name: str
) -> None:
    origin = ORIGINS[name].format(port=issuer.port, url=issuer.url)
    headers = {"Origin": origin} | (HEADERS if method == "OPTIONS" else {})
    answer = backend.call(method, f"/api/v1/{alice.uuid}/tasks", alice.token(), headers=headers)
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "origin" in listed(answer.headers["Vary"])
