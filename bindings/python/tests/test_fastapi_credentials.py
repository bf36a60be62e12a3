"""Session cookies and API keys at the dependencies: which credential counts, and who is refused with which code."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import httpx
import pytest
from asgi_calls import send
from fastapi import Depends, FastAPI, WebSocket
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse
from watched_issuer import WatchedIssuer

from drawbridge import AuthError, Identity, Verifier
from drawbridge.fastapi import BetterAuth
from drawbridge.testing import SessionCookie

ALICE = "0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"
BOB = "7a1f3c55-2c1e-4c8a-8f6d-aa55bb66cc77"

Headers = list[tuple[str, str]]


@dataclass
class Api:
    issuer: WatchedIssuer
    auth: BetterAuth
    app: FastAPI

    def token(self, user: str = ALICE, **claims: object) -> Headers:
        return [("Authorization", f"Bearer {self.issuer.token(user, **claims)}")]  # type: ignore[arg-type]

    def key(self, user: str = ALICE, **permissions: list[str]) -> Headers:
        return [("x-api-key", self.issuer.api_key(user, permissions=permissions))]

    def session(self, user: str = ALICE, role: str | None = None) -> Headers:
        return [("Cookie", str(self.issuer.session_cookie(user, role=role)))]

    def page(self) -> Headers:
        """What a page of the front end sends by itself."""
        return [("Origin", self.issuer.url)]

    def signed_out(self) -> Headers:
        cookie = self.issuer.session_cookie(ALICE)
        self.issuer.sign_out(cookie)
        return [("Cookie", str(cookie))]

    def revoked(self) -> Headers:
        key = self.issuer.api_key(ALICE)
        self.issuer.revoke_api_key(key)
        return [("x-api-key", key)]

    def says(self, method: str, path: str, headers: Headers) -> str:
        return said(send(self.app, method, path, headers))


def said(answer: httpx.Response) -> str:
    """The error code of an answer, or what it says."""
    return str(answer.json()) if answer.status_code == 200 else str(answer.json()["code"])


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with WatchedIssuer() as issuer:
        auth = BetterAuth(issuer.url, credentials="token,session,key", secret=issuer.secret, credential_max_age=0)
        yield Api(issuer, auth, make_app(auth))
        auth.verifier.close()


def make_app(auth: BetterAuth) -> FastAPI:
    app = FastAPI()

    @app.api_route("/me", methods=["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PURGE"])
    async def get_me(user: Annotated[Identity, Depends(auth.get_current_user)]) -> str:
        return user.credential

    @app.get("/news")
    async def get_news(user: Annotated[Identity | None, Depends(auth.get_optional_user)]) -> str:
        return "anonymous" if user is None else user.credential

    @app.get("/admin")
    async def get_admin(user: Annotated[Identity, Depends(auth.require_role("admin"))]) -> str:
        return user.credential

    @app.get("/users/{user_id}")
    async def get_user(user: Annotated[Identity, Depends(auth.verify_user_access)]) -> str:
        return user.credential

    @app.get("/active")
    async def get_active(user: Annotated[Identity, Depends(auth.get_current_active_user(lambda user: True))]) -> str:
        return user.credential

    @app.get("/settings")
    async def get_settings(user: Annotated[Identity, Depends(auth.require_session)]) -> str:
        return user.credential

    @app.get("/files")
    async def get_files(user: Annotated[Identity, Depends(auth.require_permission("files", "read"))]) -> str:
        return user.credential

    @app.websocket("/events")
    async def send_events(socket: WebSocket, user: Annotated[Identity, Depends(auth.get_current_user)]) -> None:
        await socket.accept()
        await socket.send_text(user.credential)
        await socket.close()

    return app


def cookie_with(value: str) -> Headers:
    return [("Cookie", f"better-auth.session_token={value}")]


def forged(cookie: SessionCookie) -> str:
    """Of the right form, and signed by nobody."""
    return f"{cookie.value[:33]}{'A' * 43}%3D"


COUNTS: dict[str, tuple[Callable[[Api], Headers], str]] = {
    "nothing": (lambda api: [], "token_missing"),
    "a token": (lambda api: api.token(), "token"),
    "a session": (lambda api: api.session(), "session"),
    "a key": (lambda api: api.key(), "key"),
    "a key's token": (lambda api: api.token(key="k1"), "key"),
    "a token before a key and a session": (lambda api: api.session() + api.key() + api.token(), "token"),
    "a key before a session": (lambda api: api.session() + api.key(), "key"),
    "a bad token, which no session replaces": (
        lambda api: [*api.session(), ("Authorization", "Bearer x")],
        "token_malformed",
    ),
    "an ended token, which no key replaces": (lambda api: api.key() + api.token(exp=1), "token_expired"),
    "another scheme, which no session replaces": (
        lambda api: [*api.session(), ("Authorization", "Basic eDp5")],
        "token_missing",
    ),
    "an unknown key, which no session replaces": (lambda api: api.session() + api.revoked(), "api_key_unknown"),
    "two Authorization headers": (lambda api: api.token() + api.token(), "token_malformed"),
    "two keys": (lambda api: api.key() + api.key(), "credential_malformed"),
    "a key of no form": (lambda api: [("x-api-key", "a b")], "credential_malformed"),
    "two session cookies": (lambda api: api.session() + api.session(), "credential_malformed"),
    "cookies in two headers": (lambda api: [("Cookie", "theme=dark"), *api.session()], "session"),
    "cookies of others alone": (lambda api: [("Cookie", "theme=dark")], "token_missing"),
    "a cookie of no form": (lambda api: cookie_with("x"), "credential_malformed"),
    "an empty cookie": (lambda api: cookie_with(""), "credential_malformed"),
    "a forged cookie": (lambda api: cookie_with(forged(api.issuer.session_cookie())), "session_unknown"),
    "a session that was signed out": (lambda api: api.signed_out(), "session_unknown"),
    "a session that is over": (
        lambda api: [("Cookie", str(api.issuer.session_cookie(expires_in=-1)))],
        "session_unknown",
    ),
    "a key that was revoked": (lambda api: api.revoked(), "api_key_unknown"),
}


@pytest.mark.parametrize("name", COUNTS)
def test_which_credential_counts(api: Api, name: str) -> None:
    headers, expected = COUNTS[name]
    assert api.says("GET", "/me", headers(api)) == expected


@pytest.mark.parametrize("name", COUNTS)
def test_a_user_is_optional_only_where_nothing_was_sent(api: Api, name: str) -> None:
    headers, expected = COUNTS[name]
    assert api.says("GET", "/news", headers(api)) == ("anonymous" if expected == "token_missing" else expected)


@pytest.mark.parametrize(
    ("kinds", "counts", "hint"),
    [
        ("token", {"token": "token", "session": "token_missing", "key": "token_missing"}, "Authorization"),
        ("session", {"token": "token_missing", "session": "session", "key": "token_missing"}, "better-auth.session_"),
        ("key", {"token": "token_missing", "session": "token_missing", "key": "key"}, "x-api-key"),
        ("session,key", {"token": "token_missing", "session": "session", "key": "key"}, "x-api-key"),
    ],
)
def test_a_kind_that_is_not_taken_is_not_looked_at(
    api: Api, kinds: str, counts: dict[str, str], hint: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "drawbridge")
    auth = BetterAuth(api.issuer.url, credentials=kinds)
    app = make_app(auth)
    with auth.verifier:
        for kind, headers in (("token", api.token()), ("session", api.session()), ("key", api.key())):
            assert said(send(app, "GET", "/me", headers)) == counts[kind]
        caplog.clear()
        send(app, "GET", "/me", [])
        logged = [record.getMessage() for record in caplog.records]  # the fetch of keys may be among them
    assert [line for line in logged if hint in line]


def test_nothing_forged_is_asked_about_where_the_secret_is_known(api: Api) -> None:
    before = len(api.issuer.asked)
    assert api.says("GET", "/me", cookie_with(forged(api.issuer.session_cookie()))) == "session_unknown"
    assert len(api.issuer.asked) == before
    with BetterAuth(api.issuer.url, credentials="session").verifier as verifier:
        assert said(send(make_app(BetterAuth(verifier=verifier)), "GET", "/me", api.session())) == "session"
    assert api.issuer.asked[before:] == ["/api/auth/get-session"]


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/admin", lambda api: api.session(role="admin"), "session"),
        ("/admin", lambda api: api.session(), "role_missing"),
        (f"/users/{ALICE}", lambda api: api.session(), "session"),
        (f"/users/{ALICE}", lambda api: api.key(), "key"),
        (f"/users/{BOB}", lambda api: api.session(), "user_mismatch"),
        (f"/users/{BOB}", lambda api: api.signed_out(), "session_unknown"),
        ("/active", lambda api: api.session(), "session"),
        ("/active", lambda api: api.revoked(), "api_key_unknown"),
        ("/settings", lambda api: api.session(), "session"),
        ("/settings", lambda api: api.token(), "token"),
        ("/settings", lambda api: api.key(files=["read"]), "permission_missing"),
        ("/settings", lambda api: api.token(key="k1"), "permission_missing"),
        ("/settings", lambda api: [], "token_missing"),
        ("/files", lambda api: api.key(files=["write", "read"]), "key"),
        ("/files", lambda api: api.token(key="k1", permissions={"files": ["read"]}), "key"),
        ("/files", lambda api: api.key(files=["write"]), "permission_missing"),
        ("/files", lambda api: api.key(folders=["read"]), "permission_missing"),
        ("/files", lambda api: api.key(), "permission_missing"),
        ("/files", lambda api: api.session(role="admin"), "permission_missing"),
        ("/files", lambda api: api.token(permissions={"files": ["read"]}), "permission_missing"),
        ("/files", lambda api: [], "token_missing"),
    ],
)
def test_each_dependency_goes_by_the_credential_that_counts(
    api: Api, path: str, headers: Callable[[Api], Headers], expected: str
) -> None:
    assert api.says("GET", path, headers(api)) == expected


def test_the_same_permission_is_the_same_dependency(api: Api) -> None:
    assert api.auth.require_permission("files", "read") is api.auth.require_permission("files", "read")
    assert api.auth.require_permission("files", "read") is not api.auth.require_permission("files", "write")


@pytest.mark.parametrize(("resource", "action"), [("", "read"), ("files", ""), ("files", " read"), ("files", None)])
def test_what_can_be_no_permission_is_refused_at_once(api: Api, resource: str, action: str) -> None:
    with pytest.raises(ValueError, match=r"^require_permission takes a resource and an action"):
        api.auth.require_permission(resource, action)


def test_an_override_takes_the_place_of_a_dependency(api: Api) -> None:
    identity = api.auth.verifier.verify(api.issuer.token(ALICE))
    app = make_app(api.auth)
    for dependency in (api.auth.require_session, api.auth.require_permission("files", "read")):
        app.dependency_overrides[dependency] = lambda: identity
    assert said(send(app, "GET", "/settings", [])) == said(send(app, "GET", "/files", [])) == "token"


SENDERS: dict[str, tuple[Callable[[Api], Headers], str]] = {
    "nothing": (lambda api: [], "origin_not_allowed"),
    "an allowed origin": (lambda api: api.page(), "session"),
    "another origin": (lambda api: [("Origin", "https://evil.example")], "origin_not_allowed"),
    "an opaque origin": (lambda api: [("Origin", "null")], "origin_not_allowed"),
    "two origins": (lambda api: api.page() + api.page(), "origin_not_allowed"),
    "the same origin by fetch metadata": (lambda api: [("Sec-Fetch-Site", "same-origin")], "session"),
    "the same site": (lambda api: [("Sec-Fetch-Site", "same-site")], "origin_not_allowed"),
    "another site": (lambda api: [("Sec-Fetch-Site", "cross-site")], "origin_not_allowed"),
    "no page": (lambda api: [("Sec-Fetch-Site", "none")], "origin_not_allowed"),
    "an allowed origin of another site": (lambda api: [*api.page(), ("Sec-Fetch-Site", "cross-site")], "session"),
    "another origin that says the same": (
        lambda api: [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "same-origin")],
        "origin_not_allowed",
    ),
}


@pytest.mark.parametrize("name", SENDERS)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PURGE"])
def test_a_cookie_changes_something_only_for_a_page_that_may(api: Api, method: str, name: str) -> None:
    headers, expected = SENDERS[name]
    assert api.says(method, "/me", api.session() + headers(api)) == expected


@pytest.mark.parametrize("name", SENDERS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_whoever_sends_it_a_cookie_may_read(api: Api, method: str, name: str) -> None:
    headers, _ = SENDERS[name]
    assert send(api.app, method, "/me", api.session() + headers(api)).status_code == 200


@pytest.mark.parametrize("kind", ["token", "key"])
def test_no_page_sends_a_token_or_a_key_by_itself(api: Api, kind: str) -> None:
    foreign = [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")]
    headers = {"token": api.token, "key": api.key}[kind]()
    assert api.says("POST", "/me", api.session() + headers + foreign) == kind


def test_the_sender_is_judged_before_the_cookie(api: Api) -> None:
    before = len(api.issuer.asked)
    assert api.says("POST", "/me", cookie_with("x")) == "origin_not_allowed"
    assert api.says("POST", "/me", api.session() + api.session()) == "origin_not_allowed"
    assert len(api.issuer.asked) == before


@pytest.mark.parametrize("name", SENDERS)
def test_a_websocket_is_opened_by_a_cookie_only_for_a_page_that_may(api: Api, name: str) -> None:
    headers, expected = SENDERS[name]
    assert on_websocket(api, api.session() + headers(api)) == expected


@pytest.mark.parametrize("kind", ["token", "key"])
def test_a_websocket_by_a_token_or_a_key_needs_no_origin(api: Api, kind: str) -> None:
    assert on_websocket(api, {"token": api.token, "key": api.key}[kind]()) == kind


def on_websocket(api: Api, headers: Headers) -> str:
    client = TestClient(api.app, headers=None)
    try:
        with client.websocket_connect("/events", headers=httpx.Headers(headers)) as socket:  # type: ignore[arg-type]
            return str(socket.receive_text())
    except WebSocketDenialResponse as denied:
        return str(denied.json()["code"])


def test_a_verifier_of_ones_own_says_which_kinds_are_taken(api: Api) -> None:
    with Verifier(api.issuer.url, credentials=["session"], credential_max_age=0) as verifier:
        assert (verifier.credentials, verifier.session_cookie) == (("session",), "better-auth.session_token")
        headers = [(name.lower().encode(), value.encode()) for name, value in api.session()]
        assert verifier.authenticate_request(headers, method="GET").credential == "session"
        with pytest.raises(TypeError, match="bytes"):
            verifier.authenticate_request([("cookie", "x")])  # type: ignore[list-item]
    with Verifier(api.issuer.url) as verifier:
        assert (verifier.credentials, verifier.session_cookie) == (("token",), None)


@pytest.mark.parametrize(
    ("method", "is_websocket", "code"),
    [
        ("GET", False, None),
        ("GET", True, "origin_not_allowed"),  # as the handshake is sent (RFC 6455 §4.1)
        ("get", False, "origin_not_allowed"),
        ("", False, "origin_not_allowed"),
        ("POST", False, "origin_not_allowed"),
    ],
)
def test_a_request_is_judged_by_its_method_and_whether_it_is_a_handshake(
    api: Api, method: str, is_websocket: bool, code: str | None
) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in api.session()]
    verifier = api.auth.verifier

    def refused_by(call: Callable[[], Identity]) -> str | None:
        try:
            return None if call().credential == "session" else "another"
        except AuthError as error:
            return error.code

    how = {"method": method, "is_websocket": is_websocket}
    assert refused_by(lambda: verifier.authenticate_request(headers, **how)) == code  # type: ignore[arg-type]
    in_a_loop = verifier.authenticate_request_async
    assert refused_by(lambda: asyncio.run(in_a_loop(headers, **how))) == code  # type: ignore[arg-type]
