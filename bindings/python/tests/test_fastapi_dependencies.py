"""Who gets past each dependency, and with which code the others are refused."""

import re
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated
from uuid import UUID

import pytest
from asgi_calls import bearer, call, get
from fastapi import Depends, FastAPI, Path, Request, Response
from fastapi.testclient import TestClient
from hostile_tokens import HOSTILE
from pydantic import UUID4
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from drawbridge import AuthError, Identity
from drawbridge.fastapi import BetterAuth
from drawbridge.testing import Issuer

ALICE = "0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"
BOB = "7a1f3c55-2c1e-4c8a-8f6d-aa55bb66cc77"


@dataclass
class Api:
    issuer: Issuer
    auth: BetterAuth
    app: FastAPI

    def token(self, uuid: str = ALICE, role: str | None = None) -> str:
        return bearer(self.issuer.token(uuid, role=role))


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with Issuer() as issuer:
        auth = BetterAuth(issuer.url)
        yield Api(issuer, auth, make_app(auth))
        auth.verifier.close()


def make_app(auth: BetterAuth) -> FastAPI:
    app = FastAPI()

    @app.get("/me")
    async def get_me(user: Annotated[Identity, Depends(auth.get_current_user)]) -> str:
        return str(user.uuid)

    @app.get("/news")
    async def get_news(user: Annotated[Identity | None, Depends(auth.get_optional_user)]) -> str:
        return "anonymous" if user is None else str(user.uuid)

    @app.get("/admin")
    def get_admin(user: Annotated[Identity, Depends(auth.require_role("admin"))]) -> str:
        return str(user.uuid)

    @app.get("/users/{user_id}/notes")
    async def get_notes(user_id: UUID, limit: int, user: Annotated[Identity, Depends(auth.verify_user_access)]) -> str:
        return str(user.uuid)

    @app.get("/match/{user_id}")
    async def get_match(user: Annotated[Identity, Depends(auth.verify_user_match)]) -> str:
        return str(user.uuid)

    return app


def code_of(app: FastAPI, path: str, *authorization: str) -> str:
    """The error code of an answer, or `ok <body>`."""
    answer = get(app, path, *authorization)
    return f"ok {answer.json()}" if answer.status_code == 200 else str(answer.json()["code"])


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("path", ["/me", "/admin", f"/users/{ALICE}/notes?limit=1", "/news"])
def test_a_hostile_token_is_refused_with_its_code_everywhere(api: Api, name: str, path: str) -> None:
    make, code = HOSTILE[name]
    expected = "ok anonymous" if path == "/news" and code == "token_missing" else code
    assert code_of(api.app, path, bearer(make(api.issuer))) == expected


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Basic YWxpY2U6c2VjcmV0", "token_missing"),
        ("Bearer", "token_missing"),
        ("", "token_missing"),
        ("Bearer \t", "token_malformed"),
    ],
)
def test_a_header_without_a_token(api: Api, header: str, code: str) -> None:
    assert code_of(api.app, "/me", header) == code


def test_the_scheme_is_taken_in_any_case(api: Api) -> None:
    assert code_of(api.app, "/me", api.token().replace("Bearer", "bEARER")) == f"ok {ALICE}"


def test_no_header_is_a_missing_token(api: Api) -> None:
    assert code_of(api.app, "/me") == "token_missing"


@pytest.mark.parametrize("path", ["/me", "/news"])
def test_two_headers_are_refused_even_when_both_are_good(api: Api, path: str) -> None:
    assert code_of(api.app, path, api.token(), api.token()) == "token_malformed"
    assert code_of(api.app, path, api.token(), "") == "token_malformed"


def test_an_optional_user_is_there_nobody_or_refused(api: Api) -> None:
    assert code_of(api.app, "/news") == "ok anonymous"
    assert code_of(api.app, "/news", api.token()) == f"ok {ALICE}"
    assert code_of(api.app, "/news", bearer(api.issuer.token(expires_in=-60))) == "token_expired"


@pytest.mark.parametrize(
    ("path_id", "code"),
    [
        (ALICE, f"ok {ALICE}"),
        (ALICE.upper(), f"ok {ALICE}"),
        (BOB, "user_mismatch"),
        ("1", "user_mismatch"),
        (f"id-of-{ALICE}", "user_mismatch"),
        (ALICE.replace("-", ""), "user_mismatch"),
        (f"{{{ALICE}}}", "user_mismatch"),
        (f"urn:uuid:{ALICE}", "user_mismatch"),
        (f"{ALICE}%00", "user_mismatch"),
        (f"%20{ALICE}", "user_mismatch"),
    ],
)
@pytest.mark.parametrize("route", ["/users/{}/notes?limit=1", "/match/{}"])
def test_a_path_is_its_users_own(api: Api, route: str, path_id: str, code: str) -> None:
    assert code_of(api.app, route.format(path_id), api.token()) == code


