"""The API goes away and comes back: a clear message, and no reload."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from browser import SECONDS
from people import alert, new_task, open_filters, open_new_task, send_sign_up, sign_up, task_row, wait_for_tasks


def test_the_api_goes_down_and_comes_back(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    new_task(ada.page, "Before the outage")
    ada.page.evaluate("window.notReloaded = true")
    bridge.api.program.stop()
    open_filters(ada.page)
    ada.page.get_by_label("Status").select_option("open")
    expect(alert(ada.page)).to_contain_text("cannot be reached")
    bridge.api.program.start()
    expect(alert(ada.page)).to_have_count(0)
    expect(task_row(ada.page, "Before the outage")).to_be_visible()
    assert ada.page.evaluate("window.notReloaded") is True
    new_task(ada.page, "After the outage")


def test_what_was_typed_survives_an_outage(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    form = open_new_task(ada.page, "Typed with care")
    bridge.api.program.stop()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(form.get_by_label("Title")).to_have_value("Typed with care")
    bridge.api.start()
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    expect(task_row(ada.page, "Typed with care")).to_have_count(1)
    wait_for_tasks(ada.page)


def test_a_fault_that_does_not_pass_is_said_with_its_remedy_and_not_asked_again(start_bridge, visit):
    """Better Auth has a user of before the column `uuid`, and says which command helps."""
    bridge = start_bridge()
    ada = visit(bridge)
    sign_up(ada)
    database = bridge.front_end.database
    ((uuid,),) = database.execute('select uuid from "user"')
    database.execute('update "user" set uuid = ?', "")
    ada.page.clock.install()
    ada.page.reload()
    expect(alert(ada.page)).to_contain_text("USER_UUID_MISSING")
    expect(alert(ada.page)).to_contain_text("Run `drawbridge migrate up` on this database")
    expect(alert(ada.page)).not_to_contain_text("tries again by itself")
    asked = len(ada.seen.to("/api/auth/token"))
    ada.page.clock.fast_forward(60 * SECONDS)  # longer than the page waits before it asks again
    ada.page.wait_for_timeout(300)
    assert len(ada.seen.to("/api/auth/token")) == asked
    database.execute('update "user" set uuid = ?', uuid)
    ada.page.get_by_role("button", name="Try again").click()
    expect(alert(ada.page)).to_have_count(0)
    new_task(ada.page, "Now that it is mended")


def test_an_api_that_does_not_let_the_page_in_is_named_with_the_setting(start_bridge, visit):
    bridge = start_bridge(drawbridge_allowed_origins="http://elsewhere.example")
    ada = visit(bridge)
    send_sign_up(ada.page)
    for text in (bridge.api_url, "DRAWBRIDGE_ALLOWED_ORIGINS", bridge.front_end.url):
        expect(alert(ada.page)).to_contain_text(text)


def test_a_save_that_waits_for_the_api_can_be_called_off(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    busy = {"Access-Control-Allow-Origin": ada.web, "Access-Control-Expose-Headers": "Retry-After", "Retry-After": "2"}
    ada.context.route(
        re.compile("/api/v1/[^/]+/tasks$"),
        lambda route: (
            route.fulfill(status=429, json={"code": "rate_limited", "status": 429}, headers=busy)
            if route.request.method == "POST"
            else route.fallback()
        ),
        times=1,
    )
    ada.page.clock.install()
    form = open_new_task(ada.page, "Better not")
    with ada.page.expect_response(lambda answer: answer.status == 429):
        form.get_by_role("button", name="Save").click()
    form.get_by_role("button", name="Cancel").click()
    expect(form).to_be_hidden()
    ada.page.clock.fast_forward(60 * SECONDS)  # longer than the API asked to wait
    ada.page.wait_for_timeout(300)
    assert len(ada.seen.to("/tasks", "POST")) == 1
    expect(ada.page.get_by_text("No tasks yet")).to_be_visible()
