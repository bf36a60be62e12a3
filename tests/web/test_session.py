"""The session patterns that people get wrong, and tokens that end while the page is open."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from browser import answer_json
from people import alert, new_task, send_sign_up, sign_out, sign_up, task_row, wait_for, wait_for_tasks
from process import ROOT
from short_lived_tokens import expired_token


def claims_of(token: str) -> dict[str, object]:
    payload = token.split(".")[1]
    return json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def bearer_of(request) -> str:
    scheme, _, token = request.header_value("authorization").partition(" ")
    assert scheme == "Bearer"
    return token


def test_the_jwt_is_sent_and_not_the_session_token(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    new_task(ada.page, "Lower the bridge")
    (cookie,) = [c["value"] for c in ada.context.cookies() if c["name"].endswith("session_token")]
    tokens = {bearer_of(request) for request in ada.api_requests()}
    assert len(tokens) == 1  # one token for all of them
    (token,) = tokens
    assert token.count(".") == 2
    of_the_user = {"uuid", "email", "emailVerified", "name", "sid", "fresh"}
    assert set(claims_of(token)) == of_the_user | {"iat", "exp", "iss", "aud", "sub"}
    assert token not in cookie and cookie.split(".")[0] not in token


def test_the_jwt_is_kept_in_memory_only(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    kept = ada.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")
    assert "eyJ" not in kept
    assert [c["name"] for c in ada.context.cookies() if c["value"].startswith("eyJ")] == []


def test_no_request_without_a_token(bridge, visit):
    ada = visit(bridge)
    held = []
    ada.context.route("**/api/auth/token", lambda route: held.append(route))  # Better Auth takes its time
    ada.page.goto("/")
    ada.page.goto("/sign-in")
    assert ada.api_requests() == []
    with ada.page.expect_request("**/api/auth/token"):
        send_sign_up(ada.page)
    ada.page.wait_for_timeout(500)
    assert ada.api_requests() == []
    ada.context.unroute("**/api/auth/token")
    for route in held:
        route.fallback()
    wait_for_tasks(ada.page)
    assert all(request.header_value("authorization") for request in ada.api_requests())
    assert len(held) == 1


def test_a_form_that_is_sent_before_the_page_is_ready_tells_no_password(bridge, visit):
    """Without its script a form goes where HTML sends it: as a GET it would put the password into the address."""
    page = visit(bridge, java_script_enabled=False).page
    for path, button in {"/sign-up": "Sign up", "/sign-in": "Sign in"}.items():
        page.goto(path)
        page.get_by_label("Email").fill("ada@example.com")
        page.get_by_label("Password").fill("correct horse battery staple")
        if path == "/sign-up":
            page.get_by_label("Name").fill("Ada Lovelace")
        with page.expect_navigation():
            page.get_by_role("button", name=button).click()
        assert "horse" not in page.url


def test_use_session_comes_from_the_right_package(bridge, visit):
    """It works: the page itself asks for the session. And the source has it from better-auth/react, where it exists."""
    ada = visit(bridge)
    with ada.page.expect_response("**/api/auth/get-session") as answer:
        account = sign_up(ada, "Ada Lovelace")
    assert answer.value.request.resource_type == "fetch"
    assert answer.value.json()["user"]["email"] == account.email
    files = [f for f in (ROOT / "examples/web").rglob("*.ts*") if not {"node_modules", ".next"} & set(f.parts)]
    makers = [f for f in files if "createAuthClient" in f.read_text()]
    assert len(makers) == 1
    assert re.search(r'import \{ createAuthClient \} from "better-auth/react"', makers[0].read_text())


def test_a_token_that_ends_while_the_page_is_open_is_renewed_once(bridge, visit):
    ada = visit(bridge)
    ada.page.clock.install()
    sign_up(ada)
    before = len(ada.seen.to("/api/auth/token"))
    assert before == 1
    ada.page.clock.fast_forward("16:00")
    new_task(ada.page, "After a quarter of an hour")
    assert len(ada.seen.to("/api/auth/token")) == before + 1


def test_a_token_that_the_api_calls_expired_is_renewed_once(bridge, visit):
    """A real one, signed by the real key and over: it reaches the page as its first token."""
    ada = visit(bridge)
    account = sign_up(ada)
    old = expired_token(bridge, account)
    ada.page.goto("about:blank")  # an open page asks on, and would get that token itself
    ada.context.route("**/api/auth/token", answer_json({"token": old}), times=1)
    seen = len(ada.api_requests())
    ada.page.clock.set_system_time(datetime.now(UTC) - timedelta(minutes=20))  # the page's clock is slow
    ada.page.goto("/tasks")
    wait_for_tasks(ada.page)
    requests = ada.api_requests()[seen:]
    refused = [r for r in requests if bearer_of(r) == old]
    assert {r.response().status for r in refused} == {401}
    assert len(ada.seen.to("/api/auth/token")) == 3  # at sign-up, the old one, its successor
    new_task(ada.page, "As if nothing had been")


def session_cookie(visitor) -> dict[str, object]:
    (cookie,) = [c for c in visitor.context.cookies() if c["name"].endswith("session_token")]
    return cookie


def test_a_session_in_use_is_prolonged_with_its_cookie(bridge, visit):
    """Not by the page on the server, which can set no cookie: the browser's would end in spite of it."""
    ada = visit(bridge)
    sign_up(ada)
    before = session_cookie(ada)["expires"]
    two_days_old = (datetime.now(UTC) + timedelta(days=5)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    bridge.front_end.database.execute('update session set "expiresAt" = ?', two_days_old)
    ada.page.reload()
    wait_for(ada.page, lambda: session_cookie(ada)["expires"] > before, "the cookie is a later one")


def test_a_session_that_was_ended_elsewhere_is_said_so(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    ada.page.clock.install()
    ada.context.clear_cookies()
    ada.page.clock.fast_forward("16:00")
    expect(ada.page.get_by_text("Your session has ended").first).to_be_visible()


def test_an_outage_of_better_auth_is_no_sign_out(bridge, visit):
    """Its /token says 401 when its database is down; /get-session then knows nothing."""
    ada = visit(bridge)
    sign_up(ada)
    ada.context.route("**/api/auth/token", answer_json({"message": "Unauthorized"}, 401))
    ada.context.route("**/api/auth/get-session*", answer_json({"message": "no database"}, 500))
    ada.page.reload()
    expect(alert(ada.page)).to_be_visible()
    expect(ada.page.get_by_text("Your session has ended")).to_have_count(0)
    ada.context.unroute("**/api/auth/token")
    ada.context.unroute("**/api/auth/get-session*")
    wait_for_tasks(ada.page)
    new_task(ada.page, "It is back")
    expect(task_row(ada.page, "It is back")).to_be_visible()
    sign_out(ada.page)
