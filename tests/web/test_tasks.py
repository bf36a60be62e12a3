"""The list of tasks as people use it: filters, order, deletion; and what they do with tags."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from browser import Visitor
from people import new_task, open_new_task, sign_up, task_row, wait_for, wait_for_tasks

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


# name: (sort by, order, the titles)
ORDERS = {
    "newest_first": ("created_at", "desc", ["Answer Ada", "Call the plumber", "Buy milk"]),
    "by_title": ("title", "asc", ["Answer Ada", "Buy milk", "Call the plumber"]),
    "by_due_date_without_one_last": ("due_date", "desc", ["Call the plumber", "Buy milk", "Answer Ada"]),
    "by_priority_low_first": ("priority", "asc", ["Call the plumber", "Buy milk", "Answer Ada"]),
}


@pytest.mark.parametrize("name", ORDERS)
def test_order(signed_in, name):
    page = signed_in.page
    sort_by, order, sorted_titles = ORDERS[name]
    page.goto("/tasks")
    wait_for_tasks(page)
    page.get_by_label("Sort by", exact=True).select_option(sort_by)
    page.get_by_label("Order", exact=True).select_option(order)
    for place, title in enumerate(sorted_titles):
        row = page.get_by_role("main").get_by_role("listitem").filter(has=page.get_by_role("button", name="Edit")).nth(place)
        expect(row.get_by_role("checkbox", name=f"Complete {title}", exact=True)).to_be_visible()


def test_a_task_is_deleted_after_a_question_and_not_without(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    new_task(page, "Kept")
    new_task(page, "Deleted")
    for title, answer in {"Kept": "Cancel", "Deleted": "Delete"}.items():
        page.get_by_role("button", name=f"Delete {title}").click()
        page.get_by_role("alertdialog").get_by_role("button", name=answer, exact=True).click()
        expect(page.get_by_role("alertdialog")).to_be_hidden()
    expect(task_row(page, "Deleted")).to_have_count(0)
    page.reload()
    wait_for_tasks(page)
    assert titles(page) == ["Kept"]


def test_a_task_that_was_deleted_elsewhere_is_not_offered_for_deletion_again(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    new_task(page, "Here")
    page.get_by_role("button", name="Delete Here").click()
    bridge.front_end.database.execute("delete from tasks where title = ?", "Here")
    question = page.get_by_role("alertdialog")
    question.get_by_role("button", name="Delete", exact=True).click()
    expect(question).to_contain_text("It is no longer there")
    expect(question.get_by_role("button")).to_have_text(["Close"])
    question.get_by_role("button", name="Close").click()
    expect(question).to_be_hidden()
    expect(page.get_by_role("heading", name="Tasks", exact=True)).to_be_focused()
    expect(task_row(page, "Here")).to_have_count(0)


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
    said = page.get_by_text("Tasks are being fetched.")
    expect(said).to_be_visible()
    expect(page.get_by_role("main")).to_have_attribute("aria-busy", "true")
    wait_for(page, lambda: len(held) > 0, "the list is asked for")
    for route in held:
        route.continue_()
    expect(task_row(page, "Slow to come")).to_be_visible()
    expect(said).to_have_count(0)


def test_on_a_phone_active_filters_are_seen_though_their_panel_is_closed(bridge, visit):
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
