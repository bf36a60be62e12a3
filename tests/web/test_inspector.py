"""The drawer for whoever is learning the bridge."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import expect

from people import open_new_task, sign_up


def test_the_drawer_shows_token_keys_and_the_last_answer(bridge, visit):
    ada = visit(bridge)
    account = sign_up(ada)
    ada.page.get_by_role("button", name="Inspect the bridge").click()
    drawer = ada.page.get_by_role("complementary", name="Inspector")
    (key,) = httpx.get(f"http://127.0.0.1:{bridge.front_end.port}/api/auth/jwks", trust_env=False).json()["keys"][:1]
    last = ada.api_requests()[-1]
    for text in ("EdDSA", key["kid"], account.email, "uuid", last.response().header_value("x-request-id"), "200"):
        expect(drawer.get_by_text(text).first).to_be_visible()
    expect(drawer).to_contain_text(re.compile(r"Renewed in 1[34]:\d\d"))  # minutes and seconds until the token is renewed


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
