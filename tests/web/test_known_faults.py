"""The eight faults that integrations of such a front end and such an API are known for, each shown to be absent."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from browser import answer_json
from people import new_task, open_filters, open_new_task, sign_up, task_row, wait_for_tasks


def a_task(title: str, **members: object) -> dict[str, object]:
    """As the API answers it."""
    now = "2026-11-20T08:15:30.250Z"
    return {
        "id": "0b8a1c9e-4a53-4d6f-9c3e-6f0e3d2b7a11",
        "user_id": "7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f",
        "title": title,
        "description": None,
        "completed": False,
        "priority": None,
        "due_date": None,
        "reminder_at": None,
        "tags": [],
        "created_at": now,
        "updated_at": now,
    } | members


@pytest.fixture
def ada(bridge, visit):
    visitor = visit(bridge, timezone_id="America/New_York", locale="en-GB")
    sign_up(visitor)
    return visitor


def show_tasks(visitor, body: object) -> None:
    """The list as another backend would answer it."""
    visitor.context.route(re.compile(r"/api/v1/[^/]+/tasks(\?|$)"), answer_json(body))
    visitor.page.reload()
    wait_for_tasks(visitor.page)


def make_tags(visitor, *tags: tuple[str, str | None]) -> None:
    """In the dialog for them."""
    page = visitor.page
    page.get_by_role("button", name="Manage tags").click()
    dialog = page.get_by_role("dialog")
    for name, color in tags:
        dialog.get_by_label("New tag").fill(name)
        if color:
            dialog.get_by_label("With a colour").check()
            dialog.get_by_label("Colour", exact=True).fill(color)
        dialog.get_by_role("button", name="Add tag").click()
        expect(dialog.get_by_text(name, exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def api_path(visitor) -> tuple[str, str]:
    """The path of this user's tasks, and a token, both as the page used them."""
    request = visitor.user_requests()[-1]
    return re.match(r"/api/v1/[^/]+", urlsplit(request.url).path)[0], request.header_value("authorization")[7:]


def test_a_plain_array_in_place_of_a_page_object(ada):
    show_tasks(ada, [a_task("From a plain array")])
    expect(task_row(ada.page, "From a plain array")).to_be_visible()
    assert "NaN" not in ada.page.inner_text("body")


def test_the_tag_filter_takes_tag_objects(ada):
    make_tags(ada, ("Home", "#1e90ff"), ("Work", None), ("Unused", None))
    path, token = api_path(ada)
    ids = {tag["name"]: tag["id"] for tag in ada.bridge.api.call("GET", f"{path}/tags", token).json()["items"]}
    tasks = {"At home": ["Home"], "At work": ["Work"], "Anywhere": ["Home", "Work"], "Untagged": []}
    for title, names in tasks.items():
        body = {"title": title, "tag_ids": [ids[name] for name in names]}
        assert ada.bridge.api.call("POST", f"{path}/tasks", token, json=body).status_code == 201
    ada.page.reload()
    wait_for_tasks(ada.page)

    open_filters(ada.page)

    def chosen(name: str, *titles: str) -> None:
        """One more box is ticked: these rows are left, and no other."""
        with ada.page.expect_request(lambda r: f"tag={ids[name]}" in r.url) as request:
            ada.page.get_by_role("checkbox", name=name, exact=True).check()
        assert all(tag.isdigit() for tag in parse_qs(urlsplit(request.value.url).query)["tag"])
        for title in tasks:
            expect(task_row(ada.page, title)).to_have_count(int(title in titles))

    chosen("Home", "At home", "Anywhere")
    chosen("Work", "At home", "At work", "Anywhere")
    assert "[object Object]" not in ada.page.inner_text("body")
    ada.page.get_by_role("button", name="Clear filters").click()
    chosen("Unused")
    expect(ada.page.get_by_text("No task matches")).to_be_visible()


def test_paging_never_says_nan_with_priority_null(ada):
    path, token = api_path(ada)
    for i in range(45):
        ada.bridge.api.make_task(path.rsplit("/", 1)[1], token, f"Task {i:02}")
    ada.page.reload()
    wait_for_tasks(ada.page)
    expect(ada.page.get_by_text("Page 1 of 3")).to_be_visible()
    for page_number in (2, 3):
        ada.page.get_by_role("button", name="Next page").click()
        expect(ada.page.get_by_text(f"Page {page_number} of 3")).to_be_visible()
        assert "NaN" not in ada.page.inner_text("body")
    expect(ada.page.get_by_role("button", name="Next page")).to_be_disabled()
    ada.page.reload()
    expect(ada.page.get_by_text("Page 3 of 3")).to_be_visible()


def test_paging_never_says_nan_whatever_is_missing(ada):
    for page in ({"items": []}, {"items": [], "total": None, "page": "x"}, {"items": [], "total": 0, "limit": 0}):
        show_tasks(ada, page)
        text = ada.page.inner_text("body")
        assert not any(word in text for word in ("NaN", "undefined", "Infinity")), page


def test_tags_given_at_creation_are_saved(ada):
    make_tags(ada, ("Home", "#1e90ff"), ("Work", None))
    page = ada.page
    form = open_new_task(page, "With tags")
    form.get_by_role("checkbox", name="Home").check()
    form.get_by_role("checkbox", name="Work").check()
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    page.reload()
    for name in ("Home", "Work"):
        expect(task_row(page, "With tags").get_by_text(name, exact=True)).to_be_visible()
    path, token = api_path(ada)
    (task,) = ada.bridge.api.call("GET", f"{path}/tasks", token).json()["items"]
    assert [(tag["name"], tag["color"]) for tag in task["tags"]] == [("Home", "#1e90ff"), ("Work", None)]


