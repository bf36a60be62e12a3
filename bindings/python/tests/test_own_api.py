"""docs/own-api.md: each framework's app serves and refuses as the page says, and Docker's settings fetch the keys.

The blocks without the name of a file are FastAPI's. What a browser sees of them is in tests/web/test_own_api.py.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import django
import httpx
import pytest
import yaml
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import clear_url_caches, path
from key_server import key_server
from starlette.testclient import TestClient

from drawbridge import Verifier
from drawbridge.testing import Issuer

PAGE = (Path(__file__).resolve().parents[3] / "docs/own-api.md").read_text()
FASTAPI = "\n\n".join(re.findall(r"^```python\n(?!#)(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
APPS = dict(re.findall(r"^```python\n# (\w+)\.py\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def wsgi(app: Callable[..., object]) -> httpx.Client:
    return httpx.Client(transport=httpx.WSGITransport(app), base_url="http://api.test")  # type: ignore[arg-type]


def django_client(module: ModuleType) -> httpx.Client:
    """A project of one file, with the middleware that guards forms as new projects have it."""
    urls = sys.modules["urls_of_the_test"] = ModuleType("urls_of_the_test")
    health = path("health", answer_health)
    urls.urlpatterns = [path("api/v1/<user_id>/greeting", module.get_greeting), health]  # type: ignore[attr-defined]
    clear_url_caches()
    if not django_settings.configured:
        middleware = ["django.middleware.csrf.CsrfViewMiddleware", "better_auth.BetterAuthMiddleware"]
        django_settings.configure(
            ALLOWED_HOSTS=["*"], SECRET_KEY="of-a-test", ROOT_URLCONF=urls.__name__, MIDDLEWARE=middleware
        )
        django.setup()
    return wsgi(WSGIHandler())


def answer_health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


CLIENTS: dict[str, Callable[[ModuleType], httpx.Client]] = {
    "flask_app": lambda module: wsgi(module.app),
    "better_auth": django_client,
    "litestar_app": lambda module: TestClient(module.app, raise_server_exceptions=False),
    "starlette_app": lambda module: TestClient(module.app, raise_server_exceptions=False),
}


def test_each_app_of_the_page_is_run() -> None:
    assert set(APPS) == set(CLIENTS)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """A test may close it before the end."""
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(params=CLIENTS)
def client(
    request: pytest.FixtureRequest, issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[httpx.Client]:
    name = request.param
    (tmp_path / f"{name}.py").write_text(APPS[name])
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, name, raising=False)  # tests/e2e has a better_auth too
    monkeypatch.setenv("BETTER_AUTH_URL", issuer.url)
    module = importlib.import_module(name)
    with CLIENTS[name](module) as client:
        yield client
    module.verifier.close()
    del sys.modules[name]


ALICE = uuid4()
MINE = f"/api/v1/{ALICE}/greeting"


def authorization(*values: str) -> list[tuple[str, str]]:
    return [("Authorization", value) for value in values]


def test_a_user_reaches_their_own_path(client: httpx.Client, issuer: Issuer) -> None:
    mine = client.get(MINE, headers=authorization(f"Bearer {issuer.token(ALICE, name='Alice')}"))
    assert (mine.status_code, mine.text.strip('"')) == (200, "Hello, Alice")
    posted = client.post(MINE, headers=authorization(f"Bearer {issuer.token(ALICE)}"))
    assert posted.status_code in (200, 405)  # never Django's 403 for a form without its token


@pytest.mark.parametrize(
    ("code", "status", "make"),
    [
        ("token_missing", 401, lambda issuer: []),
        ("token_missing", 401, lambda issuer: ["Basic eDp5"]),
        ("token_malformed", 401, lambda issuer: ["Bearer x"]),
        ("token_expired", 401, lambda issuer: [f"Bearer {issuer.token(ALICE, expires_in=-60)}"]),
        # A WSGI server joins two headers so; an ASGI server hands on both, which the next test sends.
        ("token_malformed", 401, lambda issuer: [f"Bearer {issuer.token(ALICE)},Bearer {issuer.token(ALICE)}"]),
        ("user_mismatch", 403, lambda issuer: [f"Bearer {issuer.token()}"]),
    ],
)
def test_a_refusal_is_a_problem_document(
    client: httpx.Client, issuer: Issuer, code: str, status: int, make: Callable[[Issuer], list[str]]
) -> None:
    answer = client.get(MINE, headers=authorization(*make(issuer)))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize("client", ["litestar_app", "starlette_app"], indirect=True)
def test_two_headers_are_refused(client: httpx.Client, issuer: Issuer) -> None:
    token = f"Bearer {issuer.token(ALICE)}"
    answer = client.get(MINE, headers=authorization(token, token))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_malformed")


def test_an_outage_is_503(client: httpx.Client, issuer: Issuer) -> None:
    issuer.close()
    issuer.rotate()  # whose key nobody can fetch any more
    answer = client.get(MINE, headers=authorization(f"Bearer {issuer.token(ALICE)}"))
    assert (answer.status_code, answer.json()["code"]) == (503, "keys_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("client", ["flask_app", "better_auth", "litestar_app"], indirect=True)
def test_what_is_open_needs_no_token(client: httpx.Client) -> None:
    assert client.get("/health").status_code == 200


@pytest.fixture
def fastapi_client(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("BETTER_AUTH_URL", issuer.url)
    monkeypatch.setenv("LINK_SECRET", "of-a-test")
    module = sys.modules["main_of_the_page"] = ModuleType("main_of_the_page")  # where annotations are looked up
    exec(compile(FASTAPI, "main_of_the_page.py", "exec"), module.__dict__)
    with TestClient(module.app) as client:
        yield client
    del sys.modules["main_of_the_page"]


def test_a_stream_ends_with_its_token(fastapi_client: TestClient, issuer: Issuer) -> None:
    # In whole seconds: of the first a moment may be left, so that it must not be the only one.
    answer = fastapi_client.get("/events", headers=authorization(f"Bearer {issuer.token(expires_in=3)}"))
    assert 1 <= answer.text.count("data: ") <= 7
    assert fastapi_client.get("/events").json()["code"] == "token_missing"


def test_so_does_a_socket(fastapi_client: TestClient, issuer: Issuer) -> None:
    for address, protocols in (("/live", []), ("/live-by-subprotocol", ["bearer", issuer.token(expires_in=1)])):
        with fastapi_client.websocket_connect(address, subprotocols=protocols) as socket:
            if not protocols:
                socket.send_text(issuer.token(expires_in=1))
            messages = [socket.receive()]
            while messages[-1]["type"] == "websocket.send":
                messages.append(socket.receive())
        assert (messages[-1]["code"], messages[-1]["reason"]) == (1008, "token_expired")


def test_docker_fetches_the_keys_by_another_name(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host `web` is an address of this machine here that is not loopback's, since a test cannot name a host. A
    proxy is not asked: it could change what comes over plain http."""
    (compose,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    services = yaml.safe_load(compose)["services"]
    environment = services["api"]["environment"]
    seen = services["web"]["environment"]["BETTER_AUTH_URL"]
    token = issuer.token(ALICE, iss=seen, aud=seen)
    with key_server(issuer.jwks) as keys, key_server(issuer.jwks) as proxy:
        port = keys.url.removesuffix("/jwks").rpartition(":")[2]
        for name, value in environment.items():
            monkeypatch.setenv(name, value.replace("//web:3000", f"//0.0.0.0:{port}").replace("web", "0.0.0.0"))
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/jwks"))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        with Verifier() as verifier:
            assert verifier.verify(token).uuid == ALICE
        assert (keys.fetches, proxy.fetches) == (1, 0)
    monkeypatch.delenv("DRAWBRIDGE_ALLOW_HTTP_HOSTS")
    with pytest.raises(ValueError, match="DRAWBRIDGE_ALLOW_HTTP_HOSTS"):
        Verifier()
