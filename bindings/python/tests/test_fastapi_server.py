"""The same over HTTP and WebSocket, from a real uvicorn."""

import http.client
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated

import pytest
from asgi_calls import bearer
from fastapi import Depends, FastAPI, WebSocket
from hostile_tokens import HOSTILE
from key_server import key_server
from uvicorn_server import serving
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from drawbridge.testing import Issuer

ALICE = "0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["code"])


@dataclass
class Served:
    issuer: Issuer
    port: int

    def request(self, path: str, *authorization: str, method: str = "GET") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.putrequest(method, path)
        for value in authorization:
            connection.putheader("Authorization", value.encode("latin-1"))
        connection.endheaders()
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        connection.close()
        return answer

    def message(self, path: str, *authorization: str) -> str:
        headers = [("Authorization", value) for value in authorization]
        with connect(f"ws://127.0.0.1:{self.port}{path}", additional_headers=headers) as socket:
            return str(socket.recv(timeout=10))


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Issuer() as issuer:
        auth = BetterAuth(issuer.url)
        app = FastAPI(lifespan=auth.lifespan)

        @app.get("/open")
        async def get_open() -> str:
            return "open"

        @app.get("/users/{user_id}")
        async def get_user(user: Annotated[Identity, Depends(auth.verify_user_access)]) -> str:
            return str(user.uuid)

        @app.websocket("/users/{user_id}/events")
        async def send_events(socket: WebSocket, user: Annotated[Identity, Depends(auth.verify_user_access)]) -> None:
            await socket.accept()
            await socket.send_text(str(user.uuid))
            await socket.close()

        with serving(app) as port:
            yield Served(issuer, port)


def test_a_good_token(served: Served) -> None:
    answer = served.request(f"/users/{ALICE}", bearer(served.issuer.token(ALICE)))
    assert (answer.status, answer.body) == (200, f'"{ALICE}"'.encode())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_token(served: Served, name: str) -> None:
    make, code = HOSTILE[name]
    answer = served.request(f"/users/{ALICE}", bearer(make(served.issuer)))
    assert (answer.status, answer.code) == (401, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="drawbridge"')
    assert answer.headers["Cache-Control"] == "no-store"


def test_two_authorization_headers(served: Served) -> None:
    good = bearer(served.issuer.token(ALICE))
    assert served.request(f"/users/{ALICE}", good, good).code == "token_malformed"


def test_a_rotation_is_met_without_a_refusal(served: Served) -> None:
    for _ in range(2):
        served.issuer.rotate()
        assert served.request(f"/users/{ALICE}", bearer(served.issuer.token(ALICE))).status == 200


def test_who_waits_for_a_key_holds_up_nobody_else() -> None:
    with Issuer() as issuer, key_server(issuer.jwks) as keys:
        keys.answering.clear()
        auth = BetterAuth(issuer.url, jwks_url=keys.url)
        app = FastAPI(lifespan=auth.lifespan)
        app.get("/me", dependencies=[Depends(auth.get_current_user)])(lambda: "me")

        @app.get("/open")
        async def get_open() -> str:
            return "open"

        with serving(app) as port, ThreadPoolExecutor() as pool:
            slow = Served(issuer, port)
            waiting = [pool.submit(slow.request, "/me", bearer(issuer.token())) for _ in range(4)]
            slow.request("/open")
            assert not any(each.done() for each in waiting)
            keys.answering.set()
            assert [each.result().status for each in waiting] == [200] * 4


def test_a_web_socket_of_ones_own(served: Served) -> None:
    assert served.message(f"/users/{ALICE}/events", bearer(served.issuer.token(ALICE))) == ALICE


@pytest.mark.parametrize(
    ("user", "status", "code"),
    [(None, 401, "token_missing"), ("7a1f3c55-2c1e-4c8a-8f6d-aa55bb66cc77", 403, "user_mismatch")],
)
def test_a_web_socket_is_refused_before_its_handshake(served: Served, user: str | None, status: int, code: str) -> None:
    headers = () if user is None else (bearer(served.issuer.token(user)),)
    with pytest.raises(InvalidStatus) as refused:
        served.message(f"/users/{ALICE}/events", *headers)
    response = refused.value.response
    assert response.status_code == status
    assert json.loads(response.body or b"{}")["code"] == code
