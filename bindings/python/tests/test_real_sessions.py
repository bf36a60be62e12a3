"""Sessions and API keys of the real Better Auth, with the plugin of @drawbridge/better-auth, at FastAPI's routes."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from real_better_auth import PASSWORD, RealBetterAuth
from uvicorn_server import serving

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth

README = Path(__file__).parent.parent / "README.md"
pytestmark = pytest.mark.repository


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealBetterAuth]:
    issuer = RealBetterAuth(tmp_path_factory.mktemp("issuer"), api_keys="on").start()
    try:
        yield issuer
    finally:
        issuer.stop()


def client_of(issuer: RealBetterAuth, secret: str | None) -> TestClient:
    auth = BetterAuth(issuer.url, credentials="session,key", secret=secret, credential_max_age=0)
    app = FastAPI(lifespan=auth.lifespan)

    @app.api_route("/me", methods=["GET", "POST"])
    async def get_me(user: Annotated[Identity, Depends(auth.get_current_user)]) -> list[str]:
        return [user.credential, str(user.uuid)]

    @app.get("/settings")
    async def get_settings(user: Annotated[Identity, Depends(auth.require_session)]) -> list[str]:
        return [user.credential, str(user.uuid)]

    for action in ("read", "write"):
        app.get(f"/files/{action}", dependencies=[Depends(auth.require_permission("files", action))])(lambda: "files")
    return TestClient(app)


def test_a_session_by_the_cookie_that_caches_it(tmp_path: Path) -> None:
    issuer = RealBetterAuth(tmp_path, session_cache="on").start()
    try:
        auth = BetterAuth(issuer.url, credentials="session", sessions="cookie")
        app = FastAPI(lifespan=auth.lifespan)

        @app.api_route("/me", methods=["GET", "POST"])
        async def get_me(user: Annotated[Identity, Depends(auth.get_current_user)]) -> list[str]:
            return [user.credential, str(user.uuid)]

        with TestClient(app) as client:
            alice = issuer.sign_up("alice")
            cache = f"better-auth.session_data={alice.browser.cookies['better-auth.session_data']}"
            client.headers["Cookie"] = cache
            answer = client.get("/me")
            assert answer.json() == ["session", alice.uuid], answer.text
            assert answer.headers["Cache-Control"] == "private, no-store"
            assert client.post("/me").json()["code"] == "origin_not_allowed"
            issuer.stop()
            client.headers["Cookie"] = f"{cache}; {alice.session_cookie()}"
            assert client.get("/me").json() == ["session", alice.uuid]
            client.headers["Cookie"] = f"{cache}x"
            assert client.get("/me").json()["code"] in ("session_unknown", "credential_malformed")
    finally:
        issuer.stop()


@pytest.fixture(params=["with the secret", "without the secret"])
def client(request: pytest.FixtureRequest, issuer: RealBetterAuth) -> Iterator[TestClient]:
    secret = issuer.program.env["BETTER_AUTH_SECRET"] if request.param == "with the secret" else None
    with client_of(issuer, secret) as client:
        yield client


def test_a_session_until_it_is_signed_out(issuer: RealBetterAuth, client: TestClient) -> None:
    alice = issuer.sign_up("alice")
    client.headers["Cookie"] = alice.session_cookie()
    assert client.get("/me").json() == ["session", alice.uuid]
    assert client.get("/settings").json() == ["session", alice.uuid]
    assert client.post("/me").json()["code"] == "origin_not_allowed"
    assert client.post("/me", headers={"Origin": issuer.url}).json() == ["session", alice.uuid]
    assert client.get("/files/read").json()["code"] == "permission_missing"
    alice.sign_out()
    assert client.get("/me").json()["code"] == "session_unknown"


def test_a_key_and_what_it_may(issuer: RealBetterAuth, client: TestClient) -> None:
    bob = issuer.sign_up("bob")
    _, key = bob.make_key()
    client.headers["x-api-key"] = key
    assert client.post("/me").json() == ["key", bob.uuid]
    assert client.get("/files/read").status_code == 200
    assert client.get("/files/write").json()["code"] == "permission_missing"
    assert client.get("/settings").json()["code"] == "permission_missing"
    assert client.get("/me", headers={"x-api-key": f"{key}x"}).json()["code"] == "api_key_unknown"


def test_with_another_secret_no_cookie_is_good(issuer: RealBetterAuth) -> None:
    with client_of(issuer, "of-another-better-auth") as client:
        client.headers["Cookie"] = issuer.sign_up("carol").session_cookie()
        assert client.get("/me").json()["code"] == "session_unknown"


def test_the_readmes_commands_sign_in_and_call(issuer: RealBetterAuth, tmp_path: Path) -> None:
    (commands,) = re.findall(r"^```sh\n(curl -c jar .*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    erin = issuer.sign_up("erin")
    email = str(erin.browser.get("/get-session").json()["user"]["email"])
    with client_of(issuer, None) as client, serving(client.app) as port:  # type: ignore[arg-type]  # which is FastAPI's
        placed = commands
        for written, here in (
            ("http://localhost:3000", issuer.url),
            ("http://localhost:8000/api/v1/greeting", f"http://127.0.0.1:{port}/me"),
            ("alice@example.com", email),
            ("correct horse", PASSWORD),
        ):
            assert written in placed
            placed = placed.replace(written, here)
        said = subprocess.run(["bash", "-ec", placed], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert said.stdout.endswith(f'["session","{erin.uuid}"]'), said


def test_while_better_auth_is_away_nobody_is_signed_out(tmp_path: Path) -> None:
    issuer = RealBetterAuth(tmp_path, api_keys="on").start()
    try:
        dora = issuer.sign_up("dora")
        _, key = dora.make_key()
        with client_of(issuer, None) as client:
            assert client.get("/me", headers={"Cookie": dora.session_cookie()}).json() == ["session", dora.uuid]
            issuer.stop()
            for headers in ({"Cookie": dora.session_cookie()}, {"x-api-key": key}):
                answer = client.get("/me", headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (503, "session_unavailable")
                assert int(answer.headers["Retry-After"]) >= 1
    finally:
        issuer.stop()
