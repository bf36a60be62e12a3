"""How an app starts and ends, and what stops it from starting."""

import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from inspect import signature
from typing import Any

import pytest
from asgi_calls import bearer, get
from fastapi import APIRouter, Depends, FastAPI
from fastapi.testclient import TestClient
from redis.asyncio import Redis

from drawbridge import Identity, Verifier
from drawbridge.fastapi import BetterAuth
from drawbridge.fastapi.membership import FindRoles
from drawbridge.sessions import redis_sessions
from drawbridge.testing import Issuer
from drawbridge.verifier_settings import VerifierSettings


@pytest.fixture(autouse=True)
def no_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BETTER_AUTH_URL", raising=False)


def app_of(auth: BetterAuth) -> FastAPI:
    app = FastAPI(lifespan=auth.lifespan)
    app.get("/me", dependencies=[Depends(auth.get_current_user)])(lambda: "me")
    return app


def test_the_environment_is_read_when_the_app_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    auth = BetterAuth()
    app = app_of(auth)
    with Issuer() as issuer:
        monkeypatch.setenv("BETTER_AUTH_URL", issuer.url)
        with TestClient(app) as client:
            assert client.get("/me", headers={"Authorization": bearer(issuer.token())}).json() == "me"


@pytest.mark.parametrize(
    ("auth", "says"),
    [
        (BetterAuth(), "BETTER_AUTH_URL is not set"),
        (BetterAuth("localhost:3000"), "better_auth_url"),
        (BetterAuth("http://localhost:3000", clock_skew=1000), "clock_skew"),
    ],
)
def test_settings_that_cannot_work_stop_the_start_with_one_line(auth: BetterAuth, says: str) -> None:
    with pytest.raises(ValueError, match=says) as raised, TestClient(app_of(auth)):
        raise AssertionError("the app started")
    assert "\n" not in str(raised.value)


def test_without_a_lifespan_such_settings_refuse_the_request() -> None:
    assert get(app_of(BetterAuth()), "/me", bearer("x")).status_code == 500


def test_the_keys_are_fetched_at_the_start_and_the_thread_ends_with_the_app() -> None:
    fetched = threading.Event()
    with Issuer() as issuer:
        before = threading.active_count()
        auth = BetterAuth(issuer.url, on_event=lambda event: fetched.set())
        with TestClient(app_of(auth)):
            assert fetched.wait(5)
            verifier = auth.verifier
        with pytest.raises(RuntimeError, match="closed"):
            verifier.key_status()
        end = time.monotonic() + 10  # the issuer's own thread may still be finishing its answer
        while threading.active_count() > before and time.monotonic() < end:
            time.sleep(0.01)
        assert threading.active_count() <= before


def test_an_app_can_start_again() -> None:
    with Issuer() as issuer:
        app = app_of(BetterAuth(issuer.url))
        for _ in range(2):
            with TestClient(app) as client:
                assert client.get("/me", headers={"Authorization": bearer(issuer.token())}).json() == "me"


def test_an_issuer_that_is_away_does_not_stop_the_start() -> None:
    with Issuer() as issuer:
        pass
    with TestClient(app_of(BetterAuth(issuer.url))) as client:
        assert client.get("/me").json()["code"] == "token_missing"


def test_it_composes_with_a_lifespan_of_ones_own() -> None:
    with Issuer() as issuer:
        auth = BetterAuth(issuer.url)
        steps: list[str] = []

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
            async with auth.lifespan(app):
                steps.append("started")
                yield {"own": "state"}
                auth.verifier.key_status()
                steps.append("ended")

        app = FastAPI(lifespan=lifespan)
        with TestClient(app) as client:
            assert client.app_state == {"own": "state"}
        assert steps == ["started", "ended"]


def test_a_verifier_of_ones_own_is_left_open() -> None:
    with Issuer() as issuer, Verifier(issuer.url) as verifier:
        with TestClient(app_of(BetterAuth(verifier=verifier))) as client:
            assert client.get("/me", headers={"Authorization": bearer(issuer.token())}).json() == "me"
        assert verifier.key_status().state == "fresh"
        with pytest.raises(ValueError, match="not both"):
            BetterAuth(issuer.url, verifier=verifier)


