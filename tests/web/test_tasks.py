"""The list of tasks as people use it: filters, order, deletion; and what they do with tags."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from browser import Visitor, answer_json
from people import alert, new_task, open_filters, open_new_task, sign_up, task_row, wait_for, wait_for_tasks

# title: the fields that the form is filled with
TASKS = {
    "Buy milk": {"priority": "high", "due": "2027-01-10T09:00", "description": "Two litres"},
    "Call the plumber": {"priority": "low", "due": "2027-02-20T12:00"},
    "Answer Ada": {},
}


@pytest.fixture(scope="module")
def signed_in(bridge, browser):
    """One visitor for this module's reading tests, with the tasks above, the second of them completed."""
    visitor = Visitor(browser, bridge, timezone_id="Europe/Berlin", viewport={"width": 1280, "height": 900})
    sign_up(visitor)
    for title, fields in TASKS.items():
        new_task(visitor.page, title, **fields)
    # The first test leaves the page, and with it whatever was not sent yet.
    with visitor.page.expect_response(lambda answer: answer.request.method == "PATCH"):
        visitor.page.get_by_role("checkbox", name="Complete Call the plumber").check()
    yield visitor
    visitor.close()


def titles(page) -> list[str]:
    boxes = page.get_by_role("listitem").get_by_role("checkbox", name=re.compile("^Complete ")).all()
    return [box.get_attribute("aria-label").removeprefix("Complete ") for box in boxes]


def test_nothing_is_taken_before_the_pages_script_runs(signed_in, bridge, browser):
    """What is typed or pressed before that, Enter too, would be lost."""
    visitor = Visitor(browser, bridge, java_script_enabled=False)
    visitor.context.add_cookies(signed_in.context.cookies())
    page = visitor.page
    page.goto("/tasks")
    expect(page.get_by_role("textbox", name="Quick add")).not_to_be_editable()
    expect(page.get_by_role("searchbox", name="Search")).not_to_be_editable()
    expect(page.get_by_role("button", name="Inspect the bridge")).to_be_disabled()
    visitor.close()


