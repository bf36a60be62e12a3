"""Passwords are guessed at the real front end, examples/web: the address that tries are counted by is nobody's choice."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from database import SqliteDatabase
from loopback import open_client
from process import ROOT

sys.path.insert(0, str(ROOT / "tests/web"))

from front_end import FrontEnd  # noqa: E402

PASSWORD = "correct horse battery staple"
GUESSES = 20

Headers = dict[str, str] | list[tuple[str, str]]
StartFrontEnd = Callable[[str], FrontEnd]


@pytest.fixture(scope="module")
def start_front_end(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartFrontEnd]:
    """start_front_end(trusted_proxies) gives one that runs, without an API, until the module's end."""
    with ExitStack() as stopping:

        def start(trusted_proxies: str) -> FrontEnd:
            folder: Path = tmp_path_factory.mktemp("front-end")
            front_end = FrontEnd(folder, SqliteDatabase(folder / "app.db"), "http://127.0.0.1:9", trusted_proxies)
            stopping.callback(front_end.stop)
            return front_end.start()

        yield start


@pytest.fixture(scope="module")
def alone(start_front_end: StartFrontEnd) -> FrontEnd:
    """Without a proxy in front."""
    return start_front_end("")


@pytest.fixture(scope="module")
def behind_a_proxy(start_front_end: StartFrontEnd) -> FrontEnd:
    """The proxy is whoever comes from this machine."""
    return start_front_end("127.0.0.1")


def send(
    front_end: FrontEnd, path: str, body: dict[str, str], headers: Headers, address: str = "127.0.0.1"
) -> httpx.Response:
    """From one of the addresses of this machine."""
    own = [("Origin", front_end.url), *(headers.items() if isinstance(headers, dict) else headers)]
    transport = httpx.HTTPTransport(local_address=address)
    with open_client(f"http://127.0.0.1:{front_end.port}", transport=transport) as client:
        return client.post(f"/api/auth{path}", json=body, headers=own)


def checked(front_end: FrontEnd, email: str, headers_of: Callable[[int], Headers], path: str = "/sign-in/email") -> int:
    """How many of the wrong passwords were looked at, within one of Better Auth's windows of ten seconds."""
    began = time.monotonic()
    statuses = []
    for i in range(GUESSES):
        statuses.append(send(front_end, path, {"email": email, "password": f"guess {i}"}, headers_of(i)).status_code)
        if time.monotonic() - began > 8:
            break
    assert len(statuses) >= 8, "the machine is too slow to guess with"
    assert set(statuses) <= {308, 400, 401, 404, 429}, statuses
    return statuses.count(401)


def somebody(front_end: FrontEnd, address: str) -> str:
    email = f"victim-{secrets.token_hex(4)}@example.com"
    body = {"email": email, "password": PASSWORD, "name": "Victim"}
    answer = send(front_end, "/sign-up/email", body, {"X-Forwarded-For": address})
    assert answer.status_code == 200, answer.text
    return email


FORGERIES: dict[str, Callable[[int], Headers]] = {
    "x_forwarded_for": lambda i: {"X-Forwarded-For": f"203.0.113.{i}"},
    "of_ipv6": lambda i: {"X-Forwarded-For": f"2001:db8:{i:x}::1"},
    "twice": lambda i: [("X-Forwarded-For", f"203.0.113.{i}"), ("X-Forwarded-For", "203.0.113.250")],
    "a_chain": lambda i: {"X-Forwarded-For": f"203.0.113.{i}, 127.0.0.1"},
    "the_headers_that_the_plugin_writes": lambda i: {
        "X-Drawbridge-Peer": f"203.0.113.{i}",
        "X-Drawbridge-Chain": f"203.0.113.{i}",
    },
    "headers_of_other_proxies": lambda i: {
        name: f"203.0.113.{i}" for name in ("X-Real-IP", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP")
    },
    "headers_of_next_js": lambda i: {
        "X-Middleware-Override-Headers": "x-forwarded-for,x-drawbridge-peer",
        "X-Middleware-Request-X-Drawbridge-Peer": f"203.0.113.{i}",
        "X-Middleware-Request-X-Forwarded-For": f"203.0.113.{i}",
    },
}


@pytest.mark.parametrize("name", FORGERIES)
def test_wrong_passwords_are_limited_whatever_a_header_says(alone: FrontEnd, name: str) -> None:
    """All of them come from 127.0.0.1, so all cases share its three tries in ten seconds."""
    assert checked(alone, "nobody@example.com", FORGERIES[name]) <= 3


def test_who_guesses_keeps_nobody_else_from_signing_in(alone: FrontEnd) -> None:
    email = somebody(alone, "203.0.113.1")
    guess, right = {"email": email, "password": "a guess"}, {"email": email, "password": PASSWORD}
    guesses = [send(alone, "/sign-in/email", guess, {}, "127.0.0.2").status_code for _ in range(6)]
    assert guesses == [401, 401, 401, 429, 429, 429]
    assert send(alone, "/sign-in/email", right, {"X-Forwarded-For": "127.0.0.2"}, "127.0.0.3").status_code == 200


@pytest.mark.parametrize("path", ["/sign-in/email/", "//sign-in/email", "/./sign-in/email", "/sign-in%2Femail"])
def test_nor_does_another_spelling_of_the_path_help(alone: FrontEnd, path: str) -> None:
    assert checked(alone, "nobody@example.com", FORGERIES["x_forwarded_for"], path) <= 3


def test_behind_a_proxy_who_guesses_is_limited_and_nobody_else(behind_a_proxy: FrontEnd) -> None:
    email = somebody(behind_a_proxy, "198.51.100.1")
    # What the proxy was sent, with the address that it saw at the end.
    assert checked(behind_a_proxy, email, lambda i: {"X-Forwarded-For": f"203.0.113.{i}, 198.51.100.9"}) <= 3
    body = {"email": email, "password": PASSWORD}
    assert send(behind_a_proxy, "/sign-in/email", body, {"X-Forwarded-For": "198.51.100.1"}).status_code == 200
    guesser = {"X-Forwarded-For": "198.51.100.9"}
    assert send(behind_a_proxy, "/sign-in/email", body, guesser).status_code in (
        200,
        429,
    )  # its ten seconds may be over
