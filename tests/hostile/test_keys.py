"""Good tokens of a new key among everything that could take their places: none is refused."""

from __future__ import annotations

import secrets
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from backend import Backend
from better_auth import BetterAuth, Person
from conftest import StartBackend, StartIssuer
from loopback import get
from process import LONG
from raw_http import Answer, RawConnection, head
from token_forgery import header_of, with_claims, with_header

CONNECTIONS = 100
ROUNDS = 3
ATTACKED = 6 if LONG else 3  # seconds


@pytest.fixture(scope="module")
def rotating(start_issuer: StartIssuer) -> BetterAuth:
    """Makes a new key for the first token that is asked for a second after the last key was made."""
    return start_issuer(rotate_every=1, grace_period=3600)


def token_of_a_new_key(person: Person) -> str:
    """Better Auth has signed nothing with that key before."""
    known = header_of(person.token())["kid"]
    deadline = time.monotonic() + 15
    while True:
        token = person.token()
        if header_of(token)["kid"] != known:
            return token
        assert time.monotonic() < deadline, "the issuer does not rotate its keys"
        time.sleep(0.05)


def answers_at_once(port: int, tokens: list[str]) -> Counter[str]:
    """What each of them is answered, sent on a connection of its own at the same time."""
    connections = [RawConnection(port) for _ in tokens]
    try:
        for connection, token in zip(connections, tokens, strict=True):
            connection.send(head("GET", "/api/v1/me", token))
        return Counter(told(connection.receive()) for connection in connections)
    finally:
        for connection in connections:
            connection.close()


def told(answer: Answer) -> str:
    return "200" if answer.status == 200 else f"{answer.status} {answer.refusal()[1]}"


@pytest.mark.serial
def test_one_token_of_a_new_key_on_a_hundred_connections(rotating: BetterAuth, start_backend: StartBackend) -> None:
    backend = start_backend(rotating)
    person = rotating.sign_up("alice")
    for _ in range(ROUNDS):
        token = token_of_a_new_key(person)
        assert answers_at_once(backend.port, [token] * CONNECTIONS) == {"200": CONNECTIONS}


@pytest.mark.serial
def test_tokens_of_many_new_users_of_a_new_key(rotating: BetterAuth, start_backend: StartBackend) -> None:
    """Nobody of them was verified here before."""
    backend = start_backend(rotating)
    people = [rotating.sign_up(f"user-{number}") for number in range(5)]
    token_of_a_new_key(people[0])
    tokens = [person.token() for person in people] * 20
    assert answers_at_once(backend.port, tokens) == {"200": len(tokens)}


class SlowKeySet:
    """Stands before the issuer's key set and answers when it is let."""

    def __init__(self, upstream: str) -> None:
        self.may_answer = threading.Event()
        self.asked = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler) -> None:
                if not handler.path.endswith("/jwks"):  # it has no revocations
                    handler.send_error(404)
                    return
                self.asked.set()
                self.may_answer.wait(10)
                body = get(upstream).content
                handler.send_response(200)
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

            def log_message(handler, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks"

    @contextmanager
    def running(self) -> Iterator[SlowKeySet]:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self.may_answer.set()
            self.server.shutdown()
            self.server.server_close()


@pytest.mark.serial
def test_a_start_while_the_issuer_is_slow(rotating: BetterAuth, start_backend: StartBackend) -> None:
    person = rotating.sign_up("alice")
    token = person.token()
    with SlowKeySet(f"{rotating.base}/jwks").running() as slow:
        backend = start_backend(rotating, better_auth_jwks_url=slow.url)
        assert slow.asked.wait(10)
        threading.Timer(0.8, slow.may_answer.set).start()
        assert answers_at_once(backend.port, [token] * CONNECTIONS) == {"200": CONNECTIONS}


class RandomKids:
    """Requests in the name of whoever owns `token`, each under a kid that nobody made, as fast as they are answered,
    on so many connections and one thread."""

    def __init__(self, port: int, token: str, connections: int) -> None:
        self.port = port
        self.token = token
        self.count = connections
        self.answers: Counter[str] = Counter()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> RandomKids:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _request(self) -> bytes:
        forged = with_header(self.token, kid=secrets.token_urlsafe(24))
        return head("GET", "/api/v1/me", forged)

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            for _ in range(self.count):
                connection = socket.create_connection(("127.0.0.1", self.port))
                connection.sendall(self._request())
                selector.register(connection, selectors.EVENT_READ, connection)
            while not self._over.is_set():
                for key, _ in selector.select(0.1):
                    connection = key.data
                    status = connection.recv(65_536)[9:12].decode()
                    self.answers[status or "closed"] += 1
                    if not status:
                        selector.unregister(connection)
                        connection.close()
                        continue
                    connection.sendall(self._request())
            for key in list(selector.get_map().values()):
                key.data.close()


@pytest.mark.serial
@pytest.mark.parametrize("named", ["nobody", "the user", "another user"])
def test_four_hundred_random_kids_and_a_rotation_each_second(
    rotating: BetterAuth, start_backend: StartBackend, named: str
) -> None:
    """Whomever the kids name: an unverified `sub` is the sender's choice."""
    backend = start_backend(rotating)
    person = rotating.sign_up("alice")
    token = person.token()
    assert told_by(backend, token) == "200"
    subject = {
        "nobody": secrets.token_hex(16),
        "the user": person.id,
        "another user": rotating.sign_up("eve").id,
    }[named]
    good: Counter[str] = Counter()
    kids: set[str] = set()
    with RandomKids(backend.port, with_claims(token, sub=subject), 400) as attack:
        end = time.monotonic() + ATTACKED
        while time.monotonic() < end or (len(kids) < 3 and time.monotonic() < 4 * ATTACKED + end):
            token = person.token()
            kids.add(header_of(token)["kid"])
            for _ in range(5):
                good[told_by(backend, token)] += 1
    assert set(good) == {"200"}, (good, attack.answers)
    assert len(kids) >= 3, "the issuer rotated too seldom"
    assert set(attack.answers) <= {"401", "503"}, attack.answers
    assert attack.answers["401"] > 400, attack.answers


def told_by(backend: Backend, token: str) -> str:
    with RawConnection(backend.port) as connection:
        connection.send(head("GET", "/api/v1/me", token))
        return told(connection.receive())