def test_the_token_is_judged_before_the_path_and_the_path_before_the_rest(api: Api) -> None:
    assert code_of(api.app, "/users/no-uuid/notes?limit=x") == "token_missing"
    assert code_of(api.app, "/users/no-uuid/notes?limit=x", api.token()) == "user_mismatch"
    assert get(api.app, f"/users/{ALICE}/notes?limit=x", api.token()).status_code == 422


def test_the_path_parameter_can_have_another_name_and_a_convertor(api: Api) -> None:
    auth = BetterAuth(verifier=api.auth.verifier, user_id_parameter="owner")
    app = FastAPI()

    @app.get("/{owner:uuid}/{user_id}", dependencies=[Depends(auth.verify_user_access)])
    async def get_notes(user_id: str) -> str:
        return user_id

    assert code_of(app, f"/{ALICE}/{BOB}", api.token()) == f"ok {BOB}"
    assert code_of(app, f"/{BOB}/{ALICE}", api.token()) == "user_mismatch"


def without_parameter() -> str:
    return "mine"


def as_text(user_id: str) -> str:
    return user_id


def as_number(user_id: int) -> int:
    return user_id


def as_uuid(user_id: UUID) -> UUID:
    return user_id


def as_uuid4(user_id: UUID4) -> UUID:
    return user_id


def as_uuid_by_another_name(whose: Annotated[UUID, Path(alias="user_id")]) -> UUID:
    return whose


def as_text_or_uuid(user_id: UUID | str) -> str:
    return str(user_id)


def as_both(user_id: UUID, text: Annotated[str, Depends(as_text)]) -> str:
    return text


BARE = ALICE.replace("-", "")
MINE = 200
REFUSED = 403


@pytest.mark.parametrize(
    ("route", "subject", "path_id", "status"),
    [
        (without_parameter, f"id-of-{ALICE}", f"id-of-{ALICE}", MINE),
        (without_parameter, f"id-of-{ALICE}", ALICE, REFUSED),
        (without_parameter, ALICE, ALICE, MINE),
        (without_parameter, ALICE, ALICE.upper(), REFUSED),
        (as_text, "abc123", "abc123", MINE),
        (as_text, "abc123", "ABC123", REFUSED),
        (as_text, "abc123", "abc123%20", REFUSED),
        (as_text, "abc123", "abc12", REFUSED),
        (as_text, ALICE, ALICE.upper(), REFUSED),
        (as_text, ALICE.upper(), ALICE, REFUSED),
        (as_text, "é", "%C3%A9", MINE),
        (as_text, "é", "e%CC%81", REFUSED),
        (as_number, "7", "7", MINE),
        (as_number, "7", "07", REFUSED),
        (as_number, "7", "70", REFUSED),
        (as_uuid, ALICE, ALICE, MINE),
        (as_uuid, ALICE, ALICE.upper(), MINE),
        (as_uuid, ALICE.upper(), ALICE, MINE),
        (as_uuid, ALICE, BOB, REFUSED),
        (as_uuid, "abc123", ALICE, REFUSED),
        (as_uuid, ALICE, BARE, REFUSED),
        (as_uuid, BARE, BARE, REFUSED),
        (as_uuid, f"urn:uuid:{ALICE}", f"urn:uuid:{ALICE}", REFUSED),
        (as_uuid4, ALICE, ALICE.upper(), MINE),
        (as_uuid_by_another_name, ALICE, ALICE.upper(), MINE),
        (as_text_or_uuid, ALICE, ALICE.upper(), REFUSED),
        (as_both, ALICE, ALICE.upper(), REFUSED),
        (as_both, ALICE, ALICE, MINE),
    ],
)
def test_the_subject_can_name_the_user(
    api: Api, route: Callable[..., object], subject: str, path_id: str, status: int
) -> None:
    auth = BetterAuth(api.issuer.url, user_claim="sub")
    app = FastAPI()
    app.get("/{user_id}", dependencies=[Depends(auth.verify_user_access)])(route)
    # Whoever goes by `sub` looks at no `uuid`, not even where it is the path's.
    for claims in ({"uuid": None}, {"uuid": BOB}):
        for _ in range(2):  # what is known of a route is remembered
            answer = get(app, f"/{path_id}", bearer(api.issuer.token(sub=subject, **claims)))
            assert answer.status_code == status, answer.text
            assert status == MINE or answer.json()["code"] == "user_mismatch"
    auth.verifier.close()


