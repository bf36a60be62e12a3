"""What a client reads of a refusal: the document and the headers, as docs/errors.md has them."""

import logging
from collections.abc import Iterator
from typing import Annotated

import httpx
import pytest
from asgi_calls import bearer, get
from fastapi import Depends, FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException

from drawbridge import ERROR_CODES, AuthError, Identity
from drawbridge.fastapi import BetterAuth
from drawbridge.testing import Issuer

REALM = 'Bearer realm="drawbridge"'


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def auth(issuer: Issuer) -> Iterator[BetterAuth]:
    auth = BetterAuth(issuer.url)
    yield auth
    auth.verifier.close()


@pytest.fixture
def app(auth: BetterAuth) -> FastAPI:
    app = FastAPI()

    @app.get("/me")
    async def get_me(user: Annotated[Identity, Depends(auth.get_current_user)]) -> str:
        return str(user.uuid)

    @app.get("/admin", dependencies=[Depends(auth.require_role("admin"))])
    async def get_admin() -> str:
        return "admin"

    @app.get("/raise/{code}", dependencies=[Depends(auth.get_current_user)])
    async def raise_code(code: str) -> str:
        raise AuthError(code)

    @app.get("/open/{code}")
    def raise_code_without_user(code: str) -> str:
        raise AuthError(code)

    return app


def challenge(answer: httpx.Response) -> str | None:
    value: str | None = answer.headers.get("WWW-Authenticate")
    return value


def test_a_missing_token(app: FastAPI) -> None:
    answer = get(app, "/me")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert challenge(answer) == REALM
    assert answer.json() == {
        "type": "urn:drawbridge:error:token_missing",
        "title": "No credential was sent",
        "status": 401,
        "detail": "The request has no bearer token.",
        "code": "token_missing",
    }


def test_a_bad_token_is_named_and_not_repeated(app: FastAPI, issuer: Issuer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = issuer.token(expires_in=-60)
    answer = get(app, "/me?token=in-the-query", bearer(token))
    assert challenge(answer) == f'{REALM}, error="invalid_token", error_description="token_expired"'
    for part in token.split("."):
        assert part not in answer.text + str(answer.headers)
        assert part not in caplog.text
    assert "in-the-query" not in "".join(r.getMessage() for r in caplog.records if r.name == "drawbridge")


def test_the_hint_is_in_the_log_alone(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "drawbridge")
    answer = get(app, "/me", bearer("kN8vQ2xYp3aZ"))
    records = [r for r in caplog.records if r.name == "drawbridge" and "key set fetched" not in r.getMessage()]
    assert [(r.levelname, r.getMessage()[:24]) for r in records] == [("INFO", "GET /me: 401 token_malfo")]
    assert "/api/auth/token" in caplog.text
    assert "/api/auth/token" not in answer.text


def test_a_missing_role_is_an_insufficient_scope(app: FastAPI, issuer: Issuer) -> None:
    answer = get(app, "/admin", bearer(issuer.token(role="editor")))
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    assert challenge(answer) == f'{REALM}, error="insufficient_scope"'


def test_an_outage_is_503_and_never_401() -> None:
    with Issuer() as gone:
        token = gone.token()
    auth = BetterAuth(gone.url)
    app = FastAPI()
    app.get("/me", dependencies=[Depends(auth.get_current_user)])(lambda: "never")
    answer = get(app, "/me", bearer(token))
    auth.verifier.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "keys_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert challenge(answer) is None


def test_a_listed_key_that_cannot_be_used() -> None:
    class Careless(Issuer):
        def jwks(self) -> dict[str, list[dict[str, str]]]:
            return {"keys": [{**key, "use": "enc"} for key in super().jwks()["keys"]]}

    with Careless() as issuer:
        auth = BetterAuth(issuer.url)
        app = FastAPI()
        app.get("/me", dependencies=[Depends(auth.get_current_user)])(lambda: "never")
        answer = get(app, "/me", bearer(issuer.token()))
        auth.verifier.close()
    assert (answer.status_code, answer.json()["code"]) == (401, "key_unusable")


@pytest.mark.parametrize("code", ERROR_CODES)
def test_every_code_raised_in_a_route_is_its_problem_document(app: FastAPI, issuer: Issuer, code: str) -> None:
    answer = get(app, f"/raise/{code}", bearer(issuer.token()))
    error = AuthError(code)
    assert (answer.status_code, answer.json()) == (ERROR_CODES[code][1], error.problem())
    assert {name: answer.headers[name] for name in error.headers()} == error.headers()


def test_with_the_lifespan_a_route_without_a_user_may_raise_too(auth: BetterAuth, app: FastAPI) -> None:
    app.router.lifespan_context = auth.lifespan
    app.add_middleware(CORSMiddleware, allow_origins=["http://page.test"], expose_headers=["Retry-After"])
    with TestClient(app) as client:
        answer = client.get("/open/store_unavailable", headers={"Origin": "http://page.test"})
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert answer.headers["Access-Control-Allow-Origin"] == "http://page.test"


def test_middleware_is_made_once(auth: BetterAuth, app: FastAPI) -> None:
    made: list[object] = []

    class Counting:
        def __init__(self, app: object) -> None:
            made.append(self)
            self.app = app

        async def __call__(self, *arguments: object) -> None:
            await self.app(*arguments)  # type: ignore[operator]  # an ASGI app

    app.router.lifespan_context = auth.lifespan
    app.add_middleware(Counting)
    with TestClient(app) as client:
        assert client.get("/me").json()["code"] == "token_missing"
    assert len(made) == 1


def test_an_app_may_answer_in_its_own_way(auth: BetterAuth, app: FastAPI) -> None:
    @app.exception_handler(AuthError)
    async def answer_auth_error(request: Request, error: AuthError) -> JSONResponse:
        return JSONResponse({"own": error.code}, error.status)

    app.router.lifespan_context = auth.lifespan
    assert get(app, "/me").json() == {"own": "token_missing"}
    with TestClient(app) as client:
        assert client.get("/me").json() == {"own": "token_missing"}
        assert client.get("/open/user_unknown").json() == {"own": "user_unknown"}


def test_handlers_for_other_errors_do_not_take_ours(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    @app.exception_handler(Exception)
    async def answer_other(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"other": True}, 500)

    assert get(app, "/me").json()["code"] == "token_missing"
    assert get(app, "/nowhere").json() == {"other": True}


def test_a_mounted_app_answers_as_well(app: FastAPI) -> None:
    outer = FastAPI()
    outer.mount("/inner", app)
    assert get(outer, "/inner/me").json()["code"] == "token_missing"