def test_many_first_requests_make_one_verifier() -> None:
    with Issuer() as issuer:
        auth = BetterAuth(issuer.url)
        barrier = threading.Barrier(8)
        made: list[Verifier] = []

        def make() -> None:
            barrier.wait()
            made.append(auth.verifier)

        threads = [threading.Thread(target=make) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 8
        assert len(set(map(id, made))) == 1
        auth.verifier.close()


def direct(app: FastAPI, auth: BetterAuth) -> None:
    app.get("/tasks/{id}", dependencies=[Depends(auth.verify_user_access)])(lambda: "never")


def included(app: FastAPI, auth: BetterAuth) -> None:
    router = APIRouter(prefix="/tasks", dependencies=[Depends(auth.verify_user_access)])
    router.get("/{id}")(lambda: "never")
    app.include_router(router)


def nested(app: FastAPI, auth: BetterAuth) -> None:
    def owner(user: object = Depends(auth.verify_user_access)) -> object:
        return user

    app.get("/tasks/{id}", dependencies=[Depends(owner)])(lambda: "never")


def of_a_socket(app: FastAPI, auth: BetterAuth) -> None:
    app.websocket("/tasks/{id}", dependencies=[Depends(auth.verify_user_access)])(lambda: None)


@pytest.mark.parametrize("add", [direct, included, nested, of_a_socket])
def test_a_route_whose_path_names_no_user_stops_the_start(add: object) -> None:
    auth = BetterAuth("http://localhost:3000")
    app = FastAPI(lifespan=auth.lifespan)
    assert callable(add)
    add(app, auth)
    expected = r"The route /tasks/\{id\} depends on verify_user_access, but its path has no parameter \{user_id\}"
    with pytest.raises(RuntimeError, match=expected), TestClient(app):
        raise AssertionError("the app started")


def test_such_a_route_refuses_where_no_lifespan_ran(caplog: pytest.LogCaptureFixture) -> None:
    with Issuer() as issuer:
        auth = BetterAuth(issuer.url)
        app = FastAPI()
        direct(app, auth)
        assert get(app, "/tasks/1").json()["code"] == "token_missing"
        assert get(app, "/tasks/1", bearer(issuer.token())).status_code == 500
        auth.verifier.close()


def test_the_user_id_may_come_from_a_routers_prefix() -> None:
    with Issuer() as issuer:
        auth = BetterAuth(issuer.url)
        router = APIRouter(prefix="/{user_id}", dependencies=[Depends(auth.verify_user_access)])
        router.get("/tasks")(lambda: "mine")
        app = FastAPI(lifespan=auth.lifespan)
        app.include_router(router, prefix="/api/v1")
        user = "0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"
        with TestClient(app) as client:
            headers = {"Authorization": bearer(issuer.token(user))}
            assert client.get(f"/api/v1/{user}/tasks", headers=headers).json() == "mine"
            assert client.get("/api/v1/x/tasks", headers=headers).json()["code"] == "user_mismatch"


def test_better_auth_passes_on_every_argument_of_the_verifier() -> None:
    taken = set(signature(Verifier).parameters) - {"better_auth_url"}
    assert {*VerifierSettings.__annotations__, "user_claim"} == taken


async def find_roles(identity: Identity, org_id: str) -> str | None:
    return "member"


SILENT = 'require_membership("org_id", "team_id") has no fallback, and a session from {} names no organizations'


@pytest.mark.parametrize(
    ("settings", "fallback", "says"),
    [
        ({"credentials": "session", "sessions": redis_sessions(Redis()), "secret": 32 * "s"}, None, "storage"),
        ({"credentials": "token,session", "sessions": "cookie"}, None, "the cookie that caches it"),
        ({"credentials": "token,session", "sessions": "cookie"}, find_roles, ""),
        ({"credentials": "token,session"}, None, ""),
        ({"credentials": "token", "sessions": "cookie"}, None, ""),
    ],
    ids=["storage", "cache", "a fallback", "Better Auth", "no sessions"],
)
def test_at_its_start_an_app_says_that_sessions_name_no_organizations(
    settings: dict[str, Any], fallback: FindRoles | None, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    auth = BetterAuth("http://127.0.0.1:1", revocations="off", on_event=lambda event: None, **settings)
    auth.require_membership("team_id", fallback=fallback)
    for roles in (None, {"admin"}):
        auth.require_membership("org_id", roles=roles, fallback=fallback)
    with caplog.at_level("WARNING", "drawbridge"), TestClient(FastAPI(lifespan=auth.lifespan)):
        pass
    assert [record.message.startswith(SILENT.format(says)) for record in caplog.records] == ([True] if says else [])
