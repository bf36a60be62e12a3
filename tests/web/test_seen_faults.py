"""Faults that people met on the page, each of which was red here before it was fixed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from browser import Visitor, answer_json
from people import alert, new_task, open_filters, open_new_task, sign_up, task_row, wait_for, wait_for_tasks

LIST = re.compile(r"/api/v1/[^/]+/tasks(\?|$)")
TAGS = re.compile(r"/api/v1/[^/]+/tags(\?|$)")


@pytest.fixture(scope="module")
def signed_in(bridge, browser) -> Iterator[Visitor]:
    visitor = Visitor(browser, bridge, viewport={"width": 1280, "height": 720}, color_scheme="dark")
    sign_up(visitor)
    yield visitor
    visitor.close()


@pytest.fixture
def page(signed_in) -> Iterator[Page]:
    signed_in.page.goto("/tasks")
    wait_for_tasks(signed_in.page)
    yield signed_in.page
    signed_in.context.unroute(LIST)
    signed_in.context.unroute(TAGS)
    signed_in.page.set_viewport_size({"width": 1280, "height": 720})


def page_of(items: list[dict[str, object]], **members: object) -> Callable[[Route], None]:
    return answer_json({"items": items, "total": len(items), "page": 1, "limit": 20, "pages": 1} | members)


def tag(number: int, name: str, color: str | None = None) -> dict[str, object]:
    return {"id": number, "name": name, "color": color}


def task(title: str, **members: object) -> dict[str, object]:
    return {"id": title, "title": title, "completed": False, "tags": []} | members


def test_a_first_load_that_fails_shows_its_error_until_there_is_an_answer(signed_in, page):
    held: list[Route] = []

    def fail_once(route: Route) -> None:
        held.append(route)
        if len(held) == 1:
            route.abort()

    signed_in.context.route(LIST, fail_once)
    page.reload()
    expect(alert(page)).to_contain_text("cannot be reached")
    alert(page).evaluate("alert => { window.sameAlert = alert; }")
    wait_for(page, lambda: len(held) == 2, "the list is asked for again")
    page.wait_for_timeout(300)
    expect(page.get_by_text("Loading tasks.")).to_have_count(0)
    assert alert(page).evaluate("alert => alert === window.sameAlert")  # else it would be read out again
    held[1].continue_()
    expect(alert(page)).to_have_count(0)
    expect(page.get_by_text("No tasks yet")).to_be_visible()


def test_two_clicks_at_one_place_delete_no_tag(signed_in, page):
    signed_in.context.route(TAGS, page_of([tag(1, "Home")]))
    deleted = []
    page.on("request", lambda request: deleted.append(request) if request.method == "DELETE" else None)
    page.reload()
    wait_for_tasks(page)
    page.get_by_role("button", name="Manage tags").click()
    box = page.get_by_role("button", name="Delete tag Home").bounding_box()
    for place in (0.1, 0.5, 0.9):
        x, y = box["x"] + box["width"] * place, box["y"] + box["height"] / 2
        page.mouse.click(x, y)
        expect(page.get_by_role("button", name="Yes, delete")).to_be_visible()
        page.mouse.click(x, y)
        expect(page.get_by_role("button", name="Delete tag Home")).to_be_visible()
    assert deleted == []


def test_a_word_that_is_composed_is_asked_for_once(signed_in, page):
    page.get_by_label("Search").focus()
    session = signed_in.context.new_cdp_session(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "search=" in request.url else None)
    for text in ("ｎ", "に", "にほ", "にほん"):
        session.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        page.wait_for_timeout(350)  # longer than the pause after which a search begins
    assert asked == []
    session.send("Input.insertText", {"text": "日本"})
    wait_for(page, lambda: len(asked) == 1, "it is asked for")
    page.get_by_label("Search").fill("")


def test_what_people_typed_runs_in_its_own_direction(signed_in, page):
    hebrew = "לקנות חלב"
    signed_in.context.route(LIST, page_of([task(hebrew, description=hebrew, tags=[tag(1, hebrew, "#1e90ff")])]))
    page.reload()
    row = task_row(page, hebrew)
    for text in row.get_by_text(hebrew, exact=True).all():
        assert text.evaluate("element => getComputedStyle(element).direction") == "rtl"
    page.emulate_media(forced_colors="active")
    dot = row.locator("[style*=background-color]")
    assert dot.evaluate("dot => getComputedStyle(dot).backgroundColor") == "rgb(30, 144, 255)"
    page.emulate_media(forced_colors="none")


def busy_for(visitor, method):
    """Answers the API's requests of that method with 503."""
    busy = {"Access-Control-Allow-Origin": visitor.web, "Access-Control-Expose-Headers": "Retry-After", "Retry-After": "5"}
    refusal = {"code": "keys_unavailable", "status": 503}
    return lambda route: (
        route.fulfill(status=503, json=refusal, headers=busy) if route.request.method == method else route.fallback()
    )


def test_a_save_that_the_api_does_not_take_yet_says_so(signed_in, page):
    signed_in.context.route(LIST, busy_for(signed_in, "POST"))
    form = open_new_task(page, "Later")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("status")).to_contain_text("The API has not accepted it yet", timeout=4_000)
    form.get_by_role("button", name="Cancel").click()


@pytest.mark.long  # ten real seconds; packages/client/tests/timeout.test.ts is its short sister
def test_an_api_that_hangs_is_reported_and_the_page_recovers(signed_in, page):
    signed_in.context.route(LIST, lambda route: None)
    page.reload()
    expect(alert(page)).to_contain_text("The API is too slow", timeout=30_000)
    signed_in.context.unroute(LIST)
    expect(alert(page)).to_have_count(0, timeout=30_000)


