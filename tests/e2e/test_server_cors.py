"""The C++ server's answers to a preflight say no more than they must."""

import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from test_bridge_cors import HEADERS, ORIGINS, OTHERS, PATHS


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_is_answered_without_a_body(issuer: BetterAuth, backend: Backend, alice: Person, path: str) -> None:
    answer = backend.call("OPTIONS", f"/api/v1/{alice.uuid}{path}", headers={"Origin": issuer.url} | HEADERS)
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_another_origin_is_told_nothing(
    issuer: BetterAuth, backend: Backend, alice: Person, method: str, name: str
) -> None:
    """Neither the methods nor the headers that a page of Better Auth's origin may send."""
    origin = ORIGINS[name].format(port=issuer.port, url=issuer.url)
    headers = {"Origin": origin} | (HEADERS if method == "OPTIONS" else {})
    answer = backend.call(method, f"/api/v1/{alice.uuid}/tasks", alice.token(), headers=headers)
    assert not [header for header in answer.headers if header.lower().startswith("access-control-allow")]