# name: (what is set, by label; the titles that are left)
FILTERS = {
    "open": ({"Status": "open"}, {"Buy milk", "Answer Ada"}),
    "completed": ({"Status": "completed"}, {"Call the plumber"}),
    "priority": ({"Priority": "high"}, {"Buy milk"}),
    "due_from": ({"Due from": "2027-01-11"}, {"Call the plumber"}),
    "due_until_the_end_of_that_day": ({"Due until": "2027-01-10"}, {"Buy milk"}),
    "search_in_the_title_in_any_case": ({"Search": "PLUMB"}, {"Call the plumber"}),
    "search_in_the_description": ({"Search": "litres"}, {"Buy milk"}),
    "two_at_once": ({"Status": "open", "Search": "a"}, {"Answer Ada"}),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters_leave_what_they_say_and_stay_over_a_reload(signed_in, name):
    page = signed_in.page
    page.goto("/tasks")
    wait_for_tasks(page)
    wanted, left = FILTERS[name]
    open_filters(page)
    for label, value in wanted.items():
        control = page.get_by_label(label, exact=True)
        control.select_option(value) if label in ("Status", "Priority") else control.fill(value)
    for title in TASKS:
        expect(task_row(page, title)).to_have_count(int(title in left))
    page.reload()
    wait_for_tasks(page)
    assert set(titles(page)) == left
    page.get_by_role("button", name="Clear filters").first.click()
    for title in TASKS:
        expect(task_row(page, title)).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == {}


# choice: the titles
ORDERS = {
    "Newest first": ["Answer Ada", "Call the plumber", "Buy milk"],
    "Title A–Z": ["Answer Ada", "Buy milk", "Call the plumber"],
    "Due latest": ["Call the plumber", "Buy milk", "Answer Ada"],
    "Lowest priority": ["Call the plumber", "Buy milk", "Answer Ada"],
}


@pytest.mark.parametrize("name", ORDERS)
def test_order(signed_in, name):
    page = signed_in.page
    page.goto("/tasks")
    wait_for_tasks(page)
    page.get_by_label("Sort", exact=True).select_option(label=name)
    for place, title in enumerate(ORDERS[name]):
        row = page.get_by_role("main").get_by_role("listitem").filter(has=page.get_by_role("button", name="Edit")).nth(place)
        expect(row.get_by_role("checkbox", name=f"Complete {title}", exact=True)).to_be_visible()


def undo(page, said: str) -> None:
    expect(page.get_by_role("status").filter(has_text=said)).to_be_visible()
    page.get_by_role("button", name="Undo").click()


def test_deleting_and_completing_are_undone_in_place_of_a_question(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    fields = {"priority": "high", "due": "2027-01-10T09:00", "description": "Two litres"}
    new_task(page, "Buy milk", **fields)
    (before,) = stored_tasks(ada)
    page.get_by_role("button", name="Delete Buy milk").click()
    expect(task_row(page, "Buy milk")).to_have_count(0)
    assert stored_tasks(ada) == []
    undo(page, "Task deleted")
    expect(task_row(page, "Buy milk")).to_be_visible()
    (after,) = stored_tasks(ada)
    its_own = ("id", "created_at", "updated_at")
    assert {k: v for k, v in after.items() if k not in its_own} == {k: v for k, v in before.items() if k not in its_own}

    page.get_by_role("checkbox", name="Complete Buy milk").check()
    undo(page, "Task completed")
    expect(page.get_by_role("checkbox", name="Complete Buy milk")).not_to_be_checked()
    wait_for(page, lambda: stored_tasks(ada)[0]["completed"] is False, "it is stored so")


def stored_tasks(visitor) -> list[dict[str, object]]:
    """As the API has them, and not as the page shows them."""
    request = visitor.seen.to("/tasks", "POST")[0]
    path, token = urlsplit(request.url).path, request.header_value("authorization")[7:]
    return visitor.bridge.api.call("GET", path, token).json()["items"]


def test_selected_rows_are_completed_tagged_and_deleted_together(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    page.get_by_role("button", name="Manage tags").click()
    page.get_by_role("dialog").get_by_label("New tag").fill("Home")
    page.get_by_role("button", name="Add tag").click()
    expect(page.get_by_role("dialog").get_by_text("Home", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    for title in ("One", "Two", "Three"):
        new_task(page, title)

    def select(*titles: str) -> None:
        for title in titles:
            page.get_by_role("checkbox", name=f"Select {title}", exact=True).check()
        expect(page.get_by_role("region", name="Selection")).to_contain_text(f"{len(titles)} selected")

    select("One", "Two")
    page.get_by_role("button", name="Complete selected").click()
    expect(page.get_by_role("status").filter(has_text="2 tasks completed")).to_be_visible()
    for title, done in {"One": True, "Two": True, "Three": False}.items():
        expect(page.get_by_role("checkbox", name=f"Complete {title}", exact=True)).to_be_checked(checked=done)

    select("Two", "Three")
    page.get_by_role("button", name="Tag selected").click()
    page.get_by_role("dialog").get_by_role("checkbox", name="Home").check()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    for title, count in {"One": 0, "Two": 1, "Three": 1}.items():
        expect(task_row(page, title).get_by_text("Home", exact=True)).to_have_count(count)

    select("One", "Two", "Three")
    page.get_by_role("button", name="Delete selected").click()
    expect(page.get_by_text("No tasks yet")).to_be_visible()
    undo(page, "3 tasks deleted")
    expect(task_row(page, "Three").get_by_text("Home", exact=True)).to_be_visible()
    expect(page.get_by_role("checkbox", name="Complete One", exact=True)).to_be_checked()


@pytest.mark.parametrize("width, height, wanted", [(1440, 900, 12), (1280, 720, 8)])
def test_the_list_shows_many_rows(signed_in, width: int, height: int, wanted: int):
    page = signed_in.page
    items = [{"id": str(i), "title": f"Task {i}", "due_date": "2027-01-10T09:00:00Z", "tags": []} for i in range(20)]
    answer = {"items": items, "total": 20, "page": 1, "limit": 20, "pages": 1}
    page.route(re.compile(r"/api/v1/[^/]+/tasks\?"), answer_json(answer))
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/tasks")
    expect(task_row(page, "Task 1")).to_be_visible()
    expect(page.get_by_role("button", name="Inspect the bridge")).to_be_visible()
    whole = page.evaluate(
        """() => {
          const bottom = document.querySelector("aside").getBoundingClientRect().top;
          const rows = [...document.querySelectorAll("[data-task]")].map((row) => row.getBoundingClientRect());
          return rows.filter((row) => row.top >= 0 && row.bottom <= bottom).length;
        }"""
    )
    page.unroute(re.compile(r"/api/v1/[^/]+/tasks\?"))
    assert whole >= wanted


def test_a_task_that_was_deleted_elsewhere_is_said_to_be_gone(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    new_task(page, "Here")
    bridge.front_end.database.execute("delete from tasks where title = ?", "Here")
    page.get_by_role("button", name="Delete Here").click()
    expect(alert(page)).to_contain_text("It is no longer there")
    expect(task_row(page, "Here")).to_have_count(0)
    expect(page.get_by_role("heading", name="Tasks", exact=True)).to_be_focused()


def test_a_form_that_is_sent_twice_at_once_makes_one_task(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    form = open_new_task(page, "Once")
    form.locator("form").evaluate("form => { form.requestSubmit(); form.requestSubmit(); }")
    expect(form).to_be_hidden()
    expect(task_row(page, "Once")).to_have_count(1)
    assert len(ada.seen.to("/tasks", "POST")) == 1


def test_while_tasks_are_fetched_the_page_says_so(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    new_task(page, "Slow to come")
    held = []
    ada.context.route(re.compile(r"/api/v1/[^/]+/tasks(\?|$)"), lambda route: held.append(route))
    page.reload()
    said = page.get_by_text("Loading tasks.")
    expect(said).to_be_visible()
    expect(page.get_by_role("main")).to_have_attribute("aria-busy", "true")
    wait_for(page, lambda: len(held) > 0, "the list is asked for")
    for route in held:
        route.continue_()
    expect(task_row(page, "Slow to come")).to_be_visible()
    expect(said).to_have_count(0)


def test_active_filters_are_seen_as_chips_though_their_panel_is_closed(bridge, visit):
    ada = visit(bridge, viewport={"width": 390, "height": 844})
    sign_up(ada)
    page = ada.page
    page.goto("/tasks?status=completed&priority=high&search=x")
    button = page.get_by_role("button", name=re.compile("^Filters"))
    expect(button).to_have_accessible_name("Filters (2) active")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_label("Status")).to_be_hidden()
    button.click()
    expect(page.get_by_label("Status")).to_have_value("completed")
    page.get_by_role("button", name="Remove filter: Completed").click()
    expect(page.get_by_label("Status")).to_have_value("all")
    expect(button).to_have_accessible_name("Filters (1) active")
    page.get_by_role("button", name="Clear filters").first.click()
    expect(button).to_have_accessible_name("Filters")


def test_a_tag_is_renamed_loses_its_colour_and_is_deleted(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    page.get_by_role("button", name="Manage tags").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("New tag").fill("Hom")
    dialog.get_by_label("With a colour").check()
    dialog.get_by_role("button", name="Add tag").click()
    dialog.get_by_role("button", name="Edit tag Hom").click()
    dialog.get_by_label("Name of Hom").fill("Home")
    dialog.get_by_label("With a colour for Hom", exact=True).uncheck()
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        dialog.get_by_role("button", name="Save tag").click()
    tag = saved.value.json()
    assert (tag["name"], tag["color"]) == ("Home", None)
    dialog.get_by_role("button", name="Delete tag Home").click()
    dialog.get_by_role("button", name="Yes, delete").click()
    expect(dialog.get_by_text("Home", exact=True)).to_have_count(0)
