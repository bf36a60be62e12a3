"""What an app's document says of session cookies and API keys: schemes, any of which is enough, of what is taken."""

from collections.abc import Callable

import pytest
from fastapi import Depends, FastAPI
from fastapi.openapi.models import OpenAPI
from fastapi.security import APIKeyQuery
from fastapi.testclient import TestClient

from drawbridge.fastapi import BetterAuth

URL = "http://localhost:3000"
TOKEN, SESSION, KEY = "BetterAuth", "BetterAuthSession", "BetterAuthKey"


def app_of(auth: BetterAuth) -> FastAPI:
    app = FastAPI()
    dependencies: dict[str, Callable[..., object]] = {
        "current": auth.get_current_user,
        "optional": auth.get_optional_user,
        "access": auth.verify_user_access,
        "role": auth.require_role("admin"),
        "active": auth.get_current_active_user(lambda identity: True),
        "session": auth.require_session,
        "permission": auth.require_permission("files", "read"),
    }
    for name, dependency in dependencies.items():
        for add in (app.get, app.post):
            add(f"/{name}/{{user_id}}", dependencies=[Depends(dependency)])(lambda: "x")
    return app


def security_of(auth: BetterAuth, name: str) -> list[list[str]]:
    operation = auth.openapi(app_of(auth))["paths"][f"/{name}/{{user_id}}"]["get"]
    return [list(requirement) for requirement in operation["security"]]


ALL = [[TOKEN], [SESSION], [KEY]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("current", ALL),
        ("optional", [*ALL, []]),
        ("access", ALL),
        ("role", ALL),
        ("active", ALL),
        ("session", [[TOKEN], [SESSION]]),
        ("permission", [[TOKEN], [KEY]]),
    ],
)
def test_any_credential_of_those_that_get_in_is_enough(name: str, expected: list[list[str]]) -> None:
    assert security_of(BetterAuth(URL, credentials="token,session,key"), name) == expected


@pytest.mark.parametrize(
    ("kinds", "schemes", "current", "session", "permission"),
    [
        ("token", [TOKEN], [[TOKEN]], [[TOKEN]], [[TOKEN]]),
        ("session", [SESSION], [[SESSION]], [[SESSION]], [[SESSION]]),  # nobody gets in by the last: not "no need"
        ("key", [KEY], [[KEY]], [[KEY]], [[KEY]]),
        ("token,session", [TOKEN, SESSION], [[TOKEN], [SESSION]], [[TOKEN], [SESSION]], [[TOKEN]]),
        ("session,key", [SESSION, KEY], [[SESSION], [KEY]], [[SESSION]], [[KEY]]),
    ],
)
def test_only_what_is_taken_is_named(
    kinds: str,
    schemes: list[str],
    current: list[list[str]],
    session: list[list[str]],
    permission: list[list[str]],
) -> None:
    auth = BetterAuth(URL, credentials=kinds)
    assert list(auth.openapi(app_of(auth))["components"]["securitySchemes"]) == schemes
    assert security_of(auth, "current") == current
    assert security_of(auth, "session") == session
    assert security_of(auth, "permission") == permission


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"better_auth_url": URL}, "better-auth.session_token"),
        ({"better_auth_url": "https://app.example.com"}, "__Secure-better-auth.session_token"),
        ({"better_auth_url": URL, "session_cookie": "shop.session"}, "shop.session"),
        ({}, "better-auth.session_token"),
    ],
)
def test_the_schemes_say_where_the_credential_is(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], name: str
) -> None:
    monkeypatch.delenv("BETTER_AUTH_URL", raising=False)
    auth = BetterAuth(credentials="token,session,key", **settings)  # type: ignore[arg-type]
    schemes = auth.openapi(app_of(auth))["components"]["securitySchemes"]
    assert schemes[TOKEN]["scheme"] == "bearer"
    assert [schemes[SESSION][member] for member in ("type", "in", "name")] == ["apiKey", "cookie", name]
    assert [schemes[KEY][member] for member in ("type", "in", "name")] == ["apiKey", "header", "x-api-key"]
    assert auth._made == {}  # nothing was opened for it


@pytest.mark.parametrize(
    ("kinds", "method", "current", "permission"),
    [
        ("token", "get", {"401", "503"}, {"401", "403", "503"}),
        ("token", "post", {"401", "503"}, {"401", "403", "503"}),
        ("token,session", "get", {"401", "503"}, {"401", "403", "503"}),
        ("token,session", "post", {"401", "403", "503"}, {"401", "403", "503"}),
        ("token,key", "get", {"401", "429", "503"}, {"401", "403", "429", "503"}),
    ],
)
def test_what_may_be_answered_is_said(kinds: str, method: str, current: set[str], permission: set[str]) -> None:
    auth = BetterAuth(URL, credentials=kinds)
    paths = auth.openapi(app_of(auth))["paths"]
    assert set(paths["/current/{user_id}"][method]["responses"]) - {"200", "422"} == current
    assert set(paths["/permission/{user_id}"][method]["responses"]) - {"200", "422"} == permission


def test_the_document_is_valid_and_said_once() -> None:
    auth = BetterAuth(URL, credentials="token,session,key")
    app = app_of(auth)
    first = auth.openapi(app)
    OpenAPI.model_validate(first)
    assert auth.openapi(app) == first
    app.router.lifespan_context = auth.lifespan
    with TestClient(app) as client:
        assert client.get("/openapi.json").json() == first


def test_what_else_a_route_needs_stays() -> None:
    auth = BetterAuth(URL, credentials="session")
    app = FastAPI()
    needs = [Depends(APIKeyQuery(name="partner")), Depends(auth.get_current_user), Depends(auth.require_session)]
    app.get("/", dependencies=needs)(lambda: "x")
    document = auth.openapi(app)
    assert document["paths"]["/"]["get"]["security"] == [{"APIKeyQuery": []}, {SESSION: []}]
    assert list(document["components"]["securitySchemes"]) == ["APIKeyQuery", SESSION]


def test_of_two_better_auths_each_has_its_own() -> None:
    customers = BetterAuth(URL, credentials="session")
    staff = BetterAuth("http://localhost:4000", credentials="token,key", scheme_name="Staff")
    app = FastAPI()
    app.get("/customers", dependencies=[Depends(customers.get_current_user)])(lambda: "x")
    app.get("/staff", dependencies=[Depends(staff.get_current_user)])(lambda: "x")
    document = customers.openapi(app)
    assert document["paths"]["/customers"]["get"]["security"] == [{SESSION: []}]
    assert document["paths"]["/staff"]["get"]["security"] == [{"Staff": []}, {"StaffKey": []}]
