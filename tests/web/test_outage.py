"""The API goes away and comes back: a clear message, and no reload."""

from __future__ import annotations

from playwright.sync_api import expect

from people import alert, new_task, sign_up, task_row, wait_for_tasks


def test_the_api_goes_down_and_comes_back(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    new_task(ada.page, "Before the outage")
    ada.page.evaluate("window.notReloaded = true")
    bridge.api.program.stop()
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
    ada.page.get_by_role("button", name="New task").first.click()
    form = ada.page.get_by_role("dialog")
    form.get_by_label("Title").fill("Typed with care")
    bridge.api.program.stop()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(form.get_by_label("Title")).to_have_value("Typed with care")
    bridge.api.start()
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    expect(task_row(ada.page, "Typed with care")).to_have_count(1)
    wait_for_tasks(ada.page)
