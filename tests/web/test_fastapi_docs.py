"""FastAPI's own /docs on the first app of the Python package's page: a token is pasted there, and the route tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from fastapi_backend import PYTHON
from front_end import Bridge
from loopback import answers
from people import sign_up
from process import ROOT, Program, free_port

PAGE = (ROOT / "bindings/python/README.md").read_text()
FIRST_APP = re.findall(r"^```python\n(# main\.py\n.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]


@pytest.fixture
def app_url(bridge: Bridge, tmp_path: Path) -> Iterator[str]:
    (tmp_path / "main.py").write_text(FIRST_APP)
    port = free_port()
    command = [PYTHON, "-m", "uvicorn", "main:app", "--port", str(port)]
    app = Program("uvicorn", command, {"BETTER_AUTH_URL": bridge.front_end.url}, tmp_path, status_of_sigterm=-15)
    app.start()
    app.wait_ready(lambda: answers(f"http://127.0.0.1:{port}/docs"))
    yield f"http://127.0.0.1:{port}"
    app.stop()


def test_a_pasted_token_opens_the_route(bridge, visit, app_url):
    ada = visit(bridge)
    sign_up(ada)
    token = ada.context.request.get("/api/auth/token").json()["token"]
    uuid = ada.context.request.get("/api/auth/get-session").json()["user"]["uuid"]
    # What the page loads from elsewhere is here as an npm package.
    swagger = ROOT / "node_modules/swagger-ui-dist"
    ada.context.route(
        re.compile(r"/swagger-ui-dist@5/"),
        lambda route: route.fulfill(path=swagger / Path(urlsplit(route.request.url).path).name),
    )
    ada.context.route("**/favicon.png", lambda route: route.fulfill(status=204))
    page = ada.context.new_page()
    page.goto(f"{app_url}/docs")
    route = page.locator(".opblock")
    route.get_by_role("button").first.click()
    route.get_by_role("button", name="Try it out").click()
    route.get_by_placeholder("user_id").fill(uuid)

    def status_of_a_try() -> int:
        with page.expect_response(lambda answer: uuid in answer.url) as answer:
            route.get_by_role("button", name="Execute").click()
        return answer.value.status

    assert status_of_a_try() == 401
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_label("auth-bearer-value").fill(token)
    page.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close", exact=True).click()
    assert status_of_a_try() == 200
    expect(route.get_by_text('"Hello, Ada Lovelace"').first).to_be_visible()
