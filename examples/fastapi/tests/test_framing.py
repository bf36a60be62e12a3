"""Requests whose end two servers could see in two places, as h11 hands them to the app."""

import asyncio
import json
from typing import Any

import pytest

from tasks_api.main import app

LENGTH, CHUNKED = (b"content-length", b"17"), (b"transfer-encoding", b"chunked")
REFUSED = {
    "a length, then chunks": ("1.1", [LENGTH, CHUNKED]),
    "chunks, then a length": ("1.1", [CHUNKED, (b"host", b"a"), LENGTH]),
    "chunks and no length": ("1.1", [(b"content-length", b"0"), CHUNKED]),
    "chunks in HTTP/1.0": ("1.0", [CHUNKED]),
    "both in HTTP/1.0": ("1.0", [LENGTH, CHUNKED]),
    "HTTP/1.2": ("1.2", []),
    "HTTP/2.0": ("2.0", []),
    "HTTP/0.9": ("0.9", []),
}
TAKEN = {
    "neither": ("1.1", []),
    "a length": ("1.1", [(b"content-length", b"0")]),
    "chunks": ("1.1", [CHUNKED]),
    "neither in HTTP/1.0": ("1.0", []),
    "a length in HTTP/1.0": ("1.0", [(b"content-length", b"0")]),
}
Headers = list[tuple[bytes, bytes]]


def answer_to(
    version: str, headers: Headers, method: str = "GET", path: str = "/healthz"
) -> tuple[dict[Any, Any], Any]:
    """Status and headers, and the body."""
    scope = {
        "type": "http",
        "http_version": version,
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        raise AssertionError("nothing of the body is read")

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    start = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return {"status": sent[0]["status"]} | start, b"".join(message.get("body", b"") for message in sent[1:])


PREFLIGHT = [(b"origin", b"http://localhost:3000"), (b"access-control-request-method", b"GET")]
TARGETS = {
    "a route": ("GET", "/healthz", []),
    "no route": ("POST", "/nowhere", []),
    "a route that needs a token": ("POST", "/api/v1/x/tasks", []),
    "a preflight": ("OPTIONS", "/healthz", PREFLIGHT),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", REFUSED)
def test_where_a_request_ends_is_said_once(name: str, target: str) -> None:
    version, headers = REFUSED[name]
    method, path, more = TARGETS[target]
    start, body = answer_to(version, [*more, *headers], method, path)
    assert (start["status"], json.loads(body)["code"]) == (400, "request_malformed")
    assert start["connection"] == "close"
    assert start["x-request-id"]


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_said_once_is_taken(name: str) -> None:
    start, _ = answer_to(*TAKEN[name])
    assert start["status"] == 200
    assert "connection" not in start
