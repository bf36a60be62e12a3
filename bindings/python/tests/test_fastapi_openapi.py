"""What FastAPI makes of the dependencies: the scheme behind "Authorize", and no nesting."""

from collections.abc import Callable
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth

AUTH = BetterAuth("http://localhost:3000")
DEPENDENCIES: dict[str, Callable[..., object]] = {
    "current": AUTH.get_current_user,
    "optional": AUTH.get_optional_user,
    "access": AUTH.verify_user_access,
    "match": AUTH.verify_user_match,
    "role": AUTH.require_role("admin"),
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
    document = app_with(name).openapi()
    (scheme,) = document["components"]["securitySchemes"].items()
    assert scheme[0] == "BetterAuth"
    assert scheme[1]["type"] == "http"
    assert scheme[1]["scheme"] == "bearer"
    assert scheme[1]["bearerFormat"] == "JWT"
    operation = document["paths"]["/{user_id}"]["get"]
    assert operation["security"] == [{"BetterAuth": []}]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["user_id"]


def test_all_of_an_apps_dependencies_are_one_scheme() -> None:
    app = FastAPI()
    for name, dependency in DEPENDENCIES.items():
        app.get(f"/{name}/{{user_id}}", dependencies=[Depends(dependency)])(lambda: "x")
    app.get("/open")(lambda: "x")
    document = app.openapi()
    assert list(document["components"]["securitySchemes"]) == ["BetterAuth"]
    assert "security" not in document["paths"]["/open"]["get"]
