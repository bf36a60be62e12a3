"""Whose data a route serves when another path, or a parameter beside the path, could name another user."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import pytest
from asgi_calls import WrapperThatIsAnApp, bearer, get
from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request, Security, WebSocket
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from drawbridge.testing import Issuer

BOB = "7a1f3c55-2c1e-4c8a-8f6d-aa55bb66cc77"
EVE = "0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"

Build = Callable[[FastAPI, BetterAuth], None]


@dataclass
class Api:
    issuer: Issuer
    auth: BetterAuth

    def headers(self) -> dict[str, str]:
        return {"Authorization": bearer(self.issuer.token(BOB))}


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with Issuer() as issuer:
        auth = BetterAuth(issuer.url)
        yield Api(issuer, auth)
        auth.verifier.close()


def owner_of(auth: BetterAuth) -> Any:
    return Depends(auth.verify_user_access)


def notes(auth: BetterAuth, path: str = "/notes") -> FastAPI:
    """An app whose route answers with the user whose notes it would give."""
    sub = FastAPI()

    @sub.get(path, dependencies=[owner_of(auth)])
    async def list_notes(user_id: UUID | None = None) -> str:
        return str(user_id)

    return sub


# ---- refused at the start ----------------------------------------------------------------------------


def a_mount(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api/v1/{user_id}", notes(auth))


def a_mount_with_a_convertor(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api/v1/{user_id:uuid}", notes(auth))


def a_mount_that_takes_slashes(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api/v1/{user_id:path}/of", notes(auth))


def a_mount_without_the_parameter(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api/v1", notes(auth))


def a_mount_in_a_mount(app: FastAPI, auth: BetterAuth) -> None:
    middle = FastAPI()
    middle.mount("/{user_id}", notes(auth))
    app.mount("/api/v1", middle)


def a_mount_around_a_mount(app: FastAPI, auth: BetterAuth) -> None:
    middle = FastAPI()
    middle.mount("/deep", notes(auth))
    app.mount("/api/v1/{user_id}", middle)


def a_mount_of_starlette(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api/v1/{user_id}", Starlette(routes=[Mount("/deep", app=notes(auth))]))


def a_mount_of_routes(app: FastAPI, auth: BetterAuth) -> None:
    app.router.routes.append(Mount("/api/v1/{user_id}", routes=notes(auth).routes))


def a_mount_of_a_router(app: FastAPI, auth: BetterAuth) -> None:
    router = APIRouter(dependencies=[owner_of(auth)])
    router.get("/notes")(lambda user_id: user_id)
    app.mount("/api/v1/{user_id}", router)


def a_mount_in_a_router_of_starlette(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api", Router(routes=[Mount("/v1/{user_id}", app=notes(auth))]))


def a_mount_behind_middleware(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api/v1/{user_id}", GZipMiddleware(notes(auth)))


def a_mount_behind_a_wrapper_with_routes(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api/v1/{user_id}", WrapperThatIsAnApp(notes(auth)))


def a_host(app: FastAPI, auth: BetterAuth) -> None:
    app.host("{user_id}.api.test", notes(auth))


def a_host_in_a_mount(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api", Starlette(routes=[Host("{user_id}.api.test", app=notes(auth))]))


def an_endpoint_that_is_an_app(app: FastAPI, auth: BetterAuth) -> None:
    app.router.routes.append(Route("/notes/{user_id}/{rest:path}", endpoint=notes(auth)))


def the_parameter_in_both(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api/v1/{user_id}", notes(auth, "/{user_id}/notes"))


def another_parameter_in_the_route(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api/v1/{user_id}", notes(auth, "/{note_id}"))


def a_mount_in_an_included_router(app: FastAPI, auth: BetterAuth) -> None:
    # FastAPI before 0.115 or so passed over what is mounted in a router.
    router = APIRouter(prefix="/{user_id}")
    router.mount("/deep", notes(auth))
    app.mount("/api/v1", router)


def dependencies_of_a_mounted_app(app: FastAPI, auth: BetterAuth) -> None:
    sub = FastAPI(dependencies=[owner_of(auth)])
    sub.get("/notes")(lambda user_id: user_id)
    app.mount("/api/v1/{user_id}", sub)


def a_dependency_of_a_dependency(app: FastAPI, auth: BetterAuth) -> None:
    def owner(user: Annotated[Identity, owner_of(auth)]) -> Identity:
        return user

    sub = FastAPI()
    sub.get("/notes", dependencies=[Depends(owner)])(lambda user_id: user_id)
    app.mount("/api/v1/{user_id}", sub)


def a_class_as_a_dependency(app: FastAPI, auth: BetterAuth) -> None:
    class Notes:
        def __init__(self, user_id: UUID, owner: Annotated[Identity, owner_of(auth)]) -> None:
            self.user_id = user_id

    sub = FastAPI()
    sub.get("/notes", dependencies=[Depends(Notes)])(lambda: "never")
    app.mount("/api/v1/{user_id}", sub)


def a_partial_function_as_a_dependency(app: FastAPI, auth: BetterAuth) -> None:
    sub = FastAPI()
    sub.get("/notes", dependencies=[Depends(partial(auth.verify_user_access))])(lambda user_id: user_id)
    app.mount("/api/v1/{user_id}", sub)


def the_method_as_a_dependency(app: FastAPI, auth: BetterAuth) -> None:
    sub = FastAPI()
    sub.get("/notes", dependencies=[Depends(auth.verify_user_access.__call__)])(lambda user_id: user_id)
    app.mount("/api/v1/{user_id}", sub)


def a_security_dependency(app: FastAPI, auth: BetterAuth) -> None:
    sub = FastAPI()
    sub.get("/notes", dependencies=[Security(auth.verify_user_access, scopes=["notes"])])(lambda user_id: user_id)
    app.mount("/api/v1/{user_id}", sub)


def a_dependency_in_place_of_another(app: FastAPI, auth: BetterAuth) -> None:
    def signed_in() -> None: ...

    sub = FastAPI()
    sub.get("/notes", dependencies=[Depends(signed_in)])(lambda user_id: user_id)
    sub.dependency_overrides[signed_in] = auth.verify_user_access
    app.mount("/api/v1/{user_id}", sub)


def a_socket(app: FastAPI, auth: BetterAuth) -> None:
    sub = FastAPI()

    @sub.websocket("/notes", dependencies=[owner_of(auth)])
    async def send_notes(socket: WebSocket, user_id: UUID) -> None: ...

    app.mount("/api/v1/{user_id}", sub)


def a_parameter_of_another_name(app: FastAPI, auth: BetterAuth) -> None:
    named = BetterAuth(verifier=auth.verifier, user_id_parameter="owner")
    sub = FastAPI()
    sub.get("/notes", dependencies=[owner_of(named)])(lambda owner: owner)
    app.mount("/api/v1/{owner}", sub)


def dependencies_around_a_mount(app: FastAPI, auth: BetterAuth) -> None:
    router = APIRouter(dependencies=[owner_of(auth)])
    router.mount("/{user_id}/files", StaticFiles(directory="."))
    app.include_router(router, prefix="/api")


def dependencies_around_a_mounted_route(app: FastAPI, auth: BetterAuth) -> None:
    sub, outer = FastAPI(), APIRouter(dependencies=[owner_of(auth)])
    sub.get("/{user_id}/notes")(lambda user_id: user_id)
    outer.mount("/api", sub)
    app.include_router(outer)


def dependencies_around_a_plain_route(app: FastAPI, auth: BetterAuth) -> None:
    router = APIRouter(dependencies=[owner_of(auth)])
    router.add_route("/{user_id}/notes", lambda request: PlainTextResponse("anybody's"))
    app.include_router(router)


MOUNTS = [
    a_mount,
    a_mount_with_a_convertor,
    a_mount_that_takes_slashes,
    a_mount_without_the_parameter,
    a_mount_in_a_mount,
    a_mount_around_a_mount,
    a_mount_of_starlette,
    a_mount_of_routes,
    a_mount_of_a_router,
    a_mount_in_a_router_of_starlette,
    a_mount_behind_middleware,
    a_mount_behind_a_wrapper_with_routes,
    a_host,
    a_host_in_a_mount,
    an_endpoint_that_is_an_app,
    the_parameter_in_both,
    another_parameter_in_the_route,
    a_mount_in_an_included_router,
    dependencies_of_a_mounted_app,
    a_dependency_of_a_dependency,
    a_class_as_a_dependency,
    a_partial_function_as_a_dependency,
    the_method_as_a_dependency,
    a_security_dependency,
    a_dependency_in_place_of_another,
    a_socket,
    a_parameter_of_another_name,
    dependencies_around_a_mount,
    dependencies_around_a_mounted_route,
    dependencies_around_a_plain_route,
]


@pytest.mark.parametrize("build", MOUNTS, ids=lambda build: build.__name__)
def test_an_app_does_not_start_where_a_mount_would_name_the_user(api: Api, build: Build) -> None:
    app = FastAPI(lifespan=api.auth.lifespan)
    build(app, api.auth)
    with pytest.raises(RuntimeError, match=r"verify_user_access") as raised, TestClient(app):
        raise AssertionError("the app started")
    assert "\n" not in str(raised.value)


def test_what_is_said_names_the_whole_path_and_what_to_write(api: Api) -> None:
    app = FastAPI(lifespan=api.auth.lifespan)
    a_mount_in_a_mount(app, api.auth)
    with pytest.raises(RuntimeError) as raised, TestClient(app):
        raise AssertionError("the app started")
    assert str(raised.value) == (
        "The route /api/v1/{user_id}/notes depends on verify_user_access, but {user_id} is in the path or host of a "
        "mount (/api/v1/{user_id}), whose parameters FastAPI does not pass to the routes below: they would "
        'take user_id from the query. Put it into the path of each route: APIRouter(prefix="/api/v1/{user_id}") with '
        "app.include_router(router), or a mount that ends before {user_id}."
    )


# ---- refused at the request, where nobody looked at the start ----------------------------------------


def hidden(app: ASGIApp) -> ASGIApp:
    async def pass_on(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    return pass_on


def added_later(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api/v1/{user_id}", notes(auth))


def hidden_by_a_function(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api/v1/{user_id}", hidden(notes(auth)))


def asked_by_hand(app: FastAPI, auth: BetterAuth) -> None:
    async def owner(request: Request) -> Identity:
        return await auth.verify_user_access(request)

    sub = FastAPI()
    sub.get("/notes", dependencies=[Depends(owner)])(lambda user_id: user_id)
    app.mount("/api/v1/{user_id}", sub)


def passed_on_by_a_route(app: FastAPI, auth: BetterAuth) -> None:
    sub = notes(auth, "/api/v1/{whose}/notes")

    class PassOn:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await sub(scope, receive, send)

    app.router.routes.append(Route("/api/v1/{user_id}/notes", endpoint=PassOn()))


@pytest.mark.parametrize("add", [added_later, hidden_by_a_function, asked_by_hand, passed_on_by_a_route])
def test_a_route_that_was_not_seen_at_the_start_serves_nobody(api: Api, add: Build) -> None:
    app = FastAPI()
    add(app, api.auth)
    for whose in (BOB, EVE):
        for query in ("", f"?user_id={EVE}"):
            answer = get(app, f"/api/v1/{whose}/notes{query}", api.headers()["Authorization"])
            assert answer.status_code == 500, answer.text
    assert get(app, f"/api/v1/{BOB}/notes?user_id={EVE}").json()["code"] == "token_missing"


def test_an_app_that_is_mounted_after_the_start_serves_nobody(api: Api) -> None:
    app = FastAPI(lifespan=BetterAuth(verifier=api.auth.verifier).lifespan)
    with TestClient(app, raise_server_exceptions=False) as client:
        app.mount("/api/v1/{user_id}", notes(api.auth))
        answer = client.get(f"/api/v1/{BOB}/notes", params={"user_id": EVE}, headers=api.headers())
        assert answer.status_code == 500


def test_a_socket_below_a_mount_is_not_accepted(api: Api) -> None:
    app = FastAPI()
    a_socket(app, api.auth)
    client = TestClient(app, headers=api.headers())
    with (
        pytest.raises((RuntimeError, WebSocketDisconnect)),
        client.websocket_connect(f"/api/v1/{BOB}/notes?user_id={EVE}"),
    ):
        raise AssertionError("the socket was accepted")


# ---- served as before --------------------------------------------------------------------------------


def a_mount_that_ends_before_the_user(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api/v1", notes(auth, "/{user_id}/notes"))


def two_mounts_that_end_before_the_user(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/api", Starlette(routes=[Mount("/v1", app=GZipMiddleware(notes(auth, "/{user_id}/notes")))]))


def a_mount_with_a_parameter_of_its_own(app: FastAPI, auth: BetterAuth) -> None:
    app.mount("/{edge}/v1", notes(auth, "/{user_id}/notes"))


def a_router_with_a_prefix(app: FastAPI, auth: BetterAuth) -> None:
    router = APIRouter(prefix="/{user_id}", dependencies=[owner_of(auth)])
    router.get("/notes")(lambda user_id: user_id)
    app.include_router(router, prefix="/api/v1")


def a_router_in_a_router(app: FastAPI, auth: BetterAuth) -> None:
    inner, outer = APIRouter(), APIRouter(prefix="/v1/{user_id}", dependencies=[owner_of(auth)])
    inner.get("/notes")(lambda user_id: user_id)
    outer.include_router(inner)
    app.include_router(outer, prefix="/api")


def a_router_in_a_mounted_app(app: FastAPI, auth: BetterAuth) -> None:
    sub = FastAPI()
    a_router_with_a_prefix(sub, auth)
    app.mount("/edge", sub)
    a_router_with_a_prefix(app, auth)


def dependencies_of_the_app(app: FastAPI, auth: BetterAuth) -> None:
    app.router.dependencies.append(owner_of(auth))
    app.get("/api/v1/{user_id}/notes")(lambda user_id: user_id)
    app.mount("/static", StaticFiles(directory="."))


def a_class_that_names_the_paths_user(app: FastAPI, auth: BetterAuth) -> None:
    class Notes:
        def __init__(self, user_id: UUID, owner: Annotated[Identity, owner_of(auth)]) -> None:
            self.user_id = user_id

    async def list_notes(notes: Annotated[Notes, Depends()]) -> UUID:
        return notes.user_id

    app.get("/api/v1/{user_id}/notes")(list_notes)


def other_parameters(app: FastAPI, auth: BetterAuth) -> None:
    class Filter(BaseModel):
        user: str = ""

    async def list_notes(
        user_id: Annotated[UUID, Path(alias="user_id")],
        filter: Annotated[Filter, Query()],
        agent: Annotated[str, Header(alias="User-Agent")],
        page: int = 1,
    ) -> UUID:
        return user_id

    app.get("/api/v1/{user_id:uuid}/notes", dependencies=[owner_of(auth)])(list_notes)


SERVED = [
    a_mount_that_ends_before_the_user,
    two_mounts_that_end_before_the_user,
    a_mount_with_a_parameter_of_its_own,
    a_router_with_a_prefix,
    a_router_in_a_router,
    a_router_in_a_mounted_app,
    dependencies_of_the_app,
    a_class_that_names_the_paths_user,
    other_parameters,
]


@pytest.mark.parametrize("build", SERVED, ids=lambda build: build.__name__)
def test_a_path_that_names_the_user_is_served(api: Api, build: Build) -> None:
    auth = BetterAuth(verifier=api.auth.verifier)
    app = FastAPI(lifespan=auth.lifespan)
    build(app, auth)
    with TestClient(app) as client:
        for _ in range(2):  # the second time by what was found the first time
            own = client.get(f"/api/v1/{BOB}/notes", params={"user_id": EVE}, headers=api.headers())
            assert (own.status_code, own.json()) == (200, BOB)
            others = client.get(f"/api/v1/{EVE}/notes", params={"user_id": BOB}, headers=api.headers())
            assert (others.status_code, others.json()["code"]) == (403, "user_mismatch")


def test_starlette_may_be_the_outer_app(api: Api) -> None:
    auth = BetterAuth(verifier=api.auth.verifier)
    served = Starlette(lifespan=auth.lifespan, routes=[Mount("/api/v1", app=notes(auth, "/{user_id}/notes"))])
    with TestClient(served) as client:
        assert client.get(f"/api/v1/{BOB}/notes", headers=api.headers()).json() == BOB
    refused = Starlette(lifespan=auth.lifespan, routes=[Mount("/api/v1/{user_id}", app=notes(auth))])
    with pytest.raises(RuntimeError, match="verify_user_access"), TestClient(refused):
        raise AssertionError("the app started")


def test_a_proxys_prefix_changes_nothing(api: Api) -> None:
    app = FastAPI(root_path="/proxied")
    app.mount("/api/v1", notes(api.auth, "/{user_id}/notes"))
    app.mount("/edge/{user_id}", notes(api.auth))
    token = api.headers()["Authorization"]
    assert get(app, f"/proxied/api/v1/{BOB}/notes", token).json() == BOB
    assert get(app, f"/proxied/api/v1/{EVE}/notes", token).json()["code"] == "user_mismatch"
    assert get(app, f"/proxied/edge/{BOB}/notes?user_id={EVE}", token).status_code == 500


def test_a_plain_route_may_ask_by_hand(api: Api) -> None:
    async def greet(request: Request) -> PlainTextResponse:
        user = await api.auth.verify_user_access(request)
        return PlainTextResponse(str(user.uuid))

    app = FastAPI()
    app.add_route("/api/v1/{user_id}/notes", greet)
    app.mount("/edge/{user_id}", Starlette(routes=[Route("/notes", greet)]))
    for path in ("/api/v1/{}/notes", "/edge/{}/notes"):
        assert get(app, path.format(BOB), api.headers()["Authorization"]).text == BOB
        assert get(app, path.format(EVE), api.headers()["Authorization"]).json()["code"] == "user_mismatch"


def test_an_app_that_is_mounted_in_itself_is_looked_through_once(api: Api) -> None:
    auth = BetterAuth(verifier=api.auth.verifier)
    app = FastAPI(lifespan=auth.lifespan)
    app.mount("/again", app)
    with TestClient(app) as client:
        assert client.get("/again/openapi.json").status_code == 200


def test_routes_that_go_leave_nothing_behind(api: Api) -> None:
    app = FastAPI()
    app.router.routes.append(APIRoute("/{user_id}", lambda: "mine", dependencies=[owner_of(api.auth)]))
    assert get(app, f"/{BOB}", api.headers()["Authorization"]).json() == "mine"
    kept = len(api.auth.verify_user_access._sound)
    app.router.routes.clear()
    assert len(api.auth.verify_user_access._sound) < kept
