"""Each page in light, dark and at a phone's width: no serious violation of accessibility, nothing cut off, and all of it
reached by the keyboard. What the pages looked like is kept in build/screenshots, for people to look at."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from people import alert, new_account, new_task, sign_out, sign_up, task_row, wait_for_tasks
from process import ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"
SCREENSHOTS = ROOT / "build/screenshots"

LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
    "phone_dark": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}


def serious_violations(page: Page) -> list[str]:
    """What axe-core finds, by rule and element."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{v['id']}: {node['html'][:120]}: {node['failureSummary']}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]


def the_landing_page(page: Page) -> None:
    page.goto("/")


def the_sign_in_page(page: Page) -> None:
    page.goto("/sign-in")


def the_sign_up_page(page: Page) -> None:
    page.goto("/sign-up")


def a_refused_sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email").fill("nobody@example.com")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(alert(page)).to_be_visible()


def no_such_page(page: Page) -> None:
    page.goto("/nowhere")
    expect(page.get_by_text("There is no such page")).to_be_visible()


SIGNED_OUT = (the_landing_page, the_sign_in_page, the_sign_up_page, a_refused_sign_in, no_such_page)


def no_tasks_yet(page: Page) -> None:
    expect(page.get_by_text("No tasks yet")).to_be_visible()


def a_list_of_tasks(page: Page) -> None:
    new_task(page, "Buy milk", description="Two litres", priority="high", due="2026-11-23T10:00")
    new_task(page, "Call the plumber")
    new_task(page, "A title that is much longer than most, so that it has to go on in a second line on a phone", priority="low")
    page.get_by_role("checkbox", name="Complete Call the plumber").check()
    expect(page.get_by_role("checkbox", name="Complete Call the plumber")).to_be_checked()


def the_form(page: Page) -> None:
    page.get_by_role("button", name="Edit Buy milk").click()
    expect(page.get_by_role("dialog").get_by_label("Title")).to_have_value("Buy milk")


def a_refused_form(page: Page) -> None:
    form = page.get_by_role("dialog")
    form.get_by_label("Title").fill("")
    form.get_by_label("Reminder", exact=True).fill("2026-11-23T11:00")  # after the due date
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Reminder", exact=True)).to_have_attribute("aria-invalid", "true")


def the_tags(page: Page) -> None:
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Manage tags").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("New tag").fill("Home")
    dialog.get_by_role("button", name="Add tag").click()
    expect(dialog.get_by_text("Home", exact=True)).to_be_visible()


def the_confirmation_of_a_deletion(page: Page) -> None:
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete Buy milk").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()


def no_match(page: Page) -> None:
    page.keyboard.press("Escape")
    page.get_by_label("Search").fill("nothing is called so")
    expect(page.get_by_text("No task matches")).to_be_visible()


def the_inspector(page: Page) -> None:
    page.get_by_label("Search").fill("")
    page.get_by_role("button", name="Inspect the bridge").click()
    expect(page.get_by_text("EdDSA").first).to_be_visible()


def the_end_of_the_session(page: Page) -> None:
    page.context.clear_cookies()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # as who comes back to the tab
    expect(page.get_by_text("Your session has ended")).to_be_visible()


SIGNED_IN = (
    no_tasks_yet,
    a_list_of_tasks,
    the_form,
    a_refused_form,
    the_tags,
    the_confirmation_of_a_deletion,
    no_match,
    the_inspector,
    the_end_of_the_session,
)


def look_at(page: Page, state: Callable[[Page], None], look: str) -> None:
    state(page)
    page.wait_for_timeout(300)  # what moves has come to rest
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{state.__name__}-{look}.png")
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width == 0, f"{state.__name__} is {width} px too wide"
    assert serious_violations(page) == [], state.__name__


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", SIGNED_OUT, ids=lambda state: state.__name__)
def test_page_for_visitors(bridge, visit, state, look):
    look_at(visit(bridge, **LOOKS[look]).page, state, look)


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_a_user(bridge, visit, look):
    ada = visit(bridge, **LOOKS[look])
    sign_up(ada)
    for state in SIGNED_IN:
        look_at(ada.page, state, look)


def test_everything_by_keyboard(bridge, visit):
    """Sign-up, a new task, its completion, and the inspector, without a mouse."""
    page = visit(bridge).page
    page.goto("/sign-up")
    page.get_by_label("Name").focus()
    page.keyboard.type("Ada Lovelace")
    page.keyboard.press("Tab")
    page.keyboard.type(new_account().email)
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery staple")
    page.keyboard.press("Enter")
    wait_for_tasks(page)

    tab_to(page, "New task")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_label("Title")).to_be_focused()
    page.keyboard.type("Typed")
    page.keyboard.press("Enter")
    expect(task_row(page, "Typed")).to_be_visible()

    tab_to(page, "Complete Typed")
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="Complete Typed")).to_be_checked()

    tab_to(page, "Inspect the bridge")
    page.keyboard.press("Enter")
    expect(page.get_by_text("EdDSA").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("EdDSA")).to_have_count(0)
    expect(page.get_by_role("button", name="Inspect the bridge")).to_be_focused()


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what has that name has the focus, which can be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.innerText?.trim()") == name:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {name} is not seen"
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_after_sign_out_no_page_of_a_user_is_kept(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    sign_out(ada.page)
    ada.page.goto("/")
    expect(ada.page.get_by_role("link", name=re.compile("Sign in"))).to_be_visible()
