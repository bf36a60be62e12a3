"""From sign-up to sign-out, on both databases: what a newcomer does first."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import expect

from people import new_task, sign_in, sign_out, sign_up_by_form, task_row, wait_for, wait_for_tasks


# Each backend on one of them; in the long run on both.
SHORT = "postgresql" if os.environ.get("DRAWBRIDGE_TEST_BACKEND") == "fastapi" else "sqlite"
DATABASES = [pytest.param(name, marks=() if name == SHORT else pytest.mark.long) for name in ("sqlite", "postgresql")]


@pytest.fixture(scope="module", params=DATABASES)
def bridge(request, start_bridge):
    if request.param == "sqlite":
        return start_bridge()
    return start_bridge(request.getfixturevalue("postgres").new_database())


def test_a_created_task_appears_without_reload(bridge, visit):
    ada = visit(bridge)
    sign_up_by_form(ada)
    loads = len(ada.seen.to("/tasks"))
    expect(ada.page.get_by_text("No tasks yet")).to_be_visible()
    ada.page.evaluate("window.notReloaded = true")
    new_task(ada.page, "Lower the bridge")
    assert ada.page.evaluate("window.notReloaded") is True
    assert len(ada.seen.to("/tasks", "POST")) == 1
    assert len(ada.seen.to("/tasks")) > loads  # the list was asked for again
    ada.page.reload()
    wait_for_tasks(ada.page)
    expect(task_row(ada.page, "Lower the bridge")).to_be_visible()


def test_two_clicks_on_a_box_arrive_in_their_order(bridge, visit):
    ada = visit(bridge)
    sign_up_by_form(ada)
    new_task(ada.page, "Undecided")
    held = []
    ada.context.route(
        re.compile("/api/v1/[^/]+/tasks/[^/]+$"),
        lambda route: held.append(route) if route.request.method == "PATCH" else route.fallback(),
    )
    box = ada.page.get_by_role("checkbox", name="Complete Undecided")
    box.check()
    box.uncheck()
    wait_for(ada.page, lambda: len(held) > 0, "the first is sent")
    ada.page.wait_for_timeout(500)
    assert [route.request.post_data_json for route in held] == [{"completed": True}]
    held[0].continue_()
    wait_for(ada.page, lambda: len(held) == 2, "the second is sent")
    assert held[1].request.post_data_json == {"completed": False}
    held[1].continue_()
    assert held[1].request.response().status == 200  # what is under way ends with the page
    ada.page.reload()
    wait_for_tasks(ada.page)
    expect(box).not_to_be_checked()


def test_after_sign_out_the_page_is_protected(bridge, visit):
    ada = visit(bridge)
    sign_up_by_form(ada)
    new_task(ada.page, "Mine alone")
    sign_out(ada.page)
    ada.page.goto("/tasks")
    ada.page.wait_for_url(re.compile(r"/sign-in\?next=%2Ftasks$"))
    ada.page.go_back()
    expect(ada.page.get_by_text("Mine alone")).to_have_count(0)


def test_a_second_user_of_the_browser_sees_nothing_of_the_first(bridge, visit):
    browser = visit(bridge)
    ada = sign_up_by_form(browser, "Ada Lovelace")
    new_task(browser.page, "Written by Ada")
    sign_out(browser.page)

    # Even for the length of a frame: each text that the page shows from now on is looked at.
    browser.context.add_init_script(
        """window.shown = []; new MutationObserver(() => window.shown.push(document.body?.innerText ?? ""))
           .observe(document, { subtree: true, childList: true, characterData: true });"""
    )
    sign_up_by_form(browser, "Brendan Eich")
    expect(browser.page.get_by_text("No tasks yet")).to_be_visible()
    shown = browser.page.evaluate("window.shown")
    assert len(shown) > 0
    assert [text for text in shown if "Written by Ada" in text or ada.name in text] == []
    new_task(browser.page, "Written by Brendan")
    sign_out(browser.page)

    sign_in(browser, ada)
    expect(task_row(browser.page, "Written by Ada")).to_be_visible()
    expect(browser.page.get_by_text("Written by Brendan")).to_have_count(0)


def test_a_change_of_user_in_another_tab_is_noticed(bridge, visit):
    browser = visit(bridge)
    sign_up_by_form(browser, "Ada Lovelace")
    new_task(browser.page, "Written by Ada")
    first_tab = browser.page
    browser.page = browser.context.new_page()
    browser.page.goto("/tasks")
    wait_for_tasks(browser.page)
    sign_out(browser.page)
    sign_up_by_form(browser, "Brendan Eich")
    first_tab.bring_to_front()
    expect(first_tab.get_by_text("Written by Ada")).to_have_count(0)
