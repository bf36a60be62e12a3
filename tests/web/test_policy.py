"""The pages' Content-Security-Policy and HSTS: scripts run by the nonce of their request, and by nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from database import SqliteDatabase
from front_end import Bridge, FrontEnd
from loopback import get
from people import new_task, open_new_task, sign_out, sign_up_by_form

PAGES = ("/", "/sign-in", "/sign-up", "/nowhere")
NONCE = re.compile(r"'nonce-([A-Za-z0-9+/=]{16,})'")


def script_sources(policy: str) -> list[str]:
    (directive,) = re.findall(r"(?:^|; )script-src ([^;]*)", policy)
    return directive.split(" ")


@pytest.mark.parametrize("path", PAGES)
def test_every_script_of_a_page_has_the_nonce_of_its_request(bridge: Bridge, path: str):
    answers = [get(f"http://127.0.0.1:{bridge.front_end.port}{path}") for _ in range(2)]
    nonces = []
    for answer in answers:
        policies = answer.headers.get_list("Content-Security-Policy")
        assert len(policies) == 1
        sources = script_sources(policies[0])
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"} & set(sources)
        (nonce,) = NONCE.findall(" ".join(sources))
        scripts = re.findall(r"<script\b[^>]*>", answer.text)
        assert scripts and all(f'nonce="{nonce}"' in script for script in scripts)
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


def test_a_script_that_was_smuggled_into_a_page_does_not_run(bridge: Bridge, visit):
    visitor = visit(bridge)
    page = visitor.page
    page.goto("/sign-in")
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate(
            """() => document.body.insertAdjacentHTML(
              "beforeend", "<img src='/nothing.png' onerror='window.smuggled = true'>"
            )"""
        )
    assert page.evaluate("() => window.smuggled") is None
    assert visitor.seen.faults != []
    visitor.seen.faults.clear()  # it was meant


def test_a_visit_violates_the_policy_nowhere(bridge: Bridge, visit):
    """A visitor's end asserts that nothing was said of it."""
    ada = visit(bridge)
    sign_up_by_form(ada)
    new_task(ada.page, "Buy milk", priority="high", due="2026-11-23T10:00")
    open_new_task(ada.page, "Another")
    ada.page.keyboard.press("Escape")
    ada.page.get_by_role("button", name="Manage tags").click()
    ada.page.keyboard.press("Escape")
    ada.page.get_by_role("button", name="Inspect the bridge").click()
    sign_out(ada.page)
    ada.page.goto("/nowhere")
    ada.page.get_by_role("link", name="Go to the home page").click()
    ada.page.wait_for_url("**/")


@pytest.mark.parametrize("scheme, held", [("https", "max-age=31536000"), ("http", None)])
def test_browsers_are_held_to_https_where_the_page_is_reached_so(tmp_path: Path, scheme: str, held: str | None):
    front_end = FrontEnd(tmp_path, SqliteDatabase(tmp_path / "app.db"), "http://127.0.0.1:9")
    front_end.program.env["BETTER_AUTH_URL"] = f"{scheme}://app.example.com"
    with front_end.start().program.running():
        for path in ("/", "/api/auth/ok"):
            answer = get(f"http://127.0.0.1:{front_end.port}{path}")
            assert answer.headers.get("Strict-Transport-Security") == held, path
