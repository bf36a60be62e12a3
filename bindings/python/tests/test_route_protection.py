"""assert_all_routes_protected: a route that was forgotten is found wherever it is."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ClassVar

import pytest
from asgi_calls import WrapperThatIsAnApp
from fastapi import APIRouter, Depends, FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Host, Mount, Route, Router, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from drawbridge.fastapi.dependencies import CurrentUser
from drawbridge.fastapi.route_check import check_routes
from drawbridge.testing import assert_all_routes_protected

AUTH = BetterAuth("http://localhost:3000")
OWNER = Depends(AUTH.verify_user_access)
USER = Depends(AUTH.get_current_user)


def endpoint() -> str:
    return "x"


async def plain(request: Request) -> PlainTextResponse:
    return PlainTextResponse("x")


def in_a_router(app: FastAPI) -> None:
    router = APIRouter(prefix="/a")
    router.get("/forgotten")(endpoint)
    app.include_router(router)


def in_a_router_of_a_router(app: FastAPI) -> None:
    inner = APIRouter(prefix="/b")
    inner.get("/forgotten")(endpoint)
    inner.get("/kept", dependencies=[USER])(endpoint)
    outer = APIRouter(prefix="/a")
    outer.include_router(inner)
    app.include_router(outer)


def in_a_mounted_app(app: FastAPI) -> None:
    mounted = FastAPI()
    mounted.get("/forgotten")(endpoint)
    app.mount("/a", mounted)


def in_an_app_that_is_mounted_deeper(app: FastAPI) -> None:
    innermost, between = FastAPI(), FastAPI(dependencies=[USER])
    innermost.get("/forgotten")(endpoint)
    between.get("/kept")(endpoint)
    between.mount("/b", innermost)  # dependencies of the app around do not run there
    app.mount("/a", between)


def behind_middleware(app: FastAPI) -> None:
    class Middleware:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await self.app(scope, receive, send)

    mounted = FastAPI()
    mounted.get("/forgotten")(endpoint)
    app.mount("/a", Middleware(mounted))


def behind_a_function(app: FastAPI) -> None:
    async def hidden(scope: Scope, receive: Receive, send: Send) -> None: ...

    app.mount("/hidden", hidden)


class Wrapper:
    """What has routes of its own is not all that it serves."""

    routes: ClassVar[list[BaseRoute]] = []

    def __init__(self, app: ASGIApp | None = None) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


class RouterOfItsOwn(Router):
    async def not_found(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("all that you ask for")(scope, receive, send)


def forgetting() -> FastAPI:
    app = FastAPI()
    app.get("/forgotten")(endpoint)
    return app


def behind_an_object_with_routes(app: FastAPI) -> None:
    app.mount("/hidden", Wrapper())


def behind_a_wrapper_with_routes(app: FastAPI) -> None:
    app.mount("/a", Wrapper(forgetting()))


def behind_a_wrapper_that_is_an_app(app: FastAPI) -> None:
    app.mount("/a", WrapperThatIsAnApp(forgetting()))


def behind_a_function_named_after_an_app(app: FastAPI) -> None:
    @functools.wraps(FastAPI(dependencies=[USER]))
    async def hidden(scope: Scope, receive: Receive, send: Send) -> None: ...

    app.mount("/hidden", hidden)


def as_the_default_of_a_router(app: FastAPI) -> None:
    app.router.default = forgetting()


def as_a_default_that_cannot_be_seen(app: FastAPI) -> None:
    async def hidden(scope: Scope, receive: Receive, send: Send) -> None: ...

    app.mount("/a", Router(default=hidden))


def by_a_router_that_finds_all(app: FastAPI) -> None:
    app.mount("/a", RouterOfItsOwn())


def behind_a_name_alone(app: FastAPI) -> None:
    @functools.wraps(AUTH.get_current_user)
    async def nobody_asked(*arguments: object, **named: object) -> None: ...

    app.get("/forgotten", dependencies=[Depends(nobody_asked)])(endpoint)


def behind_another_method(app: FastAPI) -> None:
    app.get("/forgotten", dependencies=[Depends(AsksNobody(AUTH.get_current_user.source))])(endpoint)


def behind_the_name_of_the_documentation(app: FastAPI) -> None:
    documentation = next(route.endpoint for route in app.routes if getattr(route, "path", "") == "/docs")
    app.get("/forgotten")(functools.wraps(documentation)(lambda: "x"))


def of_starlette(app: FastAPI) -> None:
    app.mount("/a", Starlette(routes=[Mount("/b", routes=[Route("/forgotten", plain)])]))


def of_a_host(app: FastAPI) -> None:
    mounted = FastAPI()
    mounted.get("/forgotten")(endpoint)
    app.router.routes.append(Host("api.test", mounted))


def as_a_plain_route(app: FastAPI) -> None:
    app.add_route("/forgotten", plain, methods=["POST"])


def as_a_web_socket(app: FastAPI) -> None:
    app.websocket("/forgotten")(endpoint)


def as_a_web_socket_in_a_router(app: FastAPI) -> None:
    router = APIRouter(prefix="/a")
    router.websocket("/forgotten")(endpoint)
    app.include_router(router)


def as_a_plain_web_socket(app: FastAPI) -> None:
    app.router.routes.append(WebSocketRoute("/forgotten", lambda socket: None))


def as_static_files(app: FastAPI) -> None:
    app.mount("/static", StaticFiles(directory=Path(__file__).parent))


def where_the_user_is_optional(app: FastAPI) -> None:
    app.get("/forgotten", dependencies=[Depends(AUTH.get_optional_user)])(endpoint)


def by_another_method(app: FastAPI) -> None:
    app.get("/both", dependencies=[USER])(endpoint)
    app.post("/both")(endpoint)


class AsksNobody(CurrentUser):
    async def __call__(self) -> None:  # type: ignore[override]
        ...


FORGOTTEN = {
    in_a_router: "GET /a/forgotten",
    in_a_router_of_a_router: "GET /a/b/forgotten",
    in_a_mounted_app: "GET /a/forgotten",
    in_an_app_that_is_mounted_deeper: "GET /a/b/forgotten",
    behind_middleware: "GET /a/forgotten",
    behind_a_function: "ANY /hidden",
    behind_an_object_with_routes: "ANY /hidden",
    behind_a_wrapper_with_routes: "GET /a/forgotten",
    behind_a_wrapper_that_is_an_app: "GET /a/forgotten",
    behind_a_function_named_after_an_app: "ANY /hidden",
    as_the_default_of_a_router: "GET /forgotten",
    as_a_default_that_cannot_be_seen: "ANY /a/*",
    by_a_router_that_finds_all: "ANY /a/*",
    behind_a_name_alone: "GET /forgotten",
    behind_another_method: "GET /forgotten",
    behind_the_name_of_the_documentation: "GET /forgotten",
    of_starlette: "GET /a/b/forgotten",
    of_a_host: "GET //api.test/forgotten",
    as_a_plain_route: "POST /forgotten",
    as_a_web_socket: "WebSocket /forgotten",
    as_a_web_socket_in_a_router: "WebSocket /a/forgotten",
    as_a_plain_web_socket: "WebSocket /forgotten",
    as_static_files: "ANY /static",
    where_the_user_is_optional: "GET /forgotten",
    by_another_method: "POST /both",
}


def app_with(forget: Callable[[FastAPI], None]) -> FastAPI:
    app = FastAPI()
    app.get("/health")(endpoint)
    app.get("/api/{user_id}/notes", dependencies=[OWNER])(endpoint)
    forget(app)
    return app


@pytest.mark.parametrize("forget", FORGOTTEN, ids=lambda forget: forget.__name__)
def test_a_forgotten_route_is_found(forget: Callable[[FastAPI], None]) -> None:
    app, name = app_with(forget), FORGOTTEN[forget]
    with pytest.raises(AssertionError) as found:
        assert_all_routes_protected(app, open={"/health"})
    named = [line.strip() for line in str(found.value).splitlines() if line.startswith("  ")]
    # Starlette answers HEAD where it answers GET.
    assert [line for line in named if not line.startswith("HEAD ")] == [name]
    assert_all_routes_protected(app, open={"/health", name.partition(" ")[2]})


def test_a_method_can_be_open_by_itself() -> None:
    app = FastAPI()
    app.get("/posts")(endpoint)
    app.post("/posts")(endpoint)
    with pytest.raises(AssertionError, match="POST /posts") as found:
        assert_all_routes_protected(app, open={"GET /posts"})
    assert "GET /posts" not in str(found.value)


def indirectly(user: Annotated[Identity, USER]) -> Identity:
    return user


class Checks:
    def __call__(self, user: Annotated[Identity, USER]) -> Identity:
        return user


@functools.wraps(indirectly)
async def named_after_one_that_asks(*arguments: object, **named: object) -> None:
    """FastAPI asks what the signature asks for, whatever is called in the end."""


PROTECTING = {
    "current": AUTH.get_current_user,
    "access": AUTH.verify_user_access,
    "role": AUTH.require_role("admin"),
    "session": AUTH.require_session,
    "permission": AUTH.require_permission("files", "read"),
    "active": AUTH.get_current_active_user(lambda identity: True),
    "by a function": indirectly,
    "by an object": Checks(),
    "by its call": AUTH.get_current_user.__call__,
    "by a partial": functools.partial(AUTH.get_current_user),
    "by a signature": named_after_one_that_asks,
}


@pytest.mark.parametrize("name", PROTECTING)
@pytest.mark.parametrize("where", ["route", "router", "include", "app", "web socket", "mount"])
def test_a_protected_route_is_none(name: str, where: str) -> None:
    dependencies = [Depends(PROTECTING[name])]
    app = FastAPI(dependencies=dependencies if where == "app" else [])
    path = "/{user_id}/notes"
    if where in ("router", "include"):
        router = APIRouter(dependencies=dependencies if where == "router" else [])
        router.get(path)(endpoint)
        app.include_router(router, prefix="/api", dependencies=dependencies if where == "include" else [])
    elif where == "web socket":
        app.websocket(path, dependencies=dependencies)(endpoint)
    elif where == "mount":
        mounted = FastAPI(dependencies=dependencies)
        mounted.get(path)(endpoint)
        app.mount("/api", mounted)
    else:
        app.get(path, dependencies=dependencies if where == "route" else [])(endpoint)
    assert_all_routes_protected(app)


def test_an_overridden_dependency_still_protects() -> None:
    app = FastAPI()
    app.get("/", dependencies=[USER])(endpoint)
    app.dependency_overrides[AUTH.get_current_user] = lambda: None
    assert_all_routes_protected(app)


def test_what_is_open_must_be_a_route() -> None:
    app = FastAPI()
    app.get("/health")(endpoint)
    with pytest.raises(AssertionError, match="open names something that is not a route of this app: /healthz"):
        assert_all_routes_protected(app, open={"/health", "/healthz"})


def test_an_app_that_mounts_itself_ends() -> None:
    app = FastAPI(dependencies=[USER])
    app.get("/x")(endpoint)
    app.mount("/again", app)
    assert_all_routes_protected(app)


def test_what_a_router_has_as_its_default_is_looked_into_at_the_start() -> None:
    app, by_default = FastAPI(), FastAPI()
    by_default.get("/notes", dependencies=[OWNER])(endpoint)
    app.mount("/{user_id}", Router(default=by_default))
    with pytest.raises(RuntimeError, match=r"The route /\{user_id\}/notes depends on verify_user_access"):
        check_routes(app)


def test_what_is_open_is_not_a_text() -> None:
    """Each of its characters would be a route: here the page at `/`."""
    app = FastAPI()
    app.add_api_route("/", lambda: None)
    with pytest.raises(TypeError, match=r"give a set, open=\{'/health'\}"):
        assert_all_routes_protected(app, open="/health")
