"""Bodies in chunks (RFC 9112 §7.1): every trick with a chunk's size, its line end or a trailer is refused.

As with the heads, each case would create a task, by itself or by the request behind it, in the eyes of a
server that reads chunks less strictly.
"""

from __future__ import annotations

import pytest

from backend import Backend
from better_auth import BetterAuth
from owned_api import OwnedApi
from raw_http import Answer, all_answers, head

BODY = b'{"title":"outer"}'
SIZE = b"11"  # of it, in hexadecimal


@pytest.fixture(scope="module")
def owner(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    return OwnedApi.sign_up(issuer, backend, "alice")


def answers_to(backend: Backend, owner: OwnedApi, chunks: bytes) -> list[Answer]:
    lines = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    outer = head("POST", owner.tasks, owner.token, *lines) + chunks
    return all_answers(backend.port, outer + owner.creating("smuggled", "Connection: close"))


GOOD = {
    "one-chunk": SIZE + b"\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a-chunk-for-each-byte": b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n",
    "size-in-both-cases": b"a\r\n%b\r\n7\r\n%b\r\nA\r\n          \r\n0\r\n\r\n" % (BODY[:10], BODY[10:]),
    "zeros-before": b"0011\r\n" + BODY + b"\r\n0000\r\n\r\n",
    "extension": b'11;a=b;c="d"\r\n' + BODY + b"\r\n0;e\r\n\r\n",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_body_in_chunks_is_taken_and_so_is_the_request_behind_it(
    issuer: BetterAuth, backend: Backend, name: str
) -> None:
    carol = OwnedApi.sign_up(issuer, backend, "carol")
    assert [answer.status for answer in answers_to(backend, carol, GOOD[name])] == [201, 201]
    assert carol.titles() == ["outer", "smuggled"]


def sized(size: bytes) -> bytes:
    return size + b"\r\n" + BODY + b"\r\n0\r\n\r\n"


def ended(end: bytes) -> bytes:
    return SIZE + b"\r\n" + BODY + end


BAD = {
    "size-empty": sized(b""),
    "size-negative": sized(b"-11"),
    "size-with-plus": sized(b"+11"),
    "size-with-0x": sized(b"0x11"),
    "size-with-h": sized(b"11h"),
    "size-with-underscore": sized(b"1_1"),
    "size-with-fraction": sized(b"11.0"),
    "size-with-comma": sized(b"11,11"),
    "size-in-quotes": sized(b'"11"'),
    "size-in-full-width-digits": sized("１１".encode()),
    "size-with-nul": sized(b"11\0"),
    "blank-before-size": sized(b" 11"),
    "tab-before-size": sized(b"\t11"),
    "blank-after-size": sized(b"11 "),
    "tab-after-size": sized(b"11\t"),
    "size-beyond-64-bits": sized(b"10000000000000011"),
    "size-far-beyond-64-bits": sized(b"1" + b"0" * 64 + b"11"),
    "size-with-too-many-zeros": sized(b"0" * 50_000 + b"11"),
    "size-too-small": sized(b"10"),
    "size-too-small-by-much": sized(b"1"),
    "size-too-large-by-one": sized(b"12"),
    "size-ends-with-line-feed": SIZE + b"\n" + BODY + b"\r\n0\r\n\r\n",
    "size-ends-with-carriage-return": SIZE + b"\r" + BODY + b"\r\n0\r\n\r\n",
    "size-ends-with-two-carriage-returns": SIZE + b"\r\r\n" + BODY + b"\r\n0\r\n\r\n",
    "extension-with-line-feed": b"11;a\n" + BODY + b"\r\n0\r\n\r\n",
    "extension-with-inner-line-feed": b"11;a\nb\r\n" + BODY + b"\r\n0\r\n\r\n",
    "extension-with-inner-carriage-return": b"11;a\rb\r\n" + BODY + b"\r\n0\r\n\r\n",
    "extension-with-line-end-in-quotes": b'11;a="b\r\n"\r\n' + BODY + b"\r\n0\r\n\r\n",
    "extension-with-nul": sized(b"11;a\0"),
    "extension-without-name": sized(b"11;"),
    "extension-too-long": sized(b"11;" + b"x" * 50_000),
    "chunk-ends-with-line-feed": ended(b"\n0\r\n\r\n"),
    "chunk-ends-with-carriage-return": ended(b"\r0\r\n\r\n"),
    "chunk-without-end": ended(b"0\r\n\r\n"),
    "chunk-with-a-byte-too-many": ended(b"X\r\n0\r\n\r\n"),
    "last-chunk-ends-with-line-feed": ended(b"\r\n0\n\r\n"),
    "last-chunk-ends-with-line-feeds": ended(b"\r\n0\n\n"),
    "blank-line-is-a-line-feed": ended(b"\r\n0\r\n\n"),
    "last-extension-with-line-feed": ended(b"\r\n0;a\n\r\n\r\n"),
    # Trailers are refused altogether: nobody needs one here, and what they say would come too late to count.
    "trailer": ended(b"\r\n0\r\nX-Trailer: 1\r\n\r\n"),
    "trailer-with-token": ended(b"\r\n0\r\nAuthorization: Bearer x\r\n\r\n"),
    "trailer-with-host": ended(b"\r\n0\r\nHost: b\r\n\r\n"),
    "trailer-ends-with-line-feed": ended(b"\r\n0\r\nX-Trailer: 1\n\r\n"),
    "trailer-folded": ended(b"\r\n0\r\nX-Trailer: 1\r\n 2\r\n\r\n"),
    "trailer-folded-first": ended(b"\r\n0\r\n X-Trailer: 1\r\n\r\n"),
    "trailer-with-blank-before-colon": ended(b"\r\n0\r\nX-Trailer : 1\r\n\r\n"),
    "trailer-with-nul": ended(b"\r\n0\r\nX-Trailer: \0\r\n\r\n"),
    "trailer-with-carriage-return": ended(b"\r\n0\r\nX-Trailer: 1\r2\r\n\r\n"),
    "trailer-without-colon": ended(b"\r\n0\r\nX-Trailer\r\n\r\n"),
    "trailer-with-length": ended(b"\r\n0\r\nContent-Length: 5\r\n\r\n"),
    "trailer-with-encoding": ended(b"\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n"),
    "trailer-too-long": ended(b"\r\n0\r\nX-Trailer: " + b"x" * 50_000 + b"\r\n\r\n"),
    "trailers-too-many": ended(b"\r\n0\r\n" + b"X-Trailer: 1\r\n" * 4_000 + b"\r\n"),
    "request-in-place-of-trailer": ended(b"\r\n0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
}


def refused_alone(backend: Backend, owner: OwnedApi, chunks: bytes) -> tuple[int, str]:
    before = owner.titles()
    (answer,) = answers_to(backend, owner, chunks)
    assert answer.fields["connection"] == "close"
    assert owner.titles() == before, "a request was executed"
    return answer.refusal()


@pytest.mark.parametrize("name", BAD)
def test_a_trick_with_chunks_is_refused_and_nothing_behind_it_is_read(
    backend: Backend, owner: OwnedApi, name: str
) -> None:
    assert refused_alone(backend, owner, BAD[name]) == (400, "request_malformed")


@pytest.mark.parametrize("size", [b"100001", b"7fffffffffffffff", b"ffffffffffffffff"])
def test_a_chunk_larger_than_a_body_may_be_is_refused_at_its_size(
    backend: Backend, owner: OwnedApi, size: bytes
) -> None:
    """Nobody waits for its bytes."""
    assert refused_alone(backend, owner, size + b"\r\n") == (413, "body_too_large")
