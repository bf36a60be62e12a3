"""Session cookies over HTTP and WebSocket, from a real uvicorn: what one waits for holds up nobody."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, WebSocket
from uvicorn_server import serving
from watched_issuer import WatchedIssuer
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth


@dataclass
class Served:
    issuer: WatchedIssuer
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def served() -> Iterator[Served]:
    with WatchedIssuer() as issuer:
        auth = BetterAuth(issuer.url, credentials="token,session,key", secret=issuer.secret)
        app = FastAPI(lifespan=auth.lifespan)

        @app.api_route("/me", methods=["GET", "POST"])
        async def get_me(user: Annotated[Identity, Depends(auth.get_current_user)]) -> str:
            return user.credential

        @app.websocket("/events")
        async def send_events(socket: WebSocket, user: Annotated[Identity, Depends(auth.get_current_user)]) -> None:
            await socket.accept()
            await socket.send_text(user.credential)
            await socket.close()

        with serving(app) as port:
            yield Served(issuer, port)


def test_a_page_reads_and_writes_by_its_cookie(served: Served) -> None:
    cookie = {"Cookie": str(served.issuer.session_cookie())}
    with httpx.Client(base_url=served.url, headers=cookie) as client:
        read = client.get("/me")
        assert (read.json(), read.headers["Cache-Control"], read.headers["Vary"]) == (
            *("session", "private, no-store", "Cookie"),
        )
        assert client.post("/me").json()["code"] == "origin_not_allowed"
        assert client.post("/me", headers={"Origin": served.issuer.url}).json() == "session"


def test_a_page_opens_a_websocket_by_its_cookie(served: Served) -> None:
    address = f"ws://127.0.0.1:{served.port}/events"
    headers = [("Cookie", str(served.issuer.session_cookie()))]
    with connect(address, additional_headers=headers, origin=served.issuer.url) as socket:  # type: ignore[arg-type]
        assert socket.recv(timeout=10) == "session"
    for origin in (None, "https://evil.example"):
        with pytest.raises(InvalidStatus) as refused:
            connect(address, additional_headers=headers, origin=origin)  # type: ignore[arg-type]
        assert refused.value.response.status_code == 403
        assert refused.value.response.headers["Cache-Control"] == "private, no-store"


def test_one_who_waits_holds_up_nobody(served: Served) -> None:
    cookie = {"Cookie": str(served.issuer.session_cookie())}
    token = {"Authorization": f"Bearer {served.issuer.token()}"}
    served.issuer.answering.clear()
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(httpx.get, f"{served.url}/me", headers=cookie)
        served.issuer.wait_for_a_question()
        assert httpx.get(f"{served.url}/me", headers=token).json() == "token"
        answer = waiting.result(timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (503, "session_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["Cache-Control"] == "private, no-store"
