"""examples/fastapi: requests that two servers could read in two ways, with a second one behind that nobody may answer. What
h11 hides from the app is not here; the example's README names it."""

from __future__ import annotations

import pytest

from backend import Backend
from better_auth import BetterAuth
from conftest import StartBackend, StartIssuer
from owned_api import OwnedApi
from raw_http import RawConnection, all_answers, head

BODY = b'{"title":"outer"}'
CHUNKS = b"11\r\n" + BODY + b"\r\n0\r\n\r\n"
BEHIND = head("GET", "/healthz")
CHUNKED = "Transfer-Encoding: chunked"
OVER_ALL = f"Content-Length: {len(CHUNKS + BEHIND)}"
CASES = {
    "a length over all, then chunks": (b"HTTP/1.1", [OVER_ALL, CHUNKED], CHUNKS),
    "chunks, then a length over all": (b"HTTP/1.1", [CHUNKED, OVER_ALL], CHUNKS),
    "chunks and no length": (b"HTTP/1.1", ["Content-Length: 0", CHUNKED], CHUNKS),
    "both in HTTP/1.0": (b"HTTP/1.0", [OVER_ALL, CHUNKED, "Connection: keep-alive"], CHUNKS),
    "chunks in HTTP/1.0": (b"HTTP/1.0", [CHUNKED, "Connection: keep-alive"], CHUNKS),
    "HTTP/1.2": (b"HTTP/1.2", [f"Content-Length: {len(BODY)}"], BODY),
    "HTTP/2.0": (b"HTTP/2.0", [f"Content-Length: {len(BODY)}"], BODY),
}
REFUSED_BY_H11 = {
    "lengths that differ": ["Content-Length: 0", OVER_ALL],
    "an encoding beside chunked": [CHUNKED, "Transfer-Encoding: gzip"],
}


@pytest.fixture(scope="module")
def eve(start_issuer: StartIssuer, start_backend: StartBackend) -> OwnedApi:
    issuer: BetterAuth = start_issuer()
    backend: Backend = start_backend(issuer, kind="fastapi")
    return OwnedApi.sign_up(issuer, backend, "eve")


@pytest.mark.parametrize("name", CASES)
def test_what_could_be_read_in_two_ways_is_refused_with_all_behind(eve: OwnedApi, name: str) -> None:
    version, lines, body = CASES[name]
    start = head("POST", eve.tasks, eve.token, "Content-Type: application/json", *lines)
    (answer,) = all_answers(eve.backend.port, start.replace(b"HTTP/1.1", version, 1) + body + BEHIND)
    assert answer.refusal() == (400, "request_malformed")
    assert answer.fields["connection"] == "close"
    assert eve.get("/tasks").json()["total"] == 0


@pytest.mark.parametrize("name", REFUSED_BY_H11)
def test_what_h11_refuses_ends_the_connection_too(eve: OwnedApi, name: str) -> None:
    start = head("POST", eve.tasks, eve.token, "Content-Type: application/json", *REFUSED_BY_H11[name])
    with RawConnection(eve.backend.port) as connection:
        connection.send(start + CHUNKS + BEHIND)
        received = b"".join(iter(lambda: connection.socket.recv(65_536), b""))
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1") == 1
    assert eve.get("/tasks").json()["total"] == 0