def test_every_field_of_the_edit_form_is_filled(ada):
    make_tags(ada, ("Home", None), ("Work", None))
    path, token = api_path(ada)
    tags = ada.bridge.api.call("GET", f"{path}/tags", token).json()["items"]
    body = {
        "title": "All of it",
        "description": "Two\nlines",
        "priority": "high",
        "due_date": "2027-01-15T17:30:00Z",
        "reminder_at": "2027-01-15T04:15:00Z",
        "tag_ids": [tags[1]["id"]],
    }
    assert ada.bridge.api.call("POST", f"{path}/tasks", token, json=body).status_code == 201
    ada.page.reload()
    ada.page.get_by_role("button", name="Edit All of it").click()
    form = ada.page.get_by_role("dialog")
    expect(form.get_by_label("Title")).to_have_value("All of it")
    expect(form.get_by_label("Description")).to_have_value("Two\nlines")
    expect(form.get_by_label("Priority")).to_have_value("high")
    expect(form.get_by_label("Due", exact=True)).to_have_value("2027-01-15T12:30")  # New York, in winter
    expect(form.get_by_label("Reminder", exact=True)).to_have_value("2027-01-14T23:15")
    expect(form.get_by_role("checkbox", name="Work")).to_be_checked()
    expect(form.get_by_role("checkbox", name="Home")).not_to_be_checked()
    form.get_by_label("Title").fill("All of it, edited")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    (task,) = ada.bridge.api.call("GET", f"{path}/tasks", token).json()["items"]
    assert task["title"] == "All of it, edited"
    assert {name: task[name] for name in ("description", "priority")} == {"description": "Two\nlines", "priority": "high"}
    assert (task["due_date"], task["reminder_at"]) == ("2027-01-15T17:30:00.000Z", "2027-01-15T04:15:00.000Z")
    assert [tag["name"] for tag in task["tags"]] == ["Work"]


# What a backend may answer: (due_date, its time in New York, overdue?)
NOW = datetime.now(UTC)
SOON = NOW + timedelta(hours=2)  # in New York's wall clock that is hours ago
JUST_OVER = NOW - timedelta(hours=2)
DATES = {
    "with_Z": (SOON.strftime("%Y-%m-%dT%H:%M:%S.000Z"), SOON, False),
    "without_a_zone_is_utc": (SOON.strftime("%Y-%m-%dT%H:%M:%S"), SOON, False),
    "with_an_offset": ((SOON + timedelta(hours=5, minutes=30)).strftime("%Y-%m-%dT%H:%M:%S+05:30"), SOON, False),
    "over_with_Z": (JUST_OVER.strftime("%Y-%m-%dT%H:%M:%SZ"), JUST_OVER, True),
    "over_without_a_zone": (JUST_OVER.strftime("%Y-%m-%dT%H:%M:%S"), JUST_OVER, True),
}


def test_dates_with_and_without_time_zone_show_and_compare_right(ada):
    show_tasks(ada, [a_task(name, id=str(UUID(int=i)), due_date=due) for i, (name, (due, *_)) in enumerate(DATES.items())])
    for name, (_, instant, overdue) in DATES.items():
        row = task_row(ada.page, name)
        expect(row).to_contain_text(instant.astimezone(ZoneInfo("America/New_York")).strftime("%H:%M"))
        expect(row.get_by_text("Overdue")).to_have_count(1 if overdue else 0)


def test_what_is_typed_as_a_local_time_is_stored_as_that_instant(ada):
    new_task(ada.page, "Timed", due="2027-07-01T09:00", reminder="2027-06-30T20:00")
    path, token = api_path(ada)
    (task,) = ada.bridge.api.call("GET", f"{path}/tasks", token).json()["items"]
    assert (task["due_date"], task["reminder_at"]) == ("2027-07-01T13:00:00.000Z", "2027-07-01T00:00:00.000Z")


def test_a_tag_without_colour_is_accepted(ada):
    make_tags(ada, ("Plain", None))
    path, token = api_path(ada)
    (tag,) = ada.bridge.api.call("GET", f"{path}/tags", token).json()["items"]
    assert (tag["name"], tag["color"]) == ("Plain", None)


def test_tag_filter_boxes_keep_their_state_with_numeric_ids(ada):
    make_tags(ada, ("Home", None), ("Work", None))
    page = ada.page
    open_filters(page)
    page.get_by_role("checkbox", name="Home", exact=True).check()
    expect(page.get_by_role("checkbox", name="Home", exact=True)).to_be_checked()
    page.reload()
    open_filters(page)
    expect(page.get_by_role("checkbox", name="Home", exact=True)).to_be_checked()
    expect(page.get_by_role("checkbox", name="Work", exact=True)).not_to_be_checked()
    page.get_by_role("checkbox", name="Work", exact=True).check()
    page.get_by_role("checkbox", name="Home", exact=True).uncheck()
    page.reload()
    open_filters(page)
    expect(page.get_by_role("checkbox", name="Home", exact=True)).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="Work", exact=True)).to_be_checked()
