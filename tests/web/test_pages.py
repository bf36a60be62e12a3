"""Each page in light, dark and at a phone's width: no serious violation of accessibility, nothing cut off. What the pages
looked like is kept in build/screenshots, for people to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from database import Database, SqliteDatabase
from front_end import Bridge
from looks import EACH_LOOK, LOOKS, look_at
from people import alert, new_account, new_task, open_filters, send, send_sign_up, sign_out, sign_up


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
    send(page, "Sign in")
    expect(alert(page)).to_be_visible()


def no_such_page(page: Page) -> None:
    page.goto("/nowhere")
    expect(page.get_by_text("Page not found")).to_be_visible()


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


def the_keys(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def selected_rows_and_filters(page: Page) -> None:
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="Select Buy milk").check()
    open_filters(page)
    page.get_by_label("Due from", exact=True).fill("2026-11-20")
    expect(page.get_by_role("button", name=re.compile("Remove filter: Due from"))).to_be_visible()
    expect(page.get_by_role("button", name="Delete selected")).to_be_visible()


def no_match(page: Page) -> None:
    page.get_by_role("button", name="Clear filters").first.click()
    page.get_by_label("Search").fill("nothing is called so")
    expect(page.get_by_text("No task matches")).to_be_visible()


def the_bridge(page: Page) -> None:
    page.get_by_label("Search").fill("")
    page.get_by_role("button", name="Inspect the bridge").click()
    expect(page.get_by_text("EdDSA").first).to_be_visible()


def the_bridge_after_a_refusal(page: Page) -> None:
    page.get_by_role("button", name="One bit flipped").click()
    expect(page.get_by_text("401 signature_invalid").first).to_be_visible()


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
    the_keys,
    selected_rows_and_filters,
    no_match,
    the_bridge,
    the_bridge_after_a_refusal,
    the_end_of_the_session,
)


@pytest.mark.parametrize("look", EACH_LOOK)
@pytest.mark.parametrize("state", SIGNED_OUT, ids=lambda state: state.__name__)
def test_page_for_visitors(bridge, visit, state, look):
    look_at(visit(bridge, bypass_csp=True, **LOOKS[look]).page, state, look)


def a_list_in_japanese(page: Page) -> None:
    page.goto("/tasks")
    page.get_by_role("textbox", name="すばやく追加").fill("牛乳を買う")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="「牛乳を買う」を編集")).to_be_visible()


def the_bridge_in_japanese(page: Page) -> None:
    page.get_by_role("button", name="ブリッジを調べる").click()
    page.get_by_role("button", name="1 ビット反転").click()
    expect(page.get_by_text("401 signature_invalid").first).to_be_visible()


@pytest.mark.parametrize("look", EACH_LOOK)
def test_pages_in_japanese(bridge, visit, look):
    """The language is the browser's. What is English by name, codes and claims, stays."""
    page = visit(bridge, bypass_csp=True, locale="ja-JP", **LOOKS[look]).page
    page.goto("/sign-up")
    account = new_account("Hanako")
    page.get_by_label("名前").fill(account.name)
    page.get_by_label("メールアドレス").fill(account.email)
    page.get_by_label("パスワード").fill(account.password)
    send(page, "登録")
    expect(page.get_by_text("タスクはまだありません")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "ja-JP"
    look_at(page, a_list_in_japanese, look)
    look_at(page, the_bridge_in_japanese, look)


@pytest.mark.parametrize("look", EACH_LOOK)
def test_pages_of_a_user(bridge, visit, look):
    ada = visit(bridge, bypass_csp=True, **LOOKS[look])
    sign_up(ada)
    for state in SIGNED_IN:
        look_at(ada.page, state, look)


LIST_OF_TASKS = re.compile(r"/api/v1/[^/]+/tasks(\?|$)")


def tasks_that_are_being_fetched(page: Page) -> None:
    expect(page.get_by_text("Loading tasks.")).to_be_visible()


def an_outage_of_the_api(page: Page) -> None:
    expect(alert(page)).to_contain_text("cannot be reached")


def a_page_that_has_failed(page: Page) -> None:
    """In the browser: the bridge shows times."""
    page.evaluate("() => { Date.prototype.toLocaleTimeString = () => { throw new Error('no such locale'); }; }")
    page.get_by_role("button", name="Inspect the bridge").click()
    expect(page.get_by_text("Something on the page itself has failed")).to_be_visible()
    expect(page.get_by_text("database")).to_have_count(0)


@pytest.mark.parametrize("look", EACH_LOOK)
def test_pages_that_wait_for_the_api_or_fail(bridge, visit, look):
    ada = visit(bridge, bypass_csp=True, **LOOKS[look])
    sign_up(ada)
    held = []
    ada.context.route(LIST_OF_TASKS, lambda route: held.append(route))
    ada.page.reload()
    look_at(ada.page, tasks_that_are_being_fetched, look)
    ada.context.unroute(LIST_OF_TASKS)
    ada.context.route(LIST_OF_TASKS, lambda route: route.abort())
    for route in held:
        route.abort()
    look_at(ada.page, an_outage_of_the_api, look)
    look_at(ada.page, a_page_that_has_failed, look)


@pytest.fixture(scope="module")
def without_api(tmp_path_factory) -> Iterator[Bridge]:
    """A front end whose API was not installed yet."""
    folder = tmp_path_factory.mktemp("without-api")
    bridge = Bridge(folder, SqliteDatabase(folder / "app.db"))
    with bridge.front_end.start().program.running():
        yield bridge


@contextmanager
def lost_sessions(database: Database) -> Iterator[None]:
    """Better Auth cannot read who is signed in."""
    database.execute("alter table session rename to lost")
    try:
        yield
    finally:
        database.execute("alter table lost rename to session")


def the_tables_are_missing(page: Page) -> None:
    expect(page.get_by_text("The API's tables are missing")).to_be_visible()


def a_page_that_cannot_be_made(page: Page) -> None:
    page.goto("/tasks")
    expect(page.get_by_text("The server could not build this page")).to_be_visible()
    expect(page.get_by_text("The server's log has the reason under")).to_be_visible()


@pytest.mark.parametrize("look", EACH_LOOK)
def test_pages_of_a_server_that_lacks_something(without_api, visit, look):
    page = visit(without_api, bypass_csp=True, **LOOKS[look]).page
    send_sign_up(page)
    look_at(page, the_tables_are_missing, look)
    with lost_sessions(without_api.front_end.database):
        look_at(page, a_page_that_cannot_be_made, look)


def test_after_sign_out_no_page_of_a_user_is_kept(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    sign_out(ada.page)
    ada.page.goto("/")
    expect(ada.page.get_by_role("link", name=re.compile("Sign in"))).to_be_visible()
