"""Heads and bodies that are as large as they may be, and larger ones: refused early, and nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from backend import Backend
from better_auth import BetterAuth
from owned_api import OwnedApi
from raw_http import Answer, RawConnection, all_answers, head

MAX_HEAD = 32 * 1024
MAX_BODY = 1024 * 1024


@pytest.fixture(scope="module")
def owner(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    return OwnedApi.sign_up(issuer, backend, "alice")


# ---- heads -------------------------------------------------------------------------------------------


def with_long_target(owner: OwnedApi, size: int) -> bytes:
    line, rest = head("GET", "/healthz", owner.token).split(b" HTTP/1.1", 1)
    return line + b"?" + b"x" * (size - len(line) - len(rest) - len(b"? HTTP/1.1")) + b" HTTP/1.1" + rest


def with_long_header(owner: OwnedApi, size: int) -> bytes:
    begun = head("GET", "/healthz", owner.token)[:-2]
    return begun + b"X-Long: " + b"x" * (size - len(begun) - len(b"X-Long: \r\n\r\n")) + b"\r\n\r\n"


def with_long_name(owner: OwnedApi, size: int) -> bytes:
    begun = head("GET", "/healthz", owner.token)[:-2]
    return begun + b"X" * (size - len(begun) - len(b":\r\n\r\n")) + b":\r\n\r\n"


def with_many_headers(owner: OwnedApi, size: int) -> bytes:
    begun = head("GET", "/healthz", owner.token)[:-2]
    line = b"X: y\r\n"
    count, rest = divmod(size - len(begun) - 2, len(line))
    return begun + line * (count - 1) + b"X: y" + b"z" * rest + b"\r\n\r\n"


MakeHead = Callable[[OwnedApi, int], bytes]
HEADS = (with_long_target, with_long_header, with_long_name, with_many_headers)


@pytest.mark.parametrize("make", HEADS)
def test_a_head_may_have_32_kib(backend: Backend, owner: OwnedApi, make: MakeHead) -> None:
    request = make(owner, MAX_HEAD)
    assert len(request) == MAX_HEAD
    answers = all_answers(backend.port, request + owner.creating("behind", "Connection: close"))
    assert [answer.status for answer in answers] == [200, 201]


@pytest.mark.parametrize("size", [MAX_HEAD + 1, 2 * MAX_HEAD, 1024 * 1024])
@pytest.mark.parametrize("make", HEADS)
def test_a_larger_head_is_refused_and_nothing_behind_it_is_read(
    backend: Backend, owner: OwnedApi, make: MakeHead, size: int
) -> None:
    before = owner.titles()
    request = make(owner, size)
    assert len(request) == size
    (answer,) = all_answers(backend.port, request + owner.creating("smuggled"))
    assert answer.refusal() == (431, "headers_too_large")
    assert answer.fields["connection"] == "close"
    assert owner.titles() == before


BEGINNINGS = [b"GET /", b"GET /healthz HTTP/1.1\r\nX: ", b"GET /healthz HTTP/1.1\r\nX", b"X" * 100]


@pytest.mark.parametrize("begin", BEGINNINGS)
def test_a_line_without_end_is_refused_before_its_end(backend: Backend, begin: bytes) -> None:
    (answer,) = all_answers(backend.port, begin.ljust(MAX_HEAD, b"x"))
    assert answer.refusal() == (431, "headers_too_large")


# ---- bodies ------------------------------------------------------------------------------------------


def padded(size: int, title: str) -> bytes:
    """A task as JSON, blown up with blanks."""
    return json.dumps({"title": title}).encode().ljust(size)


def creating(owner: OwnedApi, *lines: str) -> bytes:
    return head("POST", owner.tasks, owner.token, "Content-Type: application/json", *lines)


def in_chunks(body: bytes, size: int) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def with_length(owner: OwnedApi, body: bytes) -> bytes:
    return creating(owner, f"Content-Length: {len(body)}") + body


def with_one_chunk(owner: OwnedApi, body: bytes) -> bytes:
    return creating(owner, "Transfer-Encoding: chunked") + in_chunks(body, len(body))


def with_small_chunks(owner: OwnedApi, body: bytes) -> bytes:
    return creating(owner, "Transfer-Encoding: chunked") + in_chunks(body, 100)


MakeBody = Callable[[OwnedApi, bytes], bytes]
BODIES = (with_length, with_one_chunk, with_small_chunks)


@pytest.mark.parametrize("make", BODIES)
def test_a_body_may_have_1_mib(backend: Backend, issuer: BetterAuth, make: MakeBody) -> None:
    carol = OwnedApi.sign_up(issuer, backend, "carol")
    request = make(carol, padded(MAX_BODY, "large")) + carol.creating("behind", "Connection: close")
    assert [answer.status for answer in all_answers(backend.port, request)] == [201, 201]
    assert carol.titles() == ["behind", "large"]


def refused_as_too_large(backend: Backend, owner: OwnedApi, request: bytes) -> Answer:
    before = owner.titles()
    (answer,) = all_answers(backend.port, request + owner.creating("smuggled"))
    assert answer.refusal() == (413, "body_too_large")
    assert answer.fields["connection"] == "close"
    assert owner.titles() == before
    return answer


@pytest.mark.parametrize("size", [MAX_BODY + 1, 4 * MAX_BODY])
@pytest.mark.parametrize("make", BODIES)
def test_a_larger_body_is_refused_and_nothing_is_stored(
    backend: Backend, owner: OwnedApi, make: MakeBody, size: int
) -> None:
    """The client gets the answer although it is still sending."""
    refused_as_too_large(backend, owner, make(owner, padded(size, "too large")))


@pytest.mark.parametrize("length", [MAX_BODY + 1, 2**31, 2**32 + 5, 2**53 + 1, 999_999_999_999_999_999])
def test_a_length_beyond_1_mib_is_refused_before_the_body(backend: Backend, owner: OwnedApi, length: int) -> None:
    refused_as_too_large(backend, owner, creating(owner, f"Content-Length: {length}"))


def test_who_asks_first_is_told_not_to_send(backend: Backend, owner: OwnedApi) -> None:
    """Expect: 100-continue with a body that is too large: the refusal in place of `100 Continue`."""
    lines = (f"Content-Length: {MAX_BODY + 1}", "Expect: 100-continue")
    refused_as_too_large(backend, owner, creating(owner, *lines))


def test_who_asks_first_is_told_to_send(backend: Backend, issuer: BetterAuth) -> None:
    carol = OwnedApi.sign_up(issuer, backend, "carol")
    body = padded(MAX_BODY, "asked first")
    with RawConnection(backend.port) as connection:
        connection.send(creating(carol, f"Content-Length: {MAX_BODY}", "Expect: 100-continue"))
        assert connection.receive().status == 100
        connection.send(body)
        assert connection.receive().status == 201
    assert carol.titles() == ["asked first"]
