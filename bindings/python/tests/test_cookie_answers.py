"""What caches hear of an answer to a request that counted by its session cookie or an API key."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import pytest
from asgi_calls import send
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from drawbridge import AuthError, Identity
from drawbridge.fastapi import BetterAuth
from drawbridge.testing import Issuer

Headers = list[tuple[str, str]]
PRIVATE = ("private, no-store", "Cookie")


class CopiesTheScope:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(dict(scope), receive, send)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def auth(issuer: Issuer) -> Iterator[BetterAuth]:
    auth = BetterAuth(issuer.url, credentials="token,session,key")
    yield auth
    auth.verifier.close()


def make_app(auth: BetterAuth, **settings: object) -> FastAPI:
    app = FastAPI(**settings)  # type: ignore[arg-type]  # keywords of FastAPI's own
    user = [Depends(auth.get_current_user)]

    @app.get("/value", dependencies=user)
    async def get_value() -> str:
        return "value"

    @app.get("/response", dependencies=user)
    def get_response() -> Response:
        return Response("response")

    @app.get("/stream", dependencies=user)
    async def get_stream() -> StreamingResponse:
        return StreamingResponse(iter(["a", "b"]))

    @app.get("/own", dependencies=user)
    async def get_own() -> Response:
        return Response("own", headers={"Cache-Control": "private, max-age=5", "Vary": "Accept"})

    @app.get("/own-vary", dependencies=user)
    async def get_own_vary(response: Response) -> str:
        response.headers["Vary"] = "Accept, cookie"
        return "own"

    @app.get("/any-vary", dependencies=user)
    async def get_any_vary() -> Response:
        return Response("own", headers={"Vary": "*"})

    @app.get("/gone", dependencies=user)
    async def get_gone() -> None:
        raise HTTPException(404)

    @app.get("/invalid", dependencies=user)
    async def get_invalid(number: int) -> None: ...

    @app.get("/broken", dependencies=user)
    async def get_broken() -> None:
        raise ValueError

    @app.get("/admin", dependencies=[Depends(auth.require_role("admin"))])
    async def get_admin() -> None: ...

    @app.get("/later", dependencies=user)
    async def get_later() -> None:
        raise AuthError("user_unknown")

    @app.get("/news")
    async def get_news(user: Annotated[Identity | None, Depends(auth.get_optional_user)]) -> str:
        return "news"

    @app.get("/open")
    async def get_open() -> str:
        return "open"

    return app


def caching(answer: httpx.Response) -> tuple[str | None, str | None]:
    return answer.headers.get("cache-control"), answer.headers.get("vary")


PATHS = {
    "/value": (200, PRIVATE),
    "/response": (200, PRIVATE),
    "/stream": (200, PRIVATE),
    "/own": (200, ("private, max-age=5", "Accept, Cookie")),
    "/own-vary": (200, ("private, no-store", "Accept, cookie")),
    "/any-vary": (200, ("private, no-store", "*")),
    "/gone": (404, PRIVATE),
    "/invalid": (422, PRIVATE),
    "/broken": (500, PRIVATE),
    "/admin": (403, PRIVATE),
    "/later": (403, PRIVATE),
    "/news": (200, PRIVATE),
    "/open": (200, (None, None)),
}


@pytest.mark.parametrize("started", ["by its lifespan", "by its first request"])
@pytest.mark.parametrize("path", PATHS)
def test_an_answer_to_a_cookie_is_private(issuer: Issuer, auth: BetterAuth, path: str, started: str) -> None:
    client = TestClient(make_app(auth), raise_server_exceptions=False, headers={"Cookie": str(issuer.session_cookie())})
    if started == "by its lifespan":
        client.app = make_app(auth, lifespan=BetterAuth(verifier=auth.verifier).lifespan)
        client = TestClient(client.app, raise_server_exceptions=False, headers=client.headers)
        client.__enter__()
    else:
        client.get("/news", headers={"Cookie": ""})
    answer = client.get(path)
    assert (answer.status_code, caching(answer)) == PATHS[path]
    client.close()


@pytest.mark.parametrize(
    ("method", "code", "headers"),
    [
        ("GET", "session_unknown", lambda issuer: [("Cookie", str(gone(issuer)))]),
        ("GET", "credential_malformed", lambda issuer: [("Cookie", "better-auth.session_token=x")]),
        ("GET", "credential_malformed", lambda issuer: [("Cookie", str(issuer.session_cookie()))] * 2),
        ("POST", "origin_not_allowed", lambda issuer: [("Cookie", str(issuer.session_cookie()))]),
    ],
    ids=["unknown", "malformed", "twice", "of no page"],
)
def test_a_refusal_of_a_cookie_is_private(
    issuer: Issuer, auth: BetterAuth, method: str, code: str, headers: Callable[[Issuer], Headers]
) -> None:
    app = make_app(auth)
    app.post("/value", dependencies=[Depends(auth.get_current_user)])(lambda: "value")
    answer = send(app, method, "/value", headers(issuer))
    assert (answer.json()["code"], caching(answer)) == (code, PRIVATE)


@pytest.mark.parametrize("kinds", ["key", "token,session,key"])
@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/value", 200, ("private, no-store", "x-api-key")),
        ("/own", 200, ("private, max-age=5", "Accept, x-api-key")),
        ("/admin", 403, ("private, no-store", "x-api-key")),
        ("/open", 200, (None, None)),
    ],
)
def test_an_answer_to_a_key_is_private(
    issuer: Issuer, kinds: str, path: str, status: int, told: tuple[str | None, str | None]
) -> None:
    auth = BetterAuth(issuer.url, credentials=kinds)
    with TestClient(make_app(auth, lifespan=auth.lifespan), headers={"x-api-key": issuer.api_key()}) as client:
        answer = client.get(path)
        assert (answer.status_code, caching(answer)) == (status, told)


def gone(issuer: Issuer) -> object:
    cookie = issuer.session_cookie()
    issuer.sign_out(cookie)
    return cookie


@pytest.mark.parametrize(
    ("kinds", "vary"),
    [
        ("token", None),
        ("token,session", "Cookie"),
        ("key", "x-api-key"),
        ("token,session,key", "Cookie, x-api-key"),
    ],
)
@pytest.mark.parametrize("cookies", [[], [("Cookie", "theme=dark")]], ids=["nothing", "another cookie"])
def test_an_answer_to_nobody_is_not_for_somebody(
    issuer: Issuer, kinds: str, vary: str | None, cookies: Headers
) -> None:
    auth = BetterAuth(issuer.url, credentials=kinds)
    app = make_app(auth, lifespan=auth.lifespan)
    with TestClient(app) as client:
        answer = client.get("/news", headers=cookies)
        assert (answer.status_code, caching(answer)) == (200, (None, vary))


@pytest.mark.parametrize(
    "headers",
    [
        lambda issuer: [("Authorization", f"Bearer {issuer.token()}")],
        lambda issuer: [("Authorization", f"Bearer {issuer.token()}"), ("Cookie", str(issuer.session_cookie()))],
    ],
    ids=["a token", "a token before a cookie"],
)
def test_other_answers_are_left_as_they_are(
    issuer: Issuer, auth: BetterAuth, headers: Callable[[Issuer], Headers]
) -> None:
    app = make_app(auth)
    send(app, "GET", "/news", [])
    assert caching(send(app, "GET", "/news", headers(issuer))) == (None, None)


def test_an_app_that_takes_tokens_alone_gets_no_middleware(issuer: Issuer) -> None:
    auth = BetterAuth(issuer.url)
    app = make_app(auth, lifespan=auth.lifespan)
    with TestClient(app, headers={"Authorization": f"Bearer {issuer.token()}"}) as client:
        before = app.middleware_stack
        assert client.get("/value").status_code == 200
        assert app.middleware_stack is before
    assert type(before).__module__.startswith("starlette")


def test_middleware_of_the_app_stays(issuer: Issuer, auth: BetterAuth) -> None:
    app = make_app(auth)
    app.add_middleware(CopiesTheScope)
    app.add_middleware(GZipMiddleware, minimum_size=1)
    app.add_middleware(CORSMiddleware, allow_origins=auth.allowed_origins, allow_credentials=True)
    headers = [("Cookie", str(issuer.session_cookie())), ("Origin", issuer.url), ("Accept-Encoding", "gzip")]
    send(app, "GET", "/news", [])
    answer = send(app, "GET", "/value", headers)
    assert (answer.headers["access-control-allow-origin"], answer.headers["content-encoding"]) == (issuer.url, "gzip")
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["cache-control"] == "private, no-store"
    assert {"Accept-Encoding", "Origin", "Cookie"} <= set(answer.headers["vary"].split(", "))


def test_an_error_that_the_app_answers_itself_is_private(issuer: Issuer, auth: BetterAuth) -> None:
    app = make_app(auth)
    send(app, "GET", "/news", [])

    async def answer_error(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"code": "own"}, 418)

    app.add_exception_handler(AuthError, answer_error)
    app.middleware_stack = None
    send(app, "GET", "/news", [])
    answer = send(app, "GET", "/admin", [("Cookie", str(issuer.session_cookie()))])
    assert (answer.status_code, caching(answer)) == (418, PRIVATE)


@pytest.mark.parametrize("outer", ["a lifespan of ours", "no lifespan"])
def test_in_a_mounted_app(issuer: Issuer, auth: BetterAuth, outer: str) -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if outer == "no lifespan":
            yield
        else:
            async with BetterAuth(verifier=auth.verifier).lifespan(app):
                yield

    app = FastAPI(lifespan=lifespan)
    app.mount("/sub", make_app(auth))
    with TestClient(app, headers={"Cookie": str(issuer.session_cookie())}) as client:
        client.get("/sub/news", headers={"Cookie": ""})
        assert caching(client.get("/sub/response")) == PRIVATE
        assert caching(client.get("/sub/own")) == ("private, max-age=5", "Accept, Cookie")


def test_an_app_that_starts_again_says_it_once(issuer: Issuer, auth: BetterAuth) -> None:
    app = make_app(auth, lifespan=BetterAuth(verifier=auth.verifier).lifespan)
    for _ in range(3):
        with TestClient(app, headers={"Cookie": str(issuer.session_cookie())}) as client:
            answer = client.get("/response")
            assert answer.headers.get_list("vary") == ["Cookie"]
            assert answer.headers.get_list("cache-control") == ["private, no-store"]