def test_a_convertor_makes_a_uuid_of_the_path(api: Api) -> None:
    auth = BetterAuth(api.issuer.url, user_claim="sub")
    app = FastAPI()
    app.get("/{user_id:uuid}", dependencies=[Depends(auth.verify_user_access)])(as_uuid)
    assert code_of(app, f"/{ALICE.upper()}", bearer(api.issuer.token(sub=ALICE))) == f"ok {ALICE}"
    assert code_of(app, f"/{BOB}", bearer(api.issuer.token(sub=ALICE))) == "user_mismatch"
    auth.verifier.close()


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("admin", f"ok {ALICE}"),
        ("editor,admin", f"ok {ALICE}"),
        (None, "role_missing"),
        ("administrator", "role_missing"),
        ("Admin", "role_missing"),
    ],
)
def test_a_role_is_one_of_the_tokens(api: Api, role: str | None, code: str) -> None:
    assert code_of(api.app, "/admin", api.token(role=role)) == code


def test_the_same_role_is_the_same_dependency(api: Api) -> None:
    assert api.auth.require_role("admin") is api.auth.require_role("admin")
    assert api.auth.require_role("admin") is not api.auth.require_role("editor")
    assert api.auth.require_role("admin", "editor") is api.auth.require_role("editor", "admin")
    assert api.auth.require_role("admin", "editor") is not api.auth.require_role("admin")


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("admin", "ok in"),
        ("editor", "ok in"),
        ("member, editor", "ok in"),
        ("admin,editor", "ok in"),
        ("member", "role_missing"),
        (None, "role_missing"),
    ],
)
def test_any_of_several_roles_is_enough(api: Api, role: str | None, code: str) -> None:
    app = FastAPI()
    app.get("/", dependencies=[Depends(api.auth.require_role("admin", "editor"))])(lambda: "in")
    assert code_of(app, "/", api.token(role=role)) == code


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        (("admin,editor",), 'write require_role("admin", "editor")'),
        (("admin", "editor, member"), 'write require_role("editor", "member")'),
        ((), "names no role"),
        (("",), "must not be empty"),
        ((" admin",), "white space around it"),
        ((["admin"],), "has a list: give each role separately"),
    ],
)
def test_what_cannot_be_a_role_is_an_error_when_the_app_is_made(api: Api, roles: tuple[str, ...], says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        api.auth.require_role(*roles)


def test_middleware_sees_who_sent_a_request(api: Api) -> None:
    app = make_app(api.auth)
    seen: list[object] = []

    @app.middleware("http")
    async def log(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        answer = await call_next(request)
        seen.append(getattr(request.state, "identity", None))
        return answer

    get(app, "/me", api.token())
    get(app, f"/match/{BOB}", api.token())  # refused, and known
    get(app, "/news")
    get(app, "/me", bearer(api.issuer.token(expires_in=-60)))
    first, second, *others = seen
    assert isinstance(first, Identity)
    assert isinstance(second, Identity)
    assert (str(first.uuid), str(second.uuid), others) == (ALICE, ALICE, [None, None])


class Row:
    """A row of the app's own table of users."""


ROW = Row()


async def find(identity: Identity) -> Row | None:
    return ROW if str(identity.uuid) == ALICE else None


async def exists(identity: Identity) -> bool:
    return str(identity.uuid) == ALICE


class Finder:
    async def __call__(self, identity: Identity) -> Row | None:
        return await find(identity)


async def without_await(identity: Identity) -> object:
    return find(identity)


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        pytest.param(find, Row, id="row"),
        pytest.param(Finder(), Row, id="callable object"),
        pytest.param(lambda identity: ROW if str(identity.uuid) == ALICE else None, Row, id="plain"),
        pytest.param(lambda identity: find(identity), Row, id="awaitable of a plain one"),
        pytest.param(without_await, Row, id="await forgotten inside"),
        pytest.param(lambda identity: without_await(identity), Row, id="await forgotten twice"),
        pytest.param(exists, Identity, id="yes or no"),
        pytest.param(lambda identity: int(str(identity.uuid) == ALICE), int, id="a count"),
    ],
)
def test_a_check_decides_and_may_give_the_apps_own_user(
    api: Api, check: Callable[[Identity], object], expected: type
) -> None:
    app = FastAPI()
    dependency = api.auth.get_current_active_user(check)

    @app.get("/me")
    async def get_me(user: Annotated[object, Depends(dependency)]) -> str:
        return type(user).__name__

    assert code_of(app, "/me", api.token()) == f"ok {expected.__name__}"
    assert code_of(app, "/me", api.token(BOB)) == "user_unknown"
    assert code_of(app, "/me") == "token_missing"