def test_completing_that_the_api_does_not_take_yet_says_so(signed_in, page):
    new_task(page, "To be done")
    signed_in.context.route("**/tasks/*", busy_for(signed_in, "PATCH"))
    row = task_row(page, "To be done")
    row.get_by_role("checkbox", name="Complete To be done").click()
    expect(row.get_by_role("status")).to_contain_text("The API has not accepted it yet", timeout=4_000)
    signed_in.context.unroute("**/tasks/*")


def test_save_and_its_error_are_in_sight_with_many_tags(signed_in, page):
    signed_in.context.route(TAGS, page_of([tag(i, f"A tag with a long name {i}") for i in range(12)]))
    page.reload()
    wait_for_tasks(page)
    form = open_new_task(page, "Many tags")
    expect(form.get_by_role("checkbox", name="long name 11")).to_be_attached()
    expect(form.get_by_role("button", name="Save")).to_be_in_viewport()
    signed_in.context.route(LIST, lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_be_in_viewport(ratio=1)
    form.get_by_role("button", name="Cancel").click()


def test_what_was_typed_survives_escape(page):
    form = open_new_task(page, "Typed with care")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Your text is kept.")).to_be_visible()
    page.get_by_role("button", name="New task", exact=True).first.click()
    expect(form.get_by_label("Title")).to_have_value("Typed with care")
    form.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="New task", exact=True).first.click()
    expect(form.get_by_label("Title")).to_have_value("")
    page.keyboard.press("Escape")


def test_tags_that_could_not_be_loaded_are_not_said_to_be_none(signed_in, page):
    signed_in.context.route(TAGS, lambda route: route.abort())
    page.reload()
    page.get_by_role("button", name="New task", exact=True).first.click()
    form = page.get_by_role("dialog")
    expect(form.get_by_text("The tags cannot be loaded now.")).to_be_visible()
    expect(form.get_by_text("None yet")).to_have_count(0)
    page.keyboard.press("Escape")


def test_a_range_that_ends_before_it_begins_is_named(page):
    open_filters(page)
    page.get_by_label("Due from", exact=True).fill("2027-02-01")
    page.get_by_label("Due until", exact=True).fill("2027-01-01")
    expect(page.get_by_text("The range ends before it begins.").first).to_be_visible()
    expect(page.get_by_label("Due until", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("the filters hide them")).to_have_count(0)


def test_results_of_filters_are_announced(signed_in, page):
    signed_in.context.route(LIST, page_of([task("One"), task("Two")]))
    page.get_by_label("Search").fill("o")
    expect(page.get_by_role("status").filter(has_text="2 tasks match.")).to_be_attached()
    page.get_by_label("Search").fill("")


def test_another_page_is_shown_from_its_top(signed_in, page):
    signed_in.context.route(LIST, page_of([task(f"Task {i}") for i in range(20)], total=60, pages=3))
    page.reload()
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_text("Page 2 of 3")).to_be_visible()
    assert page.evaluate("window.scrollY") == 0
    expect(page.get_by_role("heading", name="Tasks", exact=True)).to_be_focused()
    page.get_by_role("button", name="Page 3", exact=True).click()
    expect(page.get_by_role("button", name="Page 3", exact=True)).to_have_attribute("aria-current", "page")


def test_placeholders_can_be_read_in_the_dark(page):
    contrast = page.get_by_label("Search").evaluate(
        """field => {
          const light = (color) => color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
            .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
            .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0.05);
          const both = [getComputedStyle(field, "::placeholder").color, getComputedStyle(field).backgroundColor].map(light);
          return Math.max(...both) / Math.min(...both);
        }"""
    )
    assert contrast >= 4.5


def test_fields_for_dates_stay_in_their_column_on_a_phone(page):
    page.set_viewport_size({"width": 320, "height": 700})
    open_new_task(page, "Narrow")
    for label in ("Due", "Reminder"):
        inside = """field => {
          const [own, column] = [field, field.closest("form")].map((one) => one.getBoundingClientRect());
          return own.left >= column.left && own.right <= column.right;
        }"""
        assert page.get_by_role("dialog").get_by_label(label, exact=True).evaluate(inside)
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()


def test_the_focus_stays_with_the_list_and_with_the_tag(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    for title in ("First", "Second"):
        new_task(page, title)
    page.goto("/tasks?status=open")
    page.get_by_role("checkbox", name="Complete Second").focus()
    page.keyboard.press("Space")
    expect(task_row(page, "Second")).to_have_count(0)
    expect(page.get_by_role("button", name="Edit First")).to_be_focused()

    page.get_by_role("button", name="Manage tags").click()
    dialog = page.get_by_role("dialog")
    for name in ("Home", "Work"):
        dialog.get_by_label("New tag").fill(name)
        page.keyboard.press("Enter")
        expect(dialog.get_by_text(name, exact=True)).to_be_visible()
    dialog.get_by_label("New tag").fill("Home")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("You already have a tag with this name")).to_be_visible()
    dialog.get_by_label("New tag").press_sequentially("s")
    expect(dialog.get_by_text("You already have a tag with this name")).to_have_count(0)  # it is another name
    dialog.get_by_role("button", name="Edit tag Work").click()
    dialog.get_by_label("Name of Work").fill("Office")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Edit tag Office")).to_be_focused()


def test_one_outage_is_one_message(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    new_task(page, "Here")
    ada.context.route("**/api/v1/**", lambda route: route.abort())
    page.get_by_role("checkbox", name="Complete Here").click()
    expect(alert(page)).to_contain_text("cannot be reached")
    with page.expect_request(LIST):  # the list is asked for again, and fails too
        pass
    page.wait_for_timeout(300)
    expect(alert(page)).to_have_count(1)
