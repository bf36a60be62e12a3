"""What FastAPI makes of the dependencies: the scheme behind "Authorize", and no nesting."""

from collections.abc import Callable
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.models import OpenAPI
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount

from drawbridge import AuthError, Identity
from drawbridge.fastapi import BetterAuth

AUTH = BetterAuth("http://localhost:3000")
DEPENDENCIES: dict[str, Callable[..., object]] = {
    "current": AUTH.get_current_user,
    "optional": AUTH.get_optional_user,
    "access": AUTH.verify_user_access,
    "match": AUTH.verify_user_match,
    "role": AUTH.require_role("admin"),
    "membership": AUTH.require_membership("user_id"),
    "active": AUTH.get_current_active_user(lambda identity: True),
}


def app_with(name: str) -> FastAPI:
    app = FastAPI()

    @app.get("/{user_id}")
    async def get_it(user_id: str, user: Annotated[Identity, Depends(DEPENDENCIES[name])]) -> str:
        return user_id

    return app


@pytest.mark.parametrize("name", DEPENDENCIES)
def test_each_dependency_is_flat(name: str) -> None:
    route = next(route for route in app_with(name).routes if isinstance(route, APIRoute))
    (dependant,) = route.dependant.dependencies
    assert dependant.dependencies == []
    for kind in ("path", "query", "header", "cookie", "body"):
        assert getattr(dependant, f"{kind}_params") == []


@pytest.mark.parametrize("name", DEPENDENCIES)
def test_each_dependency_is_behind_authorize(name: str) -> None:
    document = AUTH.openapi(app_with(name))
    (scheme,) = document["components"]["securitySchemes"].items()
    assert scheme[0] == "BetterAuth"
    assert scheme[1]["type"] == "http"
    assert scheme[1]["scheme"] == "bearer"
    assert scheme[1]["bearerFormat"] == "JWT"
    operation = document["paths"]["/{user_id}"]["get"]
    assert operation["security"] == [{"BetterAuth": []}, *([{}] if name == "optional" else [])]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["user_id"]


def test_all_of_an_apps_dependencies_are_one_scheme() -> None:
    app = FastAPI()
    for name, dependency in DEPENDENCIES.items():
        app.get(f"/{name}/{{user_id}}", dependencies=[Depends(dependency)])(lambda: "x")
    app.get("/open")(lambda: "x")
    document = app.openapi()
    assert list(document["components"]["securitySchemes"]) == ["BetterAuth"]
    assert "security" not in document["paths"]["/open"]["get"]


REFUSALS = {
    "current": {"401", "503"},
    "optional": {"401", "503"},
    "access": {"401", "403", "503"},
    "match": {"401", "403", "503"},
    "role": {"401", "403", "503"},
    "membership": {"401", "403", "503"},
    "active": {"401", "403", "503"},
}


@pytest.mark.parametrize("name", DEPENDENCIES)
@pytest.mark.parametrize("how", ["in the app", "in a router", "by another dependency"])
def test_each_dependency_says_what_it_answers(name: str, how: str) -> None:
    dependency = DEPENDENCIES[name]

    def indirect(user: Annotated[object, Depends(dependency)]) -> object:
        return user

    app = FastAPI()
    app.get("/open")(lambda: "x")
    place = "/api/{user_id}/it"
    if how == "in a router":
        router = APIRouter(prefix="/api/{user_id}", dependencies=[Depends(dependency)])
        router.get("/it")(lambda: "x")
        app.include_router(router)
    else:
        app.get(place, dependencies=[Depends(dependency if how == "in the app" else indirect)])(lambda: "x")
    for document in (AUTH.openapi(app), AUTH.openapi(app)):  # what was said is not said twice
        responses = document["paths"][place]["get"]["responses"]
        assert set(responses) - {"200", "422"} == REFUSALS[name]
        for status in REFUSALS[name]:
            (content,) = responses[status]["content"].items()
            assert content == ("application/problem+json", {"schema": {"$ref": "#/components/schemas/AuthProblem"}})
        assert document["components"]["schemas"]["AuthProblem"]["required"][-1] == "code"
        assert set(document["paths"]["/open"]["get"]["responses"]) == {"200"}


