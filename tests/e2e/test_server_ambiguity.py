"""Requests that two servers could read in two ways: refused whole, and nothing behind them is read.

A proxy in front may see one request where the server sees two. So each case here would create a task, by itself
or by the request that follows its bytes: no task may come of it.
"""

from __future__ import annotations

import pytest

from backend import Backend
from better_auth import BetterAuth
from owned_api import OwnedApi
from raw_http import all_answers

MALFORMED = (400, "request_malformed")


@pytest.fixture(scope="module")
def owner(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    return OwnedApi.sign_up(issuer, backend, "alice")


def refused_alone(backend: Backend, owner: OwnedApi, request: bytes) -> tuple[int, str]:
    """The refusal of these bytes, the one answer on a connection that is then closed; no task comes of them."""
    before = owner.titles()
    (answer,) = all_answers(backend.port, request + owner.creating("smuggled"))
    assert answer.fields["connection"] == "close"
    assert owner.titles() == before, "a request was executed"
    return answer.refusal()


BODY = '{"title":"outer"}'
PARTS = {
    "path": "",  # of the owner's tasks
    "host": "Host: a\r\n",
    "auth": "",  # the owner's token and the media type
    "length": "Content-Length: 17\r\n",
    "chunked": "Transfer-Encoding: chunked\r\n",
    "body": BODY,
    "chunks": f"11\r\n{BODY}\r\n0\r\n\r\n",
}


def filled(form: str, owner: OwnedApi) -> bytes:
    auth = f"Authorization: Bearer {owner.token}\r\nContent-Type: application/json\r\n"
    return form.format(**PARTS | {"path": owner.tasks, "auth": auth}).encode("latin-1")


def test_request_malformed(backend: Backend) -> None:
    """By name, for test_bridge_requests.py goes through the other codes of its group."""
    (answer,) = all_answers(backend.port, b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    assert answer.refusal() == MALFORMED


GOOD = (
    "{length}\r\n{body}",
    "content-length:\t017 \r\n\r\n{body}",
    "{chunked}\r\n{chunks}",
    "transfer-encoding:\t chunked \t\r\n\r\n{chunks}",
)


def test_the_parts_make_up_a_good_request(backend: Backend, issuer: BetterAuth) -> None:
    """Otherwise a refusal below would show nothing."""
    carol = OwnedApi.sign_up(issuer, backend, "carol")
    requests = [filled("POST {path} HTTP/1.1\r\n{host}{auth}" + form, carol) for form in GOOD]
    answers = all_answers(backend.port, b"".join(requests) + carol.creating("smuggled", "Connection: close"))
    assert [answer.status for answer in answers] == [201] * 5
    assert carol.titles() == ["outer"] * 4 + ["smuggled"]


REQUEST_LINES = {
    "http-0.9": "GET {path}",
    "http-0.9-with-version": "POST {path} HTTP/0.9",
    "http-1.2": "POST {path} HTTP/1.2",
    "http-1.10": "POST {path} HTTP/1.10",
    "http-2.0": "POST {path} HTTP/2.0",
    "http-2-preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n",
    "version-in-lower-case": "POST {path} http/1.1",
    "version-of-another-protocol": "POST {path} ICY/1.1",
    "no-target": "POST HTTP/1.1",
    "two-spaces-before-target": "POST  {path} HTTP/1.1",
    "two-spaces-before-version": "POST {path}  HTTP/1.1",
    "space-at-the-end": "POST {path} HTTP/1.1 ",
    "space-at-the-start": " POST {path} HTTP/1.1",
    "tab-before-target": "POST\t{path} HTTP/1.1",
    "tab-before-version": "POST {path}\tHTTP/1.1",
    "vertical-tab-before-version": "POST {path}\x0bHTTP/1.1",
    "no-break-space-before-version": "POST {path}\xa0HTTP/1.1",
    "space-in-target": "POST {path} x HTTP/1.1",
    "carriage-return-in-target": "POST {path}\rx HTTP/1.1",
    "nul-in-target": "POST {path}\0 HTTP/1.1",
    "delete-in-target": "POST {path}\x7f HTTP/1.1",
    "latin-1-in-target": "POST {path}?\xe9 HTTP/1.1",
    "utf-8-in-target": "POST {path}?\xc3\xa9 HTTP/1.1",
    "byte-order-mark": "\xef\xbb\xbfPOST {path} HTTP/1.1",
    "fragment": "POST {path}#x HTTP/1.1",
    "absolute-form": "POST http://a{path} HTTP/1.1",
    "absolute-form-https": "POST https://a{path} HTTP/1.1",
    "authority-form": "CONNECT a:80 HTTP/1.1",
    "asterisk-form": "OPTIONS * HTTP/1.1",
    "path-without-slash": "POST healthz HTTP/1.1",
    "method-in-quotes": '"POST" {path} HTTP/1.1',
    "nul-in-method": "PO\0ST {path} HTTP/1.1",
    "non-ascii-method": "P\xd6ST {path} HTTP/1.1",
    "empty-line-before": "\r\nPOST {path} HTTP/1.1",
    "answer-in-place-of-a-request": "HTTP/1.1 200 OK",
}


@pytest.mark.parametrize("name", REQUEST_LINES)
def test_a_request_line_is_taken_in_one_form_only(backend: Backend, owner: OwnedApi, name: str) -> None:
    request = filled(REQUEST_LINES[name] + "\r\n{host}{auth}{length}\r\n{body}", owner)
    assert refused_alone(backend, owner, request) == MALFORMED


# What stands between the request line and the token; behind it comes a body that fits Content-Length: 17.
LINES = {
    "no-host": "{length}",
    "two-hosts": "{host}Host: b\r\n{length}",
    "two-equal-hosts": "{host}{host}{length}",
    "two-hosts-of-other-case": "{host}HOST: a\r\n{length}",
    "empty-host": "Host:\r\n{length}",
    "host-with-blank": "Host: a b\r\n{length}",
    "host-with-path": "Host: a/b\r\n{length}",
    "host-with-user": "Host: a@b\r\n{length}",
    "folded-with-space": "{host}X-Folded: a\r\n b\r\n{length}",
    "folded-with-tab": "{host}X-Folded: a\r\n\tb\r\n{length}",
    "folded-to-nothing": "{host}X-Folded: a\r\n \r\n{length}",
    "folded-first-line": " {host}{host}{length}",
    "folded-host": "Host:\r\n a\r\n{length}",
    "folded-length": "{host}Content-Length:\r\n 17\r\n",
    "folded-encoding": "{host}Transfer-Encoding:\r\n chunked\r\n",
    "line-without-colon": "{host}X-Line\r\n{length}",
    "line-without-name": "{host}: a\r\n{length}",
    "blank-before-colon": "{host}Content-Length : 17\r\n",
    "tab-before-colon": "{host}Content-Length\t: 17\r\n",
    "blank-in-name": "{host}Content Length: 17\r\n",
    "nul-in-name": "{host}Content-Length\0: 17\r\n",
    "nul-in-value": "{host}X-Value: a\0b\r\n{length}",
    "escape-in-value": "{host}X-Value: \x1b[2J\r\n{length}",
    "non-ascii-name": "{host}C\xf6ntent-Length: 17\r\n{length}",
    "carriage-return-in-value": "{host}X-Value: a\rContent-Length: 17\r\n",
    "carriage-return-at-the-end": "{host}X-Value: a\r\r\n{length}",
    "carriage-return-alone": "{host}\r{length}",
    "line-feed-at-the-end": "{host}X-Value: a\n{length}",
    "line-feed-after-host": "Host: a\n{length}",
    "line-feed-blank-line": "{host}{length}\n",
    "line-feeds-blank-line": "{host}X-Value: a\n\n{length}",
}


@pytest.mark.parametrize("name", LINES)
def test_a_header_is_taken_in_one_form_only(backend: Backend, owner: OwnedApi, name: str) -> None:
    request = filled("POST {path} HTTP/1.1\r\n" + LINES[name] + "{auth}\r\n{body}", owner)
    assert refused_alone(backend, owner, request) == MALFORMED


LENGTHS = {
    "plus": "+17",
    "minus": "-17",
    "minus-nothing": "-0",
    "empty": "",
    "inner-blank": "1 7",
    "inner-tab": "1\t7",
    "underscore": "1_7",
    "hexadecimal": "0x11",
    "hexadecimal-digits": "1a",
    "fraction": "17.0",
    "exponent": "17e0",
    "quoted": '"17"',
    "list": "17, 17",
    "list-without-blank": "17,17",
    "list-with-nothing": "17,",
    "parameter": "17;x",
    "beyond-64-bits": "18446744073709551633",
    "beyond-63-bits": "9223372036854775825",
    "beyond-all": "9" * 400,
    "superscript": "\xb9\xb7",
    "vertical-tab": "\x0b17",
}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_length_is_digits_only(backend: Backend, owner: OwnedApi, name: str) -> None:
    form = f"POST {{path}} HTTP/1.1\r\n{{host}}{{auth}}Content-Length: {LENGTHS[name]}\r\n\r\n{{body}}"
    assert refused_alone(backend, owner, filled(form, owner)) == MALFORMED


ENCODINGS = {
    "gzip": "gzip",
    "identity": "identity",
    "gzip-then-chunked": "gzip, chunked",
    "chunked-then-gzip": "chunked, gzip",
    "chunked-then-identity": "chunked, identity",
    "chunked-twice-in-one": "chunked, chunked",
    "capital": "Chunked",
    "capitals": "CHUNKED",
    "longer": "xchunked",
    "plural": "chunkeds",
    "parameter": "chunked;q=1",
    "quoted": '"chunked"',
    "list-with-nothing": "chunked,",
    "list-with-nothing-before": ", chunked",
    "inner-tab": "chun\tked",
    "vertical-tab": "\x0bchunked",
    "form-feed": "chunked\x0c",
    "nul": "chunked\0",
    "no-break-space": "\xa0chunked",
    "other-letter": "chun\xb5ed",
    "empty": "",
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_an_encoding_is_exactly_chunked(backend: Backend, owner: OwnedApi, name: str) -> None:
    form = f"POST {{path}} HTTP/1.1\r\n{{host}}{{auth}}Transfer-Encoding: {ENCODINGS[name]}\r\n\r\n{{chunks}}"
    assert refused_alone(backend, owner, filled(form, owner)) == MALFORMED


FRAMINGS = {
    "length-then-chunks": "HTTP/1.1\r\n{host}{auth}{length}{chunked}\r\n{chunks}",
    "chunks-then-length": "HTTP/1.1\r\n{host}{auth}{chunked}{length}\r\n{chunks}",
    "chunks-and-no-length": "HTTP/1.1\r\n{host}{auth}Content-Length: 0\r\n{chunked}\r\n{chunks}",
    "chunked-twice": "HTTP/1.1\r\n{host}{auth}{chunked}{chunked}\r\n{chunks}",
    "chunked-and-gzip": "HTTP/1.1\r\n{host}{auth}{chunked}Transfer-Encoding: gzip\r\n\r\n{chunks}",
    "chunked-and-nothing": "HTTP/1.1\r\n{host}{auth}{chunked}Transfer-Encoding:\r\n\r\n{chunks}",
    "two-lengths": "HTTP/1.1\r\n{host}{auth}{length}Content-Length: 0\r\n\r\n{body}",
    "two-lengths-the-other-way": "HTTP/1.1\r\n{host}{auth}Content-Length: 0\r\n{length}\r\n{body}",
    "two-equal-lengths": "HTTP/1.1\r\n{host}{auth}{length}{length}\r\n{body}",
    "length-of-other-case": "HTTP/1.1\r\n{host}{auth}{length}CONTENT-LENGTH: 0\r\n\r\n{body}",
    "chunks-in-http-1.0": "HTTP/1.0\r\n{host}{auth}{chunked}\r\n{chunks}",
    "kept-alive-chunks-in-http-1.0": "HTTP/1.0\r\n{host}Connection: keep-alive\r\n{auth}{chunked}\r\n{chunks}",
    "no-host-in-http-1.0": "HTTP/1.0\r\n{auth}{length}\r\n{body}",
}


@pytest.mark.parametrize("name", FRAMINGS)
def test_where_a_body_ends_is_said_once(backend: Backend, owner: OwnedApi, name: str) -> None:
    assert refused_alone(backend, owner, filled("POST {path} " + FRAMINGS[name], owner)) == MALFORMED


@pytest.mark.parametrize("name", ["two-lengths", "length-then-chunks"])
def test_it_is_said_before_anybody_is_asked_for_a_token(backend: Backend, owner: OwnedApi, name: str) -> None:
    assert refused_alone(backend, owner, filled("POST /nowhere " + FRAMINGS[name], owner)) == MALFORMED


# Methods are compared with their case (RFC 9110 §9.1); the body of one that is not known is not read as a request.
@pytest.mark.parametrize("method", ["post", "Post", "POSTS", "BREW", "TRACE", "CONNECT", "$"])
def test_a_method_that_is_not_known(backend: Backend, owner: OwnedApi, method: str) -> None:
    request = filled(f"{method} {{path}} HTTP/1.1\r\n{{host}}{{auth}}{{length}}\r\n{{body}}", owner)
    assert refused_alone(backend, owner, request) == (405, "method_not_allowed")


NOT_HTTP = {
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "socks": b"\x05\x01\x00",
    "nul": b"\0",
    "line-end": b"\r\n",
    "line-feed": b"\n",
}


@pytest.mark.parametrize("name", NOT_HTTP)
def test_what_is_not_http_is_refused_at_its_first_byte(backend: Backend, owner: OwnedApi, name: str) -> None:
    assert refused_alone(backend, owner, NOT_HTTP[name]) == MALFORMED
