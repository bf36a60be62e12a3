"""The fixtures, in a test run of a project that uses them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

APP = """
import os
from typing import Annotated
from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from fastapi import Depends, FastAPI

ORIGIN = os.environ["BETTER_AUTH_URL"]
auth = BetterAuth()
app = FastAPI(lifespan=auth.lifespan)


@app.get("/{user_id}/greeting", dependencies=[Depends(auth.require_role("admin"))])
def greet(user: Annotated[Identity, Depends(auth.verify_user_access)]) -> str:
    return user.name or ""
"""

TESTS = """
import os
from uuid import uuid4
import pytest
from drawbridge import AuthError, Identity
from drawbridge.testing import Issuer
from fastapi.testclient import TestClient
from app import ORIGIN, app


def test_in_the_apps_lifespan(auth_headers):
    alice = uuid4()
    with TestClient(app) as client:
        answer = client.get(f"/{alice}/greeting", headers=auth_headers(alice, role="admin", name="Alice"))
        assert answer.json() == "Alice"
        assert client.get(f"/{alice}/greeting", headers=auth_headers(alice)).json()["code"] == "role_missing"
        answer = client.get(f"/{alice}/greeting", headers=auth_headers(alice, expires_in=-60))
        assert answer.json()["code"] == "token_expired"


def test_an_identity_without_a_request(identity):
    alice = uuid4()
    user = identity(alice, role="admin", name="Alice")
    assert isinstance(user, Identity)
    assert (user.uuid, user.roles, user.name) == (alice, ("admin",), "Alice")
    assert (identity("abc123").subject, identity("abc123").uuid) == ("abc123", None)
    with pytest.raises(AuthError) as refused:
        identity(expires_in=-60)
    assert refused.value.code == "token_expired"


def test_without_it(better_auth_issuer, auth_headers):
    assert isinstance(better_auth_issuer, Issuer)
    assert ORIGIN == os.environ["BETTER_AUTH_URL"] == better_auth_issuer.url
    better_auth_issuer.rotate()
    answer = TestClient(app).get(f"/{uuid4()}/greeting", headers=auth_headers(role="admin"))
    assert answer.json()["code"] == "user_mismatch"
"""


@pytest.mark.parametrize("deployed", [True, False], ids=["in a deployment's environment", "in an empty one"])
def test_a_project_tests_its_app_whatever_its_deployment_says(tmp_path: Path, deployed: bool) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["drawbridge.testing.fixtures"]\n')
    (tmp_path / "test_app.py").write_text(TESTS)
    deployment = {
        "BETTER_AUTH_URL": "https://app.example.com",
        "BETTER_AUTH_JWKS_URL": "https://keys.example.com/jwks",
        "BETTER_AUTH_ISSUER": "https://app.example.com",
        "BETTER_AUTH_AUDIENCE": "https://api.example.com",
        "DRAWBRIDGE_ALGORITHMS": "ES256",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "test_app.py"]
    clean = {name: value for name, value in os.environ.items() if name not in deployment}
    environment = {
        **clean,
        **(deployment if deployed else {}),
        "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
    }
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert "3 passed" in result.stdout, result.stdout + result.stderr


BY_SUB = """
from typing import Annotated
from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from fastapi import Depends, FastAPI

auth = BetterAuth()
app = FastAPI(lifespan=auth.lifespan)


@app.get("/{user_id}/greeting")
def greet(user_id: str, user: Annotated[Identity, Depends(auth.verify_user_access)]) -> str:
    return f"Hello, {user.subject}"
"""

TESTS_BY_SUB = """
import pytest
from uuid import uuid4
from fastapi.testclient import TestClient
from app import app


@pytest.mark.parametrize("user", ["abc123", 7, uuid4()])
def test_a_users_own_path(auth_headers, user):
    with TestClient(app) as client:
        assert client.get(f"/{user}/greeting", headers=auth_headers(user)).json() == f"Hello, {user}"
        assert client.get("/another/greeting", headers=auth_headers(user)).json()["code"] == "user_mismatch"
"""


def test_a_project_that_goes_by_sub(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(BY_SUB)
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["drawbridge.testing.fixtures"]\n')
    (tmp_path / "test_app.py").write_text(TESTS_BY_SUB)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "test_app.py"]
    environment = {
        **os.environ,
        "DRAWBRIDGE_USER_CLAIM": "sub",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
    }
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert "3 passed" in result.stdout, result.stdout + result.stderr


WITH_SESSIONS = """
from typing import Annotated
from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from fastapi import Depends, FastAPI

auth = BetterAuth(credentials="session,key")
app = FastAPI(lifespan=auth.lifespan)


@app.post("/greeting")
def greet(user: Annotated[Identity, Depends(auth.require_session)]) -> str:
    return f"Hello, {user.name}"


@app.get("/files")
def list_files(user: Annotated[Identity, Depends(auth.require_permission("files", "read"))]) -> str:
    return str(user.uuid)
"""

TESTS_OF_SESSIONS = """
from uuid import uuid4
from fastapi.testclient import TestClient
from app import app


def test_a_page(better_auth_issuer, session_headers):
    with TestClient(app) as client:
        assert client.post("/greeting", headers=session_headers(name="Alice")).json() == "Hello, Alice"
        foreign = session_headers() | {"Origin": "https://evil.example"}
        assert client.post("/greeting", headers=foreign).json()["code"] == "origin_not_allowed"


def test_a_sign_out_is_seen_at_once(better_auth_issuer, session_headers):
    cookie = better_auth_issuer.session_cookie(uuid4(), name="Bob")
    with TestClient(app) as client:
        assert client.post("/greeting", headers=session_headers(cookie)).json() == "Hello, Bob"
        better_auth_issuer.sign_out(cookie)
        assert client.post("/greeting", headers=session_headers(cookie)).json()["code"] == "session_unknown"


def test_a_key(api_key_headers):
    alice = uuid4()
    with TestClient(app) as client:
        may = api_key_headers(alice, permissions={"files": ["read"]})
        assert client.get("/files", headers=may).json() == str(alice)
        assert client.get("/files", headers=api_key_headers(alice)).json()["code"] == "permission_missing"
        assert client.post("/greeting", headers=may).json()["code"] == "permission_missing"
"""


@pytest.mark.parametrize("deployed", [True, False], ids=["in a deployment's environment", "in an empty one"])
def test_a_project_with_sessions_and_keys(tmp_path: Path, deployed: bool) -> None:
    (tmp_path / "app.py").write_text(WITH_SESSIONS)
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["drawbridge.testing.fixtures"]\n')
    (tmp_path / "test_app.py").write_text(TESTS_OF_SESSIONS)
    deployment = {
        "BETTER_AUTH_SECRET": "of-the-deployment",
        "BETTER_AUTH_SECRETS": "1:of-the-deployment",
        "DRAWBRIDGE_SESSION_COOKIE": "shop.session_token",
        "DRAWBRIDGE_ALLOWED_ORIGINS": "https://app.example.com",
        "DRAWBRIDGE_CREDENTIAL_MAX_AGE": "30",
    }
    environment = {
        **os.environ,
        **(deployment if deployed else {}),
        "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "test_app.py"]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert "3 passed" in result.stdout, result.stdout + result.stderr
