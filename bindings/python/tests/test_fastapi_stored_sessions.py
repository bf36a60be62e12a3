"""Sessions straight from storage, behind each dependency of FastAPI."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, WebSocket
from fastapi.testclient import TestClient
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.testclient import WebSocketDenialResponse
from stored_sessions import ALICE, PAST, SECRET, Rows, cookie_of, new_token

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from drawbridge.sessions import sqlalchemy_sessions
from drawbridge.testing import Issuer


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    return Rows(tmp_path)


@pytest.fixture
def page() -> dict[str, str]:
    return {"Origin": "https://app.example"}


@pytest.fixture
def client(rows: Rows, issuer: Issuer, page: dict[str, str]) -> Iterator[TestClient]:
    engine = create_async_engine(rows.url)
    auth = BetterAuth(
        issuer.url,
        credentials=["token", "session"],
        secret=SECRET,
        allowed_origins=page["Origin"],
        sessions=sqlalchemy_sessions(engine),
    )
    app = FastAPI(lifespan=auth.lifespan)

    @app.api_route("/me", methods=["GET", "POST"])
    async def get_me(user: Annotated[Identity, Depends(auth.get_current_user)]) -> str:
        return user.credential

    @app.get("/news")
    async def get_news(user: Annotated[Identity | None, Depends(auth.get_optional_user)]) -> str:
        return "anonymous" if user is None else user.credential

    @app.get("/settings")
    async def get_settings(user: Annotated[Identity, Depends(auth.require_session)]) -> str:
        return user.credential

    @app.get("/admin")
    async def get_admin(user: Annotated[Identity, Depends(auth.require_role("admin"))]) -> str:
        return user.credential

    @app.get("/users/{user_id}")
    async def get_user(user: Annotated[Identity, Depends(auth.verify_user_access)]) -> str:
        return user.credential

    @app.websocket("/live")
    async def live(socket: WebSocket, user: Annotated[Identity, Depends(auth.get_current_user)]) -> None:
        await socket.accept()
        await socket.send_text(user.credential)
        await socket.close()

    with TestClient(app) as client:
        yield client
        client.portal.call(engine.dispose)  # type: ignore[union-attr]  # which is there while the app runs


def test_each_dependency_takes_them(client: TestClient, rows: Rows, issuer: Issuer, page: dict[str, str]) -> None:
    token = new_token()
    rows.add(token, {"role": "admin"}, {})
    by_cookie = {"Cookie": cookie_of(token)}
    for path in ("/me", "/news", "/settings", "/admin", f"/users/{ALICE}"):
        answer = client.get(path, headers=by_cookie)
        assert (path, answer.status_code, answer.json()) == (path, 200, "session")
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert client.get(f"/users/{ALICE[:-1]}1", headers=by_cookie).json()["code"] == "user_mismatch"
    assert client.get("/news").json() == "anonymous"
    assert client.post("/me", headers=by_cookie).json()["code"] == "origin_not_allowed"
    assert client.post("/me", headers=by_cookie | page).json() == "session"
    signed = {"Authorization": f"Bearer {issuer.token(ALICE)}"}
    assert client.get("/me", headers=by_cookie | signed).json() == "token"


def test_a_websocket_counts_by_a_cookie_of_an_allowed_page(
    client: TestClient, rows: Rows, page: dict[str, str]
) -> None:
    token = new_token()
    rows.add(token, {}, {})
    with client.websocket_connect("/live", headers={"Cookie": cookie_of(token)} | page) as socket:
        assert socket.receive_text() == "session"
    for headers, code in (
        ({"Cookie": cookie_of(token)}, "origin_not_allowed"),
        ({"Cookie": cookie_of(new_token())} | page, "session_unknown"),
    ):
        with (
            pytest.raises(WebSocketDenialResponse) as denied,
            client.websocket_connect("/live", headers=headers),
        ):
            pass
        assert denied.value.json()["code"] == code


def test_what_changes_in_the_table_counts_at_the_next_request(client: TestClient, rows: Rows) -> None:
    token = new_token()
    rows.add(token, {}, {})
    by_cookie = {"Cookie": cookie_of(token)}
    assert client.get("/admin", headers=by_cookie).json()["code"] == "role_missing"
    rows.execute("""update "user" set "role" = 'admin'""")
    assert client.get("/admin", headers=by_cookie).json() == "session"
    rows.execute('update "session" set "expiresAt" = ?', PAST)
    for path in ("/me", "/news", "/settings"):
        refused = client.get(path, headers=by_cookie)
        assert (refused.status_code, refused.json()["code"]) == (401, "session_unknown")


def test_an_outage_is_503_everywhere(client: TestClient, rows: Rows) -> None:
    token = new_token()
    rows.add(token, {}, {})
    rows.execute('alter table "session" rename column "token" to "former"')
    for path in ("/me", "/news", "/settings"):
        refused = client.get(path, headers={"Cookie": cookie_of(token)})
        assert (refused.status_code, refused.json()["code"]) == (503, "session_unavailable")
        assert refused.headers["Retry-After"] == "1"
    assert client.get("/news").json() == "anonymous"
