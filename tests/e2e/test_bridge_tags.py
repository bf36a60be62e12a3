"""Tags of one's own: made, listed, changed, deleted, and put on tasks."""

from __future__ import annotations

from typing import Any

import pytest

from backend import Backend
from better_auth import BetterAuth
from cases import cases
from contract import assert_invalid, assert_refused
from owned_api import OwnedApi

MAX_ID = 2**63 - 1


@pytest.fixture
def alice(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    return OwnedApi.sign_up(issuer, backend, "alice")


@pytest.fixture
def bob(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    return OwnedApi.sign_up(issuer, backend, "bob")


def test_create_list_read_change_delete(alice: OwnedApi) -> None:
    empty = {"items": [], "total": 0, "page": 1, "limit": 20, "pages": 0}
    assert alice.get("/tags").json() == empty

    made = alice.post("/tags", {"name": " Home ", "color": "#12ab9F"})
    assert made.status_code == 201, made.text
    tag = made.json()
    assert tag == {"id": tag["id"], "name": "Home", "color": "#12ab9F"}
    assert made.headers["Location"] == f"/api/v1/{alice.uuid}/tags/{tag['id']}"
    assert alice.get(f"/tags/{tag['id']}").json() == tag

    changed = alice.patch(f"/tags/{tag['id']}", {"name": "Work"})
    assert (changed.status_code, changed.json()) == (200, tag | {"name": "Work"})
    changed = alice.patch(f"/tags/{tag['id']}", {"color": None})
    assert (changed.status_code, changed.json()) == (200, tag | {"name": "Work", "color": None})
    changed = alice.patch(f"/tags/{tag['id']}", {})
    assert (changed.status_code, changed.json()) == (200, tag | {"name": "Work", "color": None})
    assert alice.get("/tags").json() == empty | {"items": [changed.json()], "total": 1, "pages": 1}

    assert alice.delete(f"/tags/{tag['id']}").status_code == 204
    assert_refused(alice.get(f"/tags/{tag['id']}"), "not_found")
    assert_refused(alice.patch(f"/tags/{tag['id']}", {"name": "Back"}), "not_found")
    assert_refused(alice.delete(f"/tags/{tag['id']}"), "not_found")
    assert alice.get("/tags").json() == empty


def test_a_tag_without_color(alice: OwnedApi) -> None:
    assert alice.post("/tags", {"name": "plain"}).json()["color"] is None
    assert alice.post("/tags", {"name": "null", "color": None}).json()["color"] is None


# ---- names -------------------------------------------------------------------------------------------

NAMES = {
    "one-character": ("a", "a"),
    "fifty-characters": ("x" * 50, "x" * 50),
    "fifty-beyond-the-basic-plane": ("😀" * 50, "😀" * 50),
    "fifty-and-white-space": (f"\u3000{'x' * 50}\t\u00a0", "x" * 50),
    "inner-white-space": ("a  b\u3000c", "a  b\u3000c"),
    "zero-width-space-is-no-white-space": ("\u200b", "\u200b"),
    "markup": ("<b>&amp;</b>", "<b>&amp;</b>"),
    "sql": ("'; drop table tags; --", "'; drop table tags; --"),
    "right-to-left": ("עברית", "עברית"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_as_it_was_given(alice: OwnedApi, name: str) -> None:
    given, kept = NAMES[name]
    made = alice.post("/tags", {"name": given})
    assert (made.status_code, made.json()["name"]) == (201, kept)
    assert alice.get(f"/tags/{made.json()['id']}").json()["name"] == kept


BAD_TAGS: dict[str, tuple[Any, list[str]]] = {
    "no-name": ({}, ["/name"]),
    "no-name-but-color": ({"color": "#000000"}, ["/name"]),
    "null": ({"name": None}, ["/name"]),
    "number": ({"name": 1}, ["/name"]),
    "empty": ({"name": ""}, ["/name"]),
    "white-space": ({"name": " \t\n\u00a0\u2003\u3000"}, ["/name"]),
    "fifty-one": ({"name": "x" * 51}, ["/name"]),
    "nul": ({"name": "a\0b"}, ["/name"]),
    "color-word": ({"name": "a", "color": "red"}, ["/color"]),
    "color-short": ({"name": "a", "color": "#fff"}, ["/color"]),
    "color-with-alpha": ({"name": "a", "color": "#ffffffff"}, ["/color"]),
    "color-without-hash": ({"name": "a", "color": "ffffff"}, ["/color"]),
    "color-no-hexadecimal": ({"name": "a", "color": "#fffffg"}, ["/color"]),
    "color-with-line-end": ({"name": "a", "color": "#ffffff\n"}, ["/color"]),
    "color-number": ({"name": "a", "color": 0xFFFFFF}, ["/color"]),
    "unknown-member": ({"name": "a", "colour": "#ffffff"}, ["/colour"]),
    "id": ({"name": "a", "id": 1}, ["/id"]),
    "all-at-once": ({"name": "", "color": "", "x/y": 1, "~": 2}, ["/name", "/color", "/x~1y", "/~0"]),
    "array": ([], [""]),
    "string": ("name", [""]),
}


@pytest.mark.parametrize("name", cases(BAD_TAGS, "no-name", "white-space", "fifty-one", "color-word", "unknown-member", "all-at-once", "array"))
def test_a_tag_that_is_not_taken(alice: OwnedApi, name: str) -> None:
    body, pointers = BAD_TAGS[name]
    assert_invalid(alice.post("/tags", body), *pointers)
    assert alice.get("/tags").json()["total"] == 0
    tag = alice.post("/tags", {"name": "as it was", "color": "#123456"}).json()
    if not name.startswith("no-name"):
        assert_invalid(alice.patch(f"/tags/{tag['id']}", body), *pointers)
    assert alice.get(f"/tags/{tag['id']}").json() == tag


def test_a_name_is_taken_once_by_each_user(alice: OwnedApi, bob: OwnedApi) -> None:
    home, work = alice.make_tag("Home"), alice.make_tag("Work")
    assert_refused(alice.post("/tags", {"name": " Home"}), "conflict")
    assert_refused(alice.patch(f"/tags/{work}", {"name": "Home", "color": "#000000"}), "conflict")
    assert alice.get(f"/tags/{work}").json() == {"id": work, "name": "Work", "color": None}
    # Its own name is not taken by another; names that only look alike are others; nor does another user's count.
    assert alice.patch(f"/tags/{home}", {"name": "Home", "color": "#000000"}).status_code == 200
    for name in ("home", "HOME", "Hóme", "Ho\u0301me", "H\u043eme"):
        alice.make_tag(name)
    bob.make_tag("Home")
    # A name is free again when its tag is renamed or deleted.
    alice.patch(f"/tags/{home}", {"name": "House"})
    again = alice.make_tag("Home")
    alice.delete(f"/tags/{again}")
    alice.make_tag("Home")


def test_tags_are_listed_by_name_in_the_order_of_code_points(alice: OwnedApi) -> None:
    names = ["b", "a", "Z", "_", "é", "e\u0301", "z", "10", "9", "😀", "\uffee", "я"]
    for name in names:
        alice.make_tag(name)
    listed = alice.get("/tags").json()
    assert [tag["name"] for tag in listed["items"]] == sorted(names)  # Python compares code points too
    task = alice.make_task("all", tag_ids=[tag["id"] for tag in reversed(listed["items"])])
    assert task["tags"] == listed["items"]


def test_a_list_of_tags_has_pages(alice: OwnedApi) -> None:
    for number in range(7):
        alice.make_tag(f"tag {number}")
    seen: list[str] = []
    for page in (1, 2, 3):
        answer = alice.get(f"/tags?page={page}&limit=3").json()
        assert (answer["total"], answer["page"], answer["limit"], answer["pages"]) == (7, page, 3, 3)
        seen += [tag["name"] for tag in answer["items"]]
    assert seen == [f"tag {number}" for number in range(7)]
    past_the_end = {"items": [], "total": 7, "page": 4, "limit": 3, "pages": 3}
    assert alice.get("/tags?page=4&limit=3").json() == past_the_end


def test_an_id_is_never_used_again(alice: OwnedApi, bob: OwnedApi) -> None:
    ids = [alice.make_tag("first")]
    for number in range(5):
        alice.delete(f"/tags/{ids[-1]}")
        ids.append((alice if number % 2 else bob).make_tag(f"tag {number}"))
        if number % 2 == 0:
            bob.delete(f"/tags/{ids[-1]}")
            ids.append(alice.make_tag(f"again {number}"))
    assert len(set(ids)) == len(ids)


NO_IDS = ["0", "-1", "01", "+1", "1.0", "1e0", "0x1", "%201", "1%20", "x", "null", str(MAX_ID), str(MAX_ID + 1)]


@pytest.mark.parametrize("id", cases([*NO_IDS, "9" * 40], "0", "01", "%201", str(MAX_ID + 1)))
def test_what_is_no_tags_id_names_nothing(alice: OwnedApi, id: str) -> None:
    alice.make_tag("there")
    assert_refused(alice.get(f"/tags/{id}"), "not_found")
    assert_refused(alice.patch(f"/tags/{id}", {"name": "x"}), "not_found")
    assert_refused(alice.delete(f"/tags/{id}"), "not_found")


# ---- on tasks ----------------------------------------------------------------------------------------


def test_a_task_shows_its_tags_as_they_are_now(alice: OwnedApi) -> None:
    home, work, later = (alice.make_tag(name) for name in ("home", "work", "later"))
    task = alice.make_task("tagged", tag_ids=[work, home])
    path = f"/tasks/{task['id']}"
    assert [tag["name"] for tag in task["tags"]] == ["home", "work"]

    alice.patch(f"/tags/{home}", {"name": "zoo", "color": "#00ff00"})
    expected = [{"id": work, "name": "work", "color": None}, {"id": home, "name": "zoo", "color": "#00ff00"}]
    assert alice.get(path).json() == task | {"tags": expected}
    assert alice.get("/tasks").json()["items"] == [task | {"tags": expected}]

    assert alice.patch(path, {"title": "still tagged"}).json()["tags"] == expected  # absent: left as they are
    assert [tag["id"] for tag in alice.patch(path, {"tag_ids": [later]}).json()["tags"]] == [later]
    assert [tag["id"] for tag in alice.patch(path, {"tag_ids": [work, later]}).json()["tags"]] == [later, work]
    assert alice.delete(f"/tags/{later}").status_code == 204
    assert [tag["id"] for tag in alice.get(path).json()["tags"]] == [work]
    assert alice.patch(path, {"tag_ids": []}).json()["tags"] == []
    assert alice.get(f"/tags/{work}").status_code == 200  # the tag outlives its use
    alice.patch(path, {"tag_ids": [work]})
    assert alice.delete(path).status_code == 204
    assert alice.get(f"/tags/{work}").status_code == 200


def test_a_task_has_up_to_100_tags(alice: OwnedApi) -> None:
    ids = [alice.make_tag(f"tag {number:03}") for number in range(101)]
    task = alice.make_task("full", tag_ids=ids[:100])
    assert [tag["id"] for tag in task["tags"]] == ids[:100]
    assert_invalid(alice.post("/tasks", {"title": "too full", "tag_ids": ids}), "/tag_ids")
    assert alice.patch(f"/tasks/{task['id']}", {"tag_ids": ids[1:]}).json()["tags"][-1]["id"] == ids[100]
    assert alice.get("/tasks").json()["total"] == 1


def test_what_cannot_be_in_tag_ids(alice: OwnedApi, bob: OwnedApi) -> None:
    own, gone, bobs = alice.make_tag("own"), alice.make_tag("gone"), bob.make_tag("bob's")
    alice.delete(f"/tags/{gone}")
    task = alice.make_task("as it was", tag_ids=[own])
    path = f"/tasks/{task['id']}"
    cases: list[tuple[Any, list[str]]] = [
        ([bobs], ["/tag_ids/0"]),
        ([own, bobs], ["/tag_ids/1"]),
        ([own, gone], ["/tag_ids/1"]),
        ([MAX_ID, own], ["/tag_ids/0"]),
        ([own, own], ["/tag_ids/1"]),
        ([0], ["/tag_ids/0"]),
        ([-own], ["/tag_ids/0"]),
        ([str(own)], ["/tag_ids/0"]),
        ([own + 0.5], ["/tag_ids/0"]),
        ([True], ["/tag_ids/0"]),
        ([None, own, [own]], ["/tag_ids/0", "/tag_ids/2"]),
        ([MAX_ID + 1], ["/tag_ids/0"]),
        (own, ["/tag_ids"]),
        (None, ["/tag_ids"]),
        ({"0": own}, ["/tag_ids"]),
    ]
    for tag_ids, pointers in cases:
        change = {"title": "changed", "tag_ids": tag_ids}
        for answer in (alice.post("/tasks", change), alice.put(path, change), alice.patch(path, change)):
            assert_invalid(answer, *pointers)
    # Nothing of a refused body was done, not even what came before the fault.
    assert alice.get("/tasks").json()["items"] == [task]


def test_another_users_tag_is_not_there(alice: OwnedApi, bob: OwnedApi) -> None:
    bobs = bob.make_tag("bob's")
    task = bob.make_task("bob's", tag_ids=[bobs])
    alice.make_task("alice's")
    assert_refused(alice.get(f"/tags/{bobs}"), "not_found")
    assert_refused(alice.patch(f"/tags/{bobs}", {"name": "x"}), "not_found")
    assert_refused(alice.delete(f"/tags/{bobs}"), "not_found")
    assert alice.get("/tags").json()["total"] == 0
    assert alice.get(f"/tasks?tag={bobs}").json()["total"] == 0
    assert bob.get("/tasks").json()["items"] == [task]


def test_a_deleted_user_loses_their_tags(alice: OwnedApi, bob: OwnedApi) -> None:
    tag = alice.make_tag("soon gone")
    alice.make_task("soon gone", tag_ids=[tag])
    bob.make_tag("stays")
    alice.person.delete_account()
    assert alice.get("/tags").json()["total"] == 0
    assert_refused(alice.get(f"/tags/{tag}"), "not_found")
    assert_refused(alice.post("/tags", {"name": "from beyond"}), "user_unknown")
    assert_refused(alice.patch(f"/tags/{tag}", {"name": "x"}), "user_unknown")
    assert_refused(alice.delete(f"/tags/{tag}"), "user_unknown")
    assert bob.get("/tags").json()["total"] == 1
