"""Writes of one user at the same moment: each is done whole, and none undoes another."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from backend import Backend
from better_auth import BetterAuth
from contract import assert_refused
from owned_api import OwnedApi

AT_ONCE = 16
Call = tuple[str, str, Any]  # method, path, body


@pytest.fixture
def alice(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    return OwnedApi.sign_up(issuer, backend, "alice")


def all_at_once(api: OwnedApi, calls: list[Call]) -> list[httpx.Response]:
    """On connections of their own: httpx opens one for each call that is under way."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda call: api.call_with(call[2], call[0], call[1]), calls))


def test_each_toggle_counts(alice: OwnedApi) -> None:
    task = alice.make_task("there and back")
    answers = all_at_once(alice, [("PATCH", f"/tasks/{task['id']}/complete", None)] * 101)
    assert Counter(answer.json()["completed"] for answer in answers) == {True: 51, False: 50}
    assert alice.get(f"/tasks/{task['id']}").json()["completed"] is True


def test_changes_of_different_members_are_all_kept(alice: OwnedApi) -> None:
    tag = alice.make_tag("home")
    for _ in range(10):
        task = alice.make_task("first")
        changes = {
            "title": "second",
            "description": "a text",
            "completed": True,
            "priority": "high",
            "due_date": "2026-11-23T10:00:00.000Z",
            "reminder_at": "2026-11-23T09:00:00.000Z",
            "tag_ids": [tag],
        }
        path = f"/tasks/{task['id']}"
        calls: list[Call] = [("PATCH", path, {name: value}) for name, value in changes.items()]
        assert [answer.status_code for answer in all_at_once(alice, calls)] == [200] * len(changes)
        changed = alice.get(path).json()
        assert changed["tags"] == [{"id": tag, "name": "home", "color": None}]
        assert {name: changed[name] for name in changes if name != "tag_ids"} == {
            name: value for name, value in changes.items() if name != "tag_ids"
        }


def test_a_name_is_taken_by_one_of_many(alice: OwnedApi) -> None:
    answers = all_at_once(alice, [("POST", "/tags", {"name": "Home"})] * 50)
    made = [answer for answer in answers if answer.status_code == 201]
    assert len(made) == 1
    for answer in answers:
        if answer not in made:
            assert_refused(answer, "conflict")
    assert alice.get("/tags").json()["items"] == [made[0].json()]


def test_a_task_is_deleted_by_one_of_many(alice: OwnedApi) -> None:
    task = alice.make_task("soon gone")
    answers = all_at_once(alice, [("DELETE", f"/tasks/{task['id']}", None)] * 50)
    assert Counter(answer.status_code for answer in answers) == {204: 1, 404: 49}


def test_a_reminder_never_gets_behind_the_due_date(alice: OwnedApi) -> None:
    """Each change alone is good for the task as it was; the two together are not."""
    for _ in range(20):
        task = alice.make_task("x", reminder_at="2026-11-23T09:00Z", due_date="2026-11-23T12:00Z")
        path = f"/tasks/{task['id']}"
        remind = ("PATCH", path, {"reminder_at": "2026-11-23T11:00Z"})
        hasten = ("PATCH", path, {"due_date": "2026-11-23T10:00Z"})
        answers = all_at_once(alice, [remind, hasten])
        assert sorted(answer.status_code for answer in answers) == [200, 422]
        kept = alice.get(path).json()
        assert kept["reminder_at"] < kept["due_date"]


def test_a_tag_that_is_deleted_meanwhile_is_on_no_task(alice: OwnedApi) -> None:
    for number in range(10):
        tag = alice.make_tag(f"tag {number}")
        create: Call = ("POST", "/tasks", {"title": "x", "tag_ids": [tag]})
        delete: Call = ("DELETE", f"/tags/{tag}", None)
        answers = all_at_once(alice, [create] * 3 + [delete] + [create] * 3)
        assert {answer.status_code for answer in answers} <= {201, 204, 422}
        assert alice.get(f"/tasks?tag={tag}").json()["total"] == 0
    for task in alice.get("/tasks?limit=100").json()["items"]:
        assert task["tags"] == []
