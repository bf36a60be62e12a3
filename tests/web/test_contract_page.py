"""/docs of the API: the contract in the browser, and a call with a token that was pasted."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import expect

from people import sign_up


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
    page.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").click()
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