def yielding(identity: Identity) -> Iterator[Row]:
    yield ROW


async def yielding_async(identity: Identity) -> AsyncIterator[Row]:
    yield ROW


class Yielding:
    def __call__(self, identity: Identity) -> Iterator[Row]:
        return (yield ROW)


@pytest.mark.parametrize("check", [yielding, yielding_async, Yielding(), partial(yielding)])
def test_a_check_that_yields_is_refused_when_the_app_is_made(api: Api, check: Callable[[Identity], object]) -> None:
    with pytest.raises(TypeError, match="this one yields"):
        api.auth.get_current_active_user(check)


SESSION = Session(create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}))
NOBODY = text("SELECT 1 WHERE 0")

# Each is true, whether or not there is such a user.
UNREAD: dict[str, Callable[[Identity], object]] = {
    "result": lambda identity: SESSION.execute(NOBODY),
    "scalars": lambda identity: SESSION.scalars(NOBODY),
    "query": lambda identity: SESSION.query(text("1")),
    "session": lambda identity: SESSION,
    "cursor": lambda identity: sqlite3.connect(":memory:").execute("SELECT 1 WHERE 0"),
    "generator": lambda identity: (row for row in ()),
    "generator of a plain one": lambda identity: yielding(identity),
    "asynchronous generator": lambda identity: yielding_async(identity),
    "context": contextmanager(yielding),
    "asynchronous context": asynccontextmanager(yielding_async),
    "function": lambda identity: find,
    "method not called": lambda identity: SESSION.execute(NOBODY).first,
    "status of asyncpg": lambda identity: "SELECT 0",
    "column": lambda identity: "banned",
    "bytes": lambda identity: b"0",
}


@pytest.mark.parametrize("name", UNREAD)
def test_a_check_that_read_nothing_lets_nobody_in(api: Api, name: str) -> None:
    app = FastAPI()
    app.get("/me", dependencies=[Depends(api.auth.get_current_active_user(UNREAD[name]))])(lambda: "known")
    assert get(app, "/me", api.token()).status_code == 500
    with pytest.raises(RuntimeError, match="does not tell whether the user exists"):
        TestClient(app).get("/me", headers={"Authorization": api.token()})


def test_a_check_may_refuse_with_a_code_of_its_own(api: Api) -> None:
    def refuse(identity: Identity) -> Row:
        raise AuthError("store_unavailable", "The database is currently unavailable; try again.", retry_after=3)

    app = FastAPI()
    app.get("/me", dependencies=[Depends(api.auth.get_current_active_user(refuse))])(lambda: "known")
    answer = get(app, "/me", api.token())
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "store_unavailable", "3")


def test_a_plain_check_does_not_hold_up_the_event_loop(api: Api) -> None:
    threads: list[threading.Thread] = []

    def check(identity: Identity) -> bool:
        threads.append(threading.current_thread())
        return True

    app = FastAPI()
    app.get("/me", dependencies=[Depends(api.auth.get_current_active_user(check))])(lambda: "known")
    assert code_of(app, "/me", api.token()) == "ok known"
    assert threads[0] is not threading.main_thread()


def test_dependencies_can_be_overridden(api: Api) -> None:
    app = make_app(api.auth)
    app.dependency_overrides[api.auth.get_optional_user] = lambda: None
    app.dependency_overrides[api.auth.require_role("admin")] = api.auth.get_current_user
    assert code_of(app, "/news", api.token()) == "ok anonymous"
    assert code_of(app, "/admin", api.token()) == f"ok {ALICE}"
    assert code_of(app, "/admin") == "token_missing"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST"])
def test_another_method_is_no_way_past(api: Api, method: str) -> None:
    assert call(api.app, method, "/me").status_code == 405
