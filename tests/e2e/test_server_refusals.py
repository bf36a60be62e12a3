"""Which fault is told when a request has several, and requests that HTTP libraries read in two ways."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from backend import Backend, RawAnswer
from better_auth import BetterAuth
from contract import STATUS

MAX_BODY = 1024 * 1024


def code_of(answer: RawAnswer) -> tuple[int, str]:
    """Of exactly one answer: what follows its body is no second one."""
    head, body = answer.bytes.split(b"\r\n\r\n", 1)
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert len(body) == int(fields[b"content-length"]), answer.bytes
    assert fields[b"content-type"] == b"application/problem+json"
    return answer.status, json.loads(body)["code"]


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


def send(backend: Backend, parts: dict[str, Any]) -> RawAnswer:
    """With a length, the body is announced but never sent: an answer shows that nobody waits for it."""
    body = parts["body"] if parts["length"] is None else ""
    request = (
        f"{parts['method']} /api/v1/{parts['user']}/{parts['collection']}/{parts['task']} HTTP/1.1\r\n"
        f"Host: 127.0.0.1\r\n{parts['more']}{parts['authorization']}Content-Type: {parts['media_type']}\r\n"
        f"Content-Length: {parts['length'] or len(body)}\r\nConnection: close\r\n\r\n{body}"
    )
    return backend.send_raw(request.encode())


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


@pytest.mark.parametrize("name", NAMES)
def test_each_fault_alone(backend: Backend, good: dict[str, Any], name: str) -> None:
    _, code, fault = FAULTS[NAMES.index(name)]
    assert code_of(send(backend, good | fault)) == (STATUS[code], code)


@pytest.mark.parametrize("name", NAMES)
def test_the_first_fault_is_told(backend: Backend, good: dict[str, Any], name: str) -> None:
    """It and all that come after it, in one request."""
    parts = dict(good)
    for _, _, later in reversed(FAULTS[NAMES.index(name) :]):
        parts |= later
    code = FAULTS[NAMES.index(name)][1]
    assert code_of(send(backend, parts)) == (STATUS[code], code)


# A proxy in front may see another request in these bytes, and a second one behind it.
SMUGGLED = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
AMBIGUOUS = {
    "length-and-chunks": f"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n{CHUNKED}\r\n0\r\n\r\n",
    "two-lengths": "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 36\r\n\r\n",
    "two-equal-lengths": "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
    "negative-length": "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "list-of-lengths": "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\n",
    "chunks-in-http-1.0": f"POST /healthz HTTP/1.0\r\nHost: a\r\n{CHUNKED}\r\n0\r\n\r\n",
    "other-encoding": "POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "vertical-tab": "POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "blank-before-colon": "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length : 36\r\n\r\n",
    "no-host": "GET /healthz HTTP/1.1\r\n\r\n",
    "two-hosts": "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "folded-line": "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Folded: a\r\n b\r\n\r\n",
    "bare-line-feed": "GET /healthz HTTP/1.1\nHost: a\n\n",
    "byte-above-ascii": "GET /healthz?\xe9 HTTP/1.1\r\nHost: a\r\n\r\n",
    "fragment": "GET /healthz#x HTTP/1.1\r\nHost: a\r\n\r\n",
    "other-version": "GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n",
    "tls": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_an_ambiguous_request_is_refused_and_nothing_behind_it_is_read(backend: Backend, name: str) -> None:
    answer = backend.send_raw((AMBIGUOUS[name] + SMUGGLED).encode("latin-1"))
    assert code_of(answer) == (400, "request_malformed")
    assert backend.call("GET", "/healthz").status_code == 200
