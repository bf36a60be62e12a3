"""The drawer for whoever is learning the bridge."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Locator, expect

from people import open_new_task, sign_up, wait_for


def panel(drawer: Locator, heading: str) -> Locator:
    return drawer.locator("section").filter(has=drawer.page.get_by_role("heading", name=heading, exact=True))


def seconds_left(timer: Locator) -> int:
    minutes, seconds = re.fullmatch(r"Renewed in (\d+):(\d\d)", timer.inner_text()).groups()
    return 60 * int(minutes) + int(seconds)


def test_the_drawer_shows_token_keys_and_the_last_answer(bridge, visit):
    ada = visit(bridge)
    account = sign_up(ada)
    ada.page.get_by_role("button", name="Inspect the bridge").click()
    drawer = ada.page.get_by_role("complementary", name="Inspector")
    (key,) = httpx.get(f"http://127.0.0.1:{bridge.front_end.port}/api/auth/jwks", trust_env=False).json()["keys"][:1]
    last = ada.user_requests()[-1]
    shown = {
        "Token": (account.email, "uuid"),
        "Keys": (key["kid"], "EdDSA", "signed this token"),
        "Last answer": (last.response().header_value("x-request-id"), "200"),
    }
    for heading, texts in shown.items():
        for text in texts:
            expect(panel(drawer, heading).get_by_text(text).first).to_be_visible()
    header = drawer.get_by_role("heading", name="Header").locator("xpath=following-sibling::dl[1]")
    expect(header.get_by_text(key["kid"])).to_be_visible()
    expect(header.get_by_text("EdDSA")).to_be_visible()
    docs = drawer.get_by_role("link", name="/docs")
    assert httpx.get(docs.get_attribute("href"), trust_env=False).status_code == 200
    assert docs.get_attribute("href") == f"{bridge.api_url}/docs"


def test_the_drawer_counts_down_to_the_renewal(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    ada.page.get_by_role("button", name="Inspect the bridge").click()
    timer = ada.page.get_by_role("timer")
    first = seconds_left(timer)
    assert 13 * 60 < first <= 14.5 * 60  # of a token of 15 minutes
    wait_for(ada.page, lambda: seconds_left(timer) <= first - 3, "three seconds less")


def test_the_drawer_shows_the_code_of_a_refusal(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    form = open_new_task(ada.page, "Refused by the server")
    ada.context.route(
        re.compile("/api/v1/[^/]+/tasks$"),
        lambda route: route.continue_(post_data='{"title": ""}') if route.request.method == "POST" else route.fallback(),
    )
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    ada.page.keyboard.press("Escape")
    ada.page.get_by_role("button", name="Inspect the bridge").click()
    expect(ada.page.get_by_text("validation_failed").first).to_be_visible()
