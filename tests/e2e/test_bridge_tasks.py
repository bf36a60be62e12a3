"""The main job: a Better Auth user signs up and has tasks of their own."""

from concurrent.futures import ThreadPoolExecutor

from backend import Backend
from better_auth import BetterAuth, Person
from contract import assert_refused
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
        "subject": alice.id,
        "uuid": alice.uuid,
        "email": claims["email"],
        "email_verified": None,
        "name": "alice",
        "roles": [],
        "session_id": claims["sid"],
        "issued_at": claims["iat"],
        "expires_at": claims["exp"],
    }


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
