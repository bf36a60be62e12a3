"""The page with the session's cookie in place of a token: the API on a sibling origin, and on the page's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from browser import Visitor
from database import SqliteDatabase
from front_end import SessionBridge
from people import new_account, new_task, sign_up, task_row, wait_for_tasks
from process import ROOT, free_port

CLIENT = ROOT / "packages/client/dist"


@pytest.fixture(scope="module", params=["sibling", "one_origin"])
def session_bridge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SessionBridge]:
    folder = tmp_path_factory.mktemp("session")
    bridge = SessionBridge(folder, SqliteDatabase(folder / "app.db"), one_origin=request.param == "one_origin")
    bridge.start()
    yield bridge
    bridge.stop()


@pytest.fixture(scope="module")
def foreign_page() -> Iterator[str]:
    """The origin of a page on this machine that nobody allows."""

    class Prizes(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<p>Free prizes!</p>")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", free_port()), Prizes) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def sign_up_without_page(visitor: Visitor) -> None:
    account = new_account()
    data = {"name": account.name, "email": account.email, "password": account.password}
    answer = visitor.context.request.post("/api/auth/sign-up/email", data=data, headers={"Origin": visitor.web})
    assert answer.ok, answer.text()


def sign_out_without_page(visitor: Visitor) -> None:
    answer = visitor.context.request.post("/api/auth/sign-out", data={}, headers={"Origin": visitor.web})
    assert answer.ok, answer.text()


def test_tasks_go_by_the_cookie_and_no_token(session_bridge: SessionBridge, visit) -> None:
    ada = visit(session_bridge)
    sign_up(ada)
    page = ada.page
    new_task(page, "Lower the bridge")
    page.get_by_role("button", name="Edit Lower the bridge").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Title").fill("Raise the bridge")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    page.reload()
    wait_for_tasks(page)
    expect(task_row(page, "Raise the bridge")).to_be_visible()
    page.get_by_role("button", name="Inspect the bridge").click()
    expect(page.get_by_text("This page holds no token.")).to_be_visible()

    calls = ada.api_requests()
    assert {call.method for call in calls} >= {"GET", "POST", "PATCH"}
    for call in calls:
        headers = call.all_headers()
        assert "authorization" not in headers
        assert "better-auth.session_token=" in headers["cookie"]
    assert ada.seen.to("/api/auth/token") == []


def test_create_fetch_asks_for_whoever_the_cookie_is_of(session_bridge: SessionBridge, visit) -> None:
    """The package itself, as the browser loads it: unbundled, and on a page without the example's code."""
    ada = visit(session_bridge, bypass_csp=True)
    ada.context.route("**/client/*", lambda route: route.fulfill(path=CLIENT / route.request.url.rpartition("/")[2]))
    sign_up_without_page(ada)
    ada.page.goto("/nowhere")
    of_the_page = session_bridge.front_end.program.env["NEXT_PUBLIC_API_URL"]
    made = """async (baseUrl) => {
      const { createFetch } = await import("/client/index.js");
      window.api = createFetch({ baseUrl, credentials: "session" });
      const { uuid } = await (await api("/api/v1/me")).json();
      const headers = { "Content-Type": "application/json", Authorization: "Bearer none" };
      return (await api(`/api/v1/${uuid}/tasks`, { method: "POST", headers, body: '{"title":"By hand"}' })).status;
    }"""
    assert ada.page.evaluate(made, of_the_page) == 201
    sign_out_without_page(ada)
    refused = """api("/api/v1/me").then(() => null, ({ code, cause }) => [code, cause.code])"""
    assert ada.page.evaluate(refused) == ["not_signed_in", "token_missing"]


def test_a_page_of_another_origin_changes_nothing(session_bridge: SessionBridge, visit, foreign_page: str) -> None:
    """It is of the same site, so the browser sends the cookie with its form."""
    ada = visit(session_bridge)
    sign_up_without_page(ada)
    me = ada.context.request.get(f"{session_bridge.api_url}/api/v1/me")
    assert me.ok, me.text()
    tasks = f"{session_bridge.api_url}/api/v1/{me.json()['uuid']}/tasks"
    ada.page.goto(foreign_page)
    with ada.page.expect_navigation() as answered:
        ada.page.evaluate(
            """tasks => {
              const form = Object.assign(document.createElement("form"), { method: "POST", enctype: "text/plain" });
              form.action = tasks;
              document.body.append(form);
              form.submit();
            }""",
            tasks,
        )
    headers = answered.value.request.all_headers()
    assert headers["origin"] == foreign_page
    assert "better-auth.session_token=" in headers["cookie"]
    assert (answered.value.status, answered.value.json()["code"]) == (403, "origin_not_allowed")
    assert ada.context.request.get(tasks).json()["total"] == 0


@pytest.mark.parametrize("session_bridge", ["sibling"], indirect=True)
def test_a_sign_out_elsewhere_ends_at_the_sign_in_page(session_bridge: SessionBridge, visit) -> None:
    ada = visit(session_bridge)
    sign_up(ada)
    page = ada.page
    sign_out_without_page(ada)
    expect(page.get_by_text("Your session has ended").first).to_be_visible()
    page.get_by_role("link", name="Sign in again").click()
    page.wait_for_url(re.compile("/sign-in"))
    assert 401 in {answer.status for request in ada.api_requests() if (answer := request.response())}
