"""Which fault is told when a request has several."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from backend import Backend
from better_auth import BetterAuth
from cases import cases
from contract import STATUS
from raw_http import Answer, all_answers

MAX_BODY = 1024 * 1024


@pytest.fixture(scope="module")
def good(issuer: BetterAuth, backend: Backend) -> dict[str, Any]:
    """What makes up a request without a fault: a change of a task of one's own."""
    person = issuer.sign_up("alice")
    token = person.token()
    task = backend.make_task(person.uuid, token, "mine")
    return {
        "method": "PATCH",
        "user": person.uuid,
        "collection": "tasks",
        "task": task,
        "authorization": f"Authorization: Bearer {token}\r\n",
        "media_type": "application/json",
        "body": '{"title":"mine"}',
        "length": None,
        "more": "",
    }


def send(backend: Backend, parts: dict[str, Any]) -> Answer:
    """With a length, the body is announced but never sent: an answer shows that nobody waits for it."""
    body = parts["body"] if parts["length"] is None else ""
    request = (
        f"{parts['method']} /api/v1/{parts['user']}/{parts['collection']}/{parts['task']} HTTP/1.1\r\n"
        f"Host: 127.0.0.1\r\n{parts['more']}{parts['authorization']}Content-Type: {parts['media_type']}\r\n"
        f"Content-Length: {parts['length'] or len(body)}\r\nConnection: close\r\n\r\n{body}"
    )
    (answer,) = all_answers(backend.port, request.encode())
    return answer


# One fault each, in the order in which they are told.
FAULTS: list[tuple[str, str, dict[str, Any]]] = [
    ("headers-too-large", "headers_too_large", {"more": f"X-Large: {'x' * 33_000}\r\n"}),
    ("unknown-route", "not_found", {"collection": "tusks"}),
    ("no-token", "token_missing", {"authorization": ""}),
    ("another-user", "user_mismatch", {"user": str(uuid4())}),
    ("method", "method_not_allowed", {"method": "POST"}),
    ("body-too-large", "body_too_large", {"length": MAX_BODY + 1}),
    ("media-type", "media_type_unsupported", {"media_type": "text/plain"}),
    ("not-json", "body_malformed", {"body": '{"title":"'}),
    ("not-valid", "validation_failed", {"body": '{"title":""}'}),
    ("no-such-task", "not_found", {"task": str(uuid4())}),
]
NAMES = [name for name, _, _ in FAULTS]


def test_a_request_without_a_fault(backend: Backend, good: dict[str, Any]) -> None:
    assert send(backend, good).status == 200


@pytest.mark.parametrize("name", cases(NAMES, "headers-too-large", "no-such-task"))
def test_each_fault_alone(backend: Backend, good: dict[str, Any], name: str) -> None:
    _, code, fault = FAULTS[NAMES.index(name)]
    assert send(backend, good | fault).refusal() == (STATUS[code], code)


@pytest.mark.parametrize("name", NAMES)
def test_the_first_fault_is_told(backend: Backend, good: dict[str, Any], name: str) -> None:
    """It and all that come after it, in one request."""
    parts = dict(good)
    for _, _, later in reversed(FAULTS[NAMES.index(name) :]):
        parts |= later
    code = FAULTS[NAMES.index(name)][1]
    assert send(backend, parts).refusal() == (STATUS[code], code)
