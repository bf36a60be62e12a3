"""/docs of the API: the contract in the browser, and a call with a token that was pasted."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from looks import EACH_LOOK, LOOKS, look_at
from people import sign_up
from short_lived_tokens import expired_token


SERIOUS = ("serious", "critical")  # the headings and landmarks are the viewer's


def token_of(visitor) -> str:
    answer = visitor.context.request.get("/api/auth/token")
    return answer.json()["token"]


def test_a_pasted_token_makes_a_call(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    token = token_of(ada)
    page = ada.context.new_page()
    page.goto(f"{bridge.api_url}/docs")
    expect(page.get_by_text("Drawbridge tasks API").first).to_be_visible()
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_label("auth-bearer-value").fill(token)
    page.get_by_role("button", name="Apply credentials").first.click()
    page.get_by_role("button", name="Close", exact=True).first.click()
    # The user's id is filled in from the token, so that a first call works as it stands.
    page.locator("#operations-Tasks-createTask").get_by_role("button").first.click()
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.get_by_role("button", name="Execute").click()
    assert answer.value.status == 201, answer.value.text()
    assert answer.value.request.header_value("authorization") == f"Bearer {token}"
    # Nothing is asked of anybody else, and the token is kept nowhere.
    hosts = {urlsplit(r.url).netloc for r in ada.seen.requests if not r.url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(bridge.api_url).netloc, urlsplit(bridge.front_end.url).netloc}
    kept = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")
    assert "eyJ" not in kept


def test_a_pasted_token_that_has_expired_is_said_to_be(bridge, visit):
    ada = visit(bridge)
    old = expired_token(bridge, sign_up(ada))
    page = ada.context.new_page()
    page.goto(f"{bridge.api_url}/docs")
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_label("auth-bearer-value").fill(old)
    page.get_by_role("button", name="Apply credentials").first.click()
    page.get_by_role("button", name="Close", exact=True).first.click()
    expect(page.get_by_role("status")).to_contain_text("This token expired at")


@pytest.mark.parametrize("look", EACH_LOOK)
def test_the_contract_can_be_read_by_everybody(bridge, visit, look):
    page = visit(bridge, bypass_csp=True, **LOOKS[look]).page  # the page's policy also forbids axe
    page.goto(f"{bridge.api_url}/docs")
    expect(page.get_by_text("Drawbridge tasks API").first).to_be_visible()
    look_at(page, the_contract, look, levels=SERIOUS)
    look_at(page, a_call_to_be_made, look, levels=SERIOUS)
    look_at(page, the_place_for_the_token, look, ".modal-btn.authorize", SERIOUS)  # docs/decisions/0011


def the_contract(page: Page) -> None:
    expect(page.locator("#operations-Tasks-createTask")).to_be_visible()


def a_call_to_be_made(page: Page) -> None:
    page.locator("#operations-Tasks-createTask").get_by_role("button").first.click()
    expect(page.get_by_role("button", name="Execute")).to_be_visible()


def the_place_for_the_token(page: Page) -> None:
    page.get_by_role("button", name="Authorize").first.click()
    expect(page.get_by_label("auth-bearer-value")).to_be_visible()


def test_the_browsers_own_cookie_makes_a_call(start_bridge, visit):
    """On one host, where the API takes sessions and its own origin is among those that may send one."""
    bridge = start_bridge()
    own = f"http://localhost:{bridge.api_port}"
    ada = visit(bridge)
    sign_up(ada)
    for settings, told, status in (
        ({}, "The server does not accept your session: 401 token_missing.", None),
        ({"drawbridge_credentials": "token,session"}, "Your user_id is filled in.", 403),
        ({"drawbridge_credentials": "token,session", "drawbridge_allowed_origins": own}, "Your user_id is filled in.", 201),
    ):
        bridge.api.stop()
        bridge.settings = settings
        bridge.start_api()
        page = ada.context.new_page()
        page.goto(f"{own}/docs")
        expect(page.get_by_text("Drawbridge tasks API").first).to_be_visible()
        page.get_by_role("button", name="Use my session").click()
        expect(page.get_by_role("status")).to_contain_text(told)
        if status is None:
            continue
        page.locator("#operations-Tasks-createTask").get_by_role("button").first.click()
        with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            page.get_by_role("button", name="Execute").click()
        sent = answer.value.request.all_headers()
        assert answer.value.status == status, answer.value.text()
        assert "authorization" not in sent
        assert "better-auth.session_token=" in sent["cookie"]
