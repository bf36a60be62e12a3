"""The main job: a Better Auth user signs up and has tasks of their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from cases import cases
from conftest import StartBackend, StartIssuer
from contract import assert_invalid, assert_refused
from owned_api import OwnedApi
from token_forgery import claims_of


def test_the_first_token_after_sign_up_carries_the_uuid(issuer: BetterAuth) -> None:
    person = issuer.sign_up("new")
    assert claims_of(person.token())["uuid"] == person.uuid


def test_create_list_read_change_delete(backend: Backend, alice: Person) -> None:
    token = alice.token()
    tasks = f"/api/v1/{alice.uuid}/tasks"
    assert backend.call("GET", tasks, token).json() == {"items": [], "total": 0, "page": 1, "limit": 20, "pages": 0}

    made = backend.call("POST", tasks, token, json={"title": " Buy 牛乳 ", "priority": "high"})
    assert made.status_code == 201, made.text
    task = made.json()
    assert (task["title"], task["user_id"], task["completed"], task["priority"]) == (
        "Buy 牛乳",
        alice.uuid,
        False,
        "high",
    )
    assert made.headers["Location"] == f"{tasks}/{task['id']}"
    assert backend.call("GET", made.headers["Location"], token).json() == task

    changed = backend.call("PATCH", f"{tasks}/{task['id']}", token, json={"completed": True, "priority": None})
    assert changed.status_code == 200, changed.text
    expected = task | {"completed": True, "priority": None, "updated_at": changed.json()["updated_at"]}
    assert changed.json() == expected
    listed = backend.call("GET", tasks, token).json()
    assert (listed["items"], listed["total"]) == ([expected], 1)

    assert backend.call("DELETE", f"{tasks}/{task['id']}", token).status_code == 204
    assert_refused(backend.call("GET", f"{tasks}/{task['id']}", token), "not_found")
    assert backend.call("GET", tasks, token).json()["total"] == 0


FULL = {
    "title": "full",
    "description": "all of it",
    "completed": True,
    "priority": "low",
    "due_date": "2026-11-23T10:00:00.000Z",
    "reminder_at": "2026-11-23T09:00:00.000Z",
}
DEFAULTS = {"description": None, "completed": False, "priority": None, "due_date": None, "reminder_at": None}


@pytest.fixture
def carol(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    return OwnedApi.sign_up(issuer, backend, "carol")


def values_of(task: dict[str, Any]) -> dict[str, Any]:
    """Without what the server makes up."""
    return {name: value for name, value in task.items() if name not in ("id", "user_id", "created_at", "updated_at")}


def test_put_replaces_the_whole_task(carol: OwnedApi) -> None:
    tag = carol.make_tag("home")
    tags = [{"id": tag, "name": "home", "color": None}]
    task = carol.post("/tasks", FULL | {"tag_ids": [tag]}).json()
    assert values_of(task) == FULL | {"tags": tags}

    replaced = carol.put(f"/tasks/{task['id']}", {"title": " bare "})
    assert replaced.status_code == 200, replaced.text
    assert values_of(replaced.json()) == DEFAULTS | {"title": "bare", "tags": []}
    assert replaced.json()["updated_at"] >= task["updated_at"]
    assert {name: replaced.json()[name] for name in ("id", "user_id", "created_at")} == {
        name: task[name] for name in ("id", "user_id", "created_at")
    }
    assert carol.get(f"/tasks/{task['id']}").json() == replaced.json()

    back = carol.put(f"/tasks/{task['id']}", FULL | {"tag_ids": [tag]})
    assert values_of(back.json()) == FULL | {"tags": tags}
    assert_invalid(carol.put(f"/tasks/{task['id']}", {"description": "no title"}), "/title")
    assert carol.get(f"/tasks/{task['id']}").json() == back.json()
    assert carol.get("/tasks").json()["total"] == 1


def test_put_creates_nothing(carol: OwnedApi) -> None:
    assert_refused(carol.put(f"/tasks/{uuid4()}", {"title": "new"}), "not_found")
    assert_refused(carol.put("/tasks/1", {"title": "new"}), "not_found")
    assert carol.get("/tasks").json()["total"] == 0


def test_patch_leaves_what_is_absent_and_clears_what_is_null(carol: OwnedApi) -> None:
    task = carol.post("/tasks", FULL).json()
    for name in ("description", "priority", "reminder_at", "due_date"):
        changed = carol.patch(f"/tasks/{task['id']}", {name: None}).json()
        assert changed == task | {name: None, "updated_at": changed["updated_at"]}
        task = changed
    for name in ("title", "completed", "tag_ids"):
        assert_invalid(carol.patch(f"/tasks/{task['id']}", {name: None}), f"/{name}")
    assert carol.get(f"/tasks/{task['id']}").json() == task


def test_toggle_turns_completed_round_and_nothing_else(carol: OwnedApi) -> None:
    task = carol.make_task("to do", tag_ids=[carol.make_tag("home")])
    path = f"/tasks/{task['id']}/complete"
    for completed in (True, False, True):
        answer = carol.call("PATCH", path)
        assert answer.status_code == 200, answer.text
        assert answer.json() == task | {"completed": completed, "updated_at": answer.json()["updated_at"]}
        assert carol.get(f"/tasks/{task['id']}").json() == answer.json()
    # A body is not looked at, whatever it is.
    assert carol.patch(path, {"completed": True, "title": ""}).json()["completed"] is False
    assert carol.call("PATCH", path, content=b"{", headers={"Content-Type": "text/plain"}).json()["completed"] is True
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert_refused(carol.call(method, path), "method_not_allowed")
    assert_refused(carol.call("PATCH", f"/tasks/{uuid4()}/complete"), "not_found")
    assert_refused(carol.call("PATCH", "/tasks/1/complete"), "not_found")


BAD_TASKS: dict[str, tuple[Any, list[str]]] = {
    "title-empty": ({"title": ""}, ["/title"]),
    "title-white-space": ({"title": "\u2003\n"}, ["/title"]),
    "title-256": ({"title": "x" * 256}, ["/title"]),
    "title-null": ({"title": None}, ["/title"]),
    "title-nul": ({"title": "a\0"}, ["/title"]),
    "description-10001": ({"title": "a", "description": "x" * 10_001}, ["/description"]),
    "description-marks": ({"title": "a", "description": "a" + "\u0344" * 16}, ["/description"]),
    "description-number": ({"title": "a", "description": 1}, ["/description"]),
    "description-nul": ({"title": "a", "description": "\0"}, ["/description"]),
    "completed-string": ({"title": "a", "completed": "true"}, ["/completed"]),
    "completed-number": ({"title": "a", "completed": 1}, ["/completed"]),
    "completed-null": ({"title": "a", "completed": None}, ["/completed"]),
    "priority-unknown": ({"title": "a", "priority": "urgent"}, ["/priority"]),
    "priority-capital": ({"title": "a", "priority": "High"}, ["/priority"]),
    "priority-number": ({"title": "a", "priority": 1}, ["/priority"]),
    "id": ({"title": "a", "id": str(uuid4())}, ["/id"]),
    "created-at": ({"title": "a", "created_at": "2026-11-23T10:00:00Z"}, ["/created_at"]),
    "tags": ({"title": "a", "tags": []}, ["/tags"]),
    "all-at-once": ({"title": "", "priority": "", "x": 1, "tag_ids": [0]}, ["/title", "/priority", "/x", "/tag_ids/0"]),
    "null": (None, [""]),
    "number": (5, [""]),
    "array": ([{"title": "a"}], [""]),
}


SHORT = ("title-256", "title-nul", "description-10001", "description-marks", "completed-string", "priority-unknown", "id", "all-at-once", "array")


@pytest.mark.parametrize("name", cases(BAD_TASKS, *SHORT))
def test_a_task_that_is_not_taken(carol: OwnedApi, name: str) -> None:
    body, pointers = BAD_TASKS[name]
    task = carol.post("/tasks", FULL).json()
    assert_invalid(carol.post("/tasks", body), *pointers)
    assert_invalid(carol.put(f"/tasks/{task['id']}", body), *pointers)
    assert_invalid(carol.patch(f"/tasks/{task['id']}", body), *pointers)
    assert carol.get("/tasks").json()["items"] == [task]


def test_the_longest_texts(carol: OwnedApi) -> None:
    """In code points, whatever their bytes; white space around a title does not count."""
    task = carol.make_task(f" {'😀' * 255}\u3000", description="😀" * 10_000)
    assert (task["title"], task["description"]) == ("😀" * 255, "😀" * 10_000)
    assert carol.get(f"/tasks/{task['id']}").json() == task
    spaced = carol.make_task("a", description="  as it is \n")
    assert spaced["description"] == "  as it is \n"


def test_a_list_has_pages(backend: Backend, alice: Person) -> None:
    token = alice.token()
    made = [backend.make_task(alice.uuid, token, f"task {number}") for number in range(5)]
    seen = []
    for page in (1, 2, 3):
        answer = backend.call("GET", f"/api/v1/{alice.uuid}/tasks?page={page}&limit=2", token).json()
        assert (answer["total"], answer["page"], answer["limit"], answer["pages"]) == (5, page, 2, 3)
        seen += [task["id"] for task in answer["items"]]
    assert sorted(seen) == sorted(made)
    assert backend.call("GET", f"/api/v1/{alice.uuid}/tasks?page=4&limit=2", token).json()["items"] == []


def test_me_is_the_identity_in_the_token(backend: Backend, alice: Person) -> None:
    token = alice.token()
    claims = claims_of(token)
    assert backend.call("GET", "/api/v1/me", token).json() == {
        "issuer": claims["iss"],
        "subject": alice.id,
        "uuid": alice.uuid,
        "email": claims["email"],
        "email_verified": claims["emailVerified"],
        "name": "alice",
        "roles": [],
        "session_id": claims["sid"],
        "impersonated_by": None,
        "credential": "token",
        "permissions": {},
        "organizations": None,
        "organizations_truncated": False,
        "active_organization": None,
        "issued_at": claims["iat"],
        "expires_at": claims["exp"],
    }


def test_me_names_the_administrator_who_acts_as_the_user(
    start_issuer: StartIssuer, start_backend: StartBackend
) -> None:
    issuer = start_issuer(admin="on")
    backend = start_backend(issuer)
    administrator, user = issuer.sign_up("admin"), issuer.sign_up("user")
    issuer.database.execute("""update "user" set role = 'admin' where id = ?""", administrator.id)
    answer = administrator.browser.post("/admin/impersonate-user", json={"userId": user.id})
    assert answer.status_code == 200, answer.text
    me = backend.call("GET", "/api/v1/me", administrator.token()).json()
    assert (me["uuid"], me["impersonated_by"]) == (user.uuid, administrator.id)
    assert backend.call("GET", f"/api/v1/{user.uuid}/tasks", administrator.token()).status_code == 200
    assert backend.call("GET", "/api/v1/me", user.token()).json()["impersonated_by"] is None


def test_health_and_readiness_need_no_token(backend: Backend) -> None:
    assert backend.call("GET", "/healthz").status_code == 200
    ready = backend.call("GET", "/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")


def test_a_deleted_user_loses_their_tasks_and_reads_and_writes_nothing(
    issuer: BetterAuth, backend: Backend, alice: Person, bob: Person
) -> None:
    tasks = f"/api/v1/{alice.uuid}/tasks"
    token = alice.token()
    task = backend.make_task(alice.uuid, token, "soon gone")
    bobs = backend.make_task(bob.uuid, bob.token(), "stays")
    alice.delete_account()

    assert backend.call("GET", tasks, token).json() == {"items": [], "total": 0, "page": 1, "limit": 20, "pages": 0}
    assert_refused(backend.call("GET", f"{tasks}/{task}", token), "not_found")
    assert_refused(backend.call("POST", tasks, token, json={"title": "from beyond"}), "user_unknown")
    assert backend.call("GET", f"/api/v1/{bob.uuid}/tasks/{bobs}", bob.token()).json()["title"] == "stays"


def test_issuer_and_backend_write_the_same_file_at_once(issuer: BetterAuth, backend: Backend, alice: Person) -> None:
    token = alice.token()

    def make_tasks(worker: int) -> None:
        for number in range(20):
            backend.make_task(alice.uuid, token, f"{worker}.{number}")

    with ThreadPoolExecutor(6) as workers:
        making = [workers.submit(make_tasks, worker) for worker in range(4)]
        signing_up = [workers.submit(issuer.sign_up, f"crowd-{number}") for number in range(10)]
        for done in making + signing_up:
            done.result()
    assert backend.call("GET", f"/api/v1/{alice.uuid}/tasks", token).json()["total"] == 80
