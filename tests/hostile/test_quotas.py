"""How much one user may have, however many connections ask at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend import Backend
from better_auth import BetterAuth
from conftest import StartBackend
from contract import assert_refused
from owned_api import OwnedApi
from raw_http import RawConnection, with_json

TASKS, TAGS = 120, 5
CONNECTIONS = 40


@pytest.fixture(scope="module")
def backend(issuer: BetterAuth, start_backend: StartBackend) -> Backend:
    return start_backend(issuer, drawbridge_max_tasks=TASKS, drawbridge_max_tags=TAGS)


def statuses_of_many(api: OwnedApi, path: str, most: int) -> Counter[int]:
    """Of twice as many requests as are allowed, from many connections at the same time."""
    connections = [RawConnection(api.backend.port) for _ in range(CONNECTIONS)]
    statuses: Counter[int] = Counter()
    rounds = 2 * most // CONNECTIONS + 1
    for number in range(rounds):
        for place, connection in enumerate(connections):
            body = {"name": f"{number} {place}"} if path == "tags" else {"title": "T"}
            connection.send(with_json("POST", f"/api/v1/{api.uuid}/{path}", api.token, body))
        for connection in connections:
            answer = connection.receive()
            statuses[answer.status] += 1
            if answer.status != 201:
                assert answer.refusal() == (409, "quota_exceeded")
    for connection in connections:
        connection.close()
    return statuses


@pytest.mark.parametrize(("path", "most"), [("tasks", TASKS), ("tags", TAGS)])
def test_not_one_more_comes_in(issuer: BetterAuth, backend: Backend, path: str, most: int) -> None:
    eve = OwnedApi.sign_up(issuer, backend, f"eve-of-{path}")
    statuses = statuses_of_many(eve, path, most)
    assert statuses[201] == most
    assert set(statuses) == {201, 409}
    assert eve.get(f"/{path}").json()["total"] == most
    bob = OwnedApi.sign_up(issuer, backend, f"bob-of-{path}")
    assert bob.post(f"/{path}", {"title": "T"} if path == "tasks" else {"name": "T"}).status_code == 201


def test_a_place_is_free_again(issuer: BetterAuth, backend: Backend) -> None:
    eve = OwnedApi.sign_up(issuer, backend, "eve")
    tags = [eve.make_tag(f"tag {number}") for number in range(TAGS)]
    assert_refused(eve.post("/tags", {"name": "one more"}), "quota_exceeded")
    assert_refused(eve.post("/tags", {"name": "tag 0"}), "conflict")
    assert eve.patch(f"/tags/{tags[0]}", {"name": "changed"}).status_code == 200
    assert eve.delete(f"/tags/{tags[0]}").status_code == 204
    eve.make_tag("one more")


@pytest.mark.parametrize("kind", ["cpp", "fastapi"])
def test_tags_on_tasks(issuer: BetterAuth, start_backend: StartBackend, kind: str) -> None:
    """Which all go with an account in one transaction, and on SQLite nobody else writes meanwhile."""
    backend = start_backend(issuer, kind=kind, drawbridge_max_tasks=4)
    eve = OwnedApi.sign_up(issuer, backend, f"eve-of-tags-on-tasks-{kind}")
    tags = [eve.make_tag(f"tag {number}") for number in range(35)]
    full = f"/tasks/{eve.make_task('full', tag_ids=tags)['id']}"
    bare = [f"/tasks/{eve.make_task('bare')['id']}" for _ in range(2)]
    for refused in (
        eve.post("/tasks", {"title": "new", "tag_ids": tags[:6]}),
        eve.put(bare[0], {"title": "changed", "tag_ids": tags[:6]}),
        eve.patch(bare[0], {"title": "changed", "tag_ids": tags[:6]}),
    ):
        assert_refused(refused, "quota_exceeded")
    assert eve.titles() == ["bare", "bare", "full"]

    def give_three(number: int) -> int:
        if number % 3 == 2:
            return eve.post("/tasks", {"title": "new", "tag_ids": tags[:3]}).status_code
        return eve.patch(bare[number % 3], {"tag_ids": tags[:3]}).status_code

    with ThreadPoolExecutor(9) as pool:
        statuses = set(pool.map(give_three, range(9)))
    assert statuses <= {200, 201, 409}
    assert sum(len(task["tags"]) for task in eve.get("/tasks").json()["items"]) == 38
    for taken in (tags[::-1], tags[:30], [], tags):
        assert eve.put(full, {"title": "full", "tag_ids": taken}).status_code == 200


def test_none_is_asked_for(issuer: BetterAuth, start_backend: StartBackend) -> None:
    backend = start_backend(issuer, drawbridge_max_tasks=0, drawbridge_max_tags=0)
    eve = OwnedApi.sign_up(issuer, backend, "eve-without-end")
    for number in range(TAGS + 1):
        eve.make_tag(f"tag {number}")


@pytest.mark.parametrize(
    ("path", "body", "quota"),
    [("/tasks", {"title": "one more"}, 5), ("/tags", {"name": "tag {}"}, 3)],
)
def test_of_many_at_once_in_fastapi_no_more_come_in(
    issuer: BetterAuth,
    start_backend: StartBackend,
    path: str,
    body: dict[str, str],
    quota: int,
) -> None:
    backend = start_backend(issuer, kind="fastapi", drawbridge_max_tasks=5, drawbridge_max_tags=3)
    walter = OwnedApi.sign_up(issuer, backend, "walter")

    def make(number: int) -> tuple[int, str | None]:
        answer = walter.post(path, {name: text.format(number) for name, text in body.items()})
        return answer.status_code, answer.json().get("code")

    with ThreadPoolExecutor(12) as pool:
        made = Counter(pool.map(make, range(12)))
    assert made == {(201, None): quota, (409, "quota_exceeded"): 12 - quota}
    assert walter.get(path).json()["total"] == quota
    (first, *_) = walter.get(path).json()["items"]
    assert walter.delete(f"{path}/{first['id']}").status_code == 204
    assert make(99) == (201, None)