def test_an_app_that_started_serves_the_same() -> None:
    app = FastAPI(lifespan=AUTH.lifespan)
    app.get("/{user_id}", dependencies=[Depends(AUTH.verify_user_access)])(lambda: "x")
    native = app.openapi()  # FastAPI keeps it
    assert "401" not in native["paths"]["/{user_id}"]["get"]["responses"]
    with TestClient(app) as client:
        served = client.get("/openapi.json").json()
    assert served == AUTH.openapi(app)
    assert "401" in served["paths"]["/{user_id}"]["get"]["responses"]


@pytest.mark.parametrize("outer", [FastAPI(), Starlette()], ids=["FastAPI", "Starlette"])
def test_a_mounted_app_says_so_in_its_own_document(outer: Starlette) -> None:
    mounted = FastAPI()
    mounted.get("/", dependencies=[Depends(AUTH.get_current_user)])(lambda: "x")
    app = Starlette(routes=[Mount("/outer", outer)], lifespan=AUTH.lifespan)
    outer.mount("/api", mounted)
    with TestClient(app) as client:
        document = client.get("/outer/api/openapi.json").json()
    assert set(document["paths"]["/"]["get"]["responses"]) == {"200", "401", "503"}


def test_what_the_app_says_itself_stands() -> None:
    app = FastAPI()
    own = {401: {"description": "Mine"}, "5XX": {"description": "Ours"}}
    app.get("/", dependencies=[Depends(AUTH.get_current_user)], responses=own)(lambda: "x")
    responses = AUTH.openapi(app)["paths"]["/"]["get"]["responses"]
    assert (responses["401"], responses["5XX"], "503" in responses) == ({"description": "Mine"}, own["5XX"], False)


def test_a_form_of_the_apps_own_is_not_described_as_ours() -> None:
    app = FastAPI()
    app.add_exception_handler(AuthError, lambda request, error: JSONResponse({}))
    app.get("/", dependencies=[Depends(AUTH.get_current_user)])(lambda: "x")
    document = AUTH.openapi(app)
    assert document["paths"]["/"]["get"]["responses"]["401"] == {"description": "No token, or one that is not valid"}
    assert "AuthProblem" not in document["components"].get("schemas", {})


def app_of_two(first: BetterAuth, second: BetterAuth) -> FastAPI:
    app = FastAPI()
    app.get("/customers", dependencies=[Depends(first.get_current_user)])(lambda: "x")
    app.get("/staff", dependencies=[Depends(second.require_role("admin"))])(lambda: "x")
    return app


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (({}, {}), ["BetterAuth", "BetterAuth2"]),
        (({}, {"scheme_name": "Staff"}), ["BetterAuth", "Staff"]),
        (({"scheme_name": "Customers"}, {"scheme_name": "Staff"}), ["Customers", "Staff"]),
    ],
)
def test_two_better_auths_are_two_schemes(names: tuple[dict[str, str], dict[str, str]], expected: list[str]) -> None:
    first = BetterAuth("http://localhost:3000", **names[0])  # type: ignore[call-overload]  # a table of keywords
    second = BetterAuth("http://localhost:4000", **names[1])  # type: ignore[call-overload]
    app = app_of_two(first, second)
    document = second.openapi(app)
    assert document == first.openapi(app)
    assert list(document["components"]["securitySchemes"]) == expected
    assert document["paths"]["/customers"]["get"]["security"] == [{expected[0]: []}]
    assert document["paths"]["/staff"]["get"]["security"] == [{expected[1]: []}]
    # In an app of its own each is what it is called.
    alone = FastAPI()
    alone.get("/", dependencies=[Depends(second.get_current_user)])(lambda: "x")
    assert list(second.openapi(alone)["components"]["securitySchemes"]) == [names[1].get("scheme_name", "BetterAuth")]


def test_the_document_is_valid() -> None:
    app = FastAPI()
    for name, dependency in DEPENDENCIES.items():
        app.post(f"/{name}/{{user_id}}", dependencies=[Depends(dependency)])(lambda: "x")
    OpenAPI.model_validate(AUTH.openapi(app))
