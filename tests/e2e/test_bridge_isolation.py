"""A user reaches their own data only, however the path of another user's is spelt."""

from dataclasses import dataclass
from urllib.parse import quote
from uuid import uuid4

import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from contract import assert_refused
from owned_api import OwnedApi

SECRET = "the title that only its owner may see"


def in_percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


@dataclass(frozen=True)
class Pair:
    """Two users, a task and a tag each, and a token for each; shared by the tests, which leave them as they are."""

    alice: str
    bob: str
    alice_token: str
    bob_token: str
    alice_task: str
    bob_task: str
    alice_tag: int
    bob_tag: int


@pytest.fixture(scope="module")
def pair(issuer: BetterAuth, backend: Backend) -> Pair:
    alice, bob = (OwnedApi.sign_up(issuer, backend, name) for name in ("alice", "bob"))
    return Pair(
        alice.uuid,
        bob.uuid,
        alice.token,
        bob.token,
        alice.make_task("mine")["id"],
        bob.make_task(SECRET)["id"],
        alice.make_tag("mine"),
        bob.make_tag(SECRET),
    )


def assert_untouched(backend: Backend, pair: Pair) -> None:
    """Bob has his one task and his one tag as he made them, and so has Alice."""
    for user, token, task, tag, text in (
        (pair.bob, pair.bob_token, pair.bob_task, pair.bob_tag, SECRET),
        (pair.alice, pair.alice_token, pair.alice_task, pair.alice_tag, "mine"),
    ):
        tasks = backend.call("GET", f"/api/v1/{user}/tasks", token).json()["items"]
        assert [(found["id"], found["title"], found["completed"]) for found in tasks] == [(task, text, False)]
        tags = backend.call("GET", f"/api/v1/{user}/tags", token).json()["items"]
        assert tags == [{"id": tag, "name": text, "color": None}]


# Spellings of Bob's user id in an otherwise plain path, asked for with Alice's token: 403.
USER_SPELLINGS = {
    "plain": lambda p: p.bob,
    "upper-case": lambda p: p.bob.upper(),
    "percent-encoded": lambda p: in_percent(p.bob),
    "percent-encoded-upper-case": lambda p: in_percent(p.bob.upper()).upper(),
    "one-character-encoded": lambda p: in_percent(p.bob[0]) + p.bob[1:],
    "encoded-dashes": lambda p: p.bob.replace("-", "%2d"),
    "without-dashes": lambda p: p.bob.replace("-", ""),
    "in-braces": lambda p: "%7B" + p.bob + "%7D",
    "as-urn": lambda p: "urn:uuid:" + p.bob,
    "blank-before": lambda p: "%20" + p.bob,
    "blank-after": lambda p: p.bob + "%20",
    "encoded-twice": lambda p: in_percent(p.bob).replace("%", "%25"),
    "path-parameter": lambda p: p.alice + ";" + p.bob,
    "path-parameter-after": lambda p: p.bob + ";x=1",
    "both-ids": lambda p: p.alice + "," + p.bob,
    "full-width-digits": lambda p: quote(p.bob.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})),
    "wildcard": lambda p: "*",
    "sql-wildcard": lambda p: "%25",
    "nil": lambda p: "00000000-0000-0000-0000-000000000000",
    "null": lambda p: "null",
    "me": lambda p: "me",
    "nobody": lambda p: str(uuid4()),
    "subject": lambda p: "someone",
}


@pytest.mark.parametrize("spelling", USER_SPELLINGS)
@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("GET", "/tasks", b""),
        ("GET", "/tasks?user_id={alice}", b""),
        ("POST", "/tasks", b'{"title":"planted"}'),
        ("GET", "/tasks/{bob_task}", b""),
        ("PATCH", "/tasks/{bob_task}", b'{"title":"taken"}'),
        ("DELETE", "/tasks/{bob_task}", b""),
        ("PUT", "/tasks/{bob_task}", b'{"title":"taken"}'),
        ("PATCH", "/tasks/{bob_task}/complete", b""),
        ("GET", "/tags", b""),
        ("POST", "/tags", b'{"name":"planted"}'),
        ("GET", "/tags/{bob_tag}", b""),
        ("PATCH", "/tags/{bob_tag}", b'{"name":"taken"}'),
        ("DELETE", "/tags/{bob_tag}", b""),
    ],
    ids=["list", "list-with-query", "create", "read", "change", "delete", "replace", "toggle"]
    + ["list-tags", "create-tag", "read-tag", "change-tag", "delete-tag"],
)
def test_another_users_path_is_403(
    backend: Backend, pair: Pair, spelling: str, method: str, rest: str, body: bytes
) -> None:
    target = f"/api/v1/{USER_SPELLINGS[spelling](pair)}{rest.format(**vars(pair))}"
    answer = backend.call_raw(method, target, pair.alice_token, body)
    assert answer.refusal() == (403, "user_mismatch")
    assert SECRET.encode() not in answer.body
    assert_untouched(backend, pair)


# Whole targets that lead to Bob's tasks once some layer normalises them: 404, because none of ours does.
TARGETS = {
    "slash-at-the-end": "/api/v1/{bob}/tasks/",
    "slash-after-task": "/api/v1/{bob}/tasks/{bob_task}/",
    "slashes-at-the-start": "//api/v1/{bob}/tasks",
    "slashes-before-user": "/api/v1//{bob}/tasks",
    "slashes-after-user": "/api/v1/{bob}//tasks",
    "dot": "/api/v1/./{bob}/tasks",
    "encoded-dot": "/api/v1/%2e/{bob}/tasks",
    "dot-dot": "/api/v1/{alice}/../{bob}/tasks",
    "dot-dot-after-own-tasks": "/api/v1/{alice}/tasks/../../{bob}/tasks",
    "encoded-dot-dot": "/api/v1/{alice}/%2e%2e/{bob}/tasks",
    "half-encoded-dot-dot": "/api/v1/{alice}/.%2E/{bob}/tasks",
    "encoded-slash-after-dot-dot": "/api/v1/{alice}/..%2f{bob}/tasks",
    "encoded-slash": "/api/v1/{bob}%2ftasks",
    "encoded-slash-in-id": "/api/v1/{alice}%2f..%2f{bob}/tasks",
    "encoded-backslash": "/api/v1/{alice}%5c..%5c{bob}/tasks",
    "backslash": "/api/v1/{alice}\\..\\{bob}/tasks",
    "nul-after-id": "/api/v1/{bob}%00/tasks",
    "nul-and-own-id": "/api/v1/{alice}%00{bob}/tasks",
    "line-end-in-id": "/api/v1/{bob}%0d%0a/tasks",
    "bad-percent": "/api/v1/{bob}%zz/tasks",
    "overlong-slash": "/api/v1/{alice}%c0%af..%c0%af{bob}/tasks",
    "upper-case-route": "/API/V1/{bob}/TASKS",
    "no-user": "/api/v1/tasks",
    "no-user-two-slashes": "/api/v1//tasks",
    "deeper": "/api/v1/{alice}/tasks/{alice_task}/../../../{bob}/tasks/{bob_task}",
    "task-alone": "/api/v1/{alice}/tasks/../tasks/{bob_task}",
    "toggle-deeper": "/api/v1/{alice}/tasks/{alice_task}/../{bob_task}/complete",
    "tags": "/api/v1/{alice}/../{bob}/tags",
    "tag": "/api/v1/{alice}/tags/../../{bob}/tags/{bob_tag}",
    "tag-encoded-slash": "/api/v1/{alice}/tags/{alice_tag}%2f..%2f{bob_tag}",
}


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_path_is_never_normalised(backend: Backend, pair: Pair, name: str, method: str) -> None:
    body = b'{"title":"taken"}' if method in ("POST", "PATCH") else b""
    answer = backend.call_raw(method, TARGETS[name].format(**vars(pair)), pair.alice_token, body)
    assert answer.status == 404, answer
    assert SECRET.encode() not in answer.body
    assert_untouched(backend, pair)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_target_in_absolute_form_gives_nothing_away(backend: Backend, pair: Pair, method: str) -> None:
    target = f"{backend.url}/api/v1/{pair.bob}/tasks/{pair.bob_task}"
    answer = backend.call_raw(method, target, pair.alice_token, b'{"title":"taken"}' if method == "PATCH" else b"")
    assert answer.status in (400, 403, 404), answer
    assert SECRET.encode() not in answer.body
    assert_untouched(backend, pair)


# Bob's task under Alice's own path: not hers, so it is not there.
OWN_PATH_SPELLINGS = {
    "plain": "/api/v1/{alice}/tasks/{bob_task}",
    "encoded-user": "/api/v1/{alice_in_percent}/tasks/{bob_task}",
    "encoded-task": "/api/v1/{alice}/tasks/{task_in_percent}",
    "upper-case-task": "/api/v1/{alice}/tasks/{task_in_capitals}",
    "task-without-dashes": "/api/v1/{alice}/tasks/{task_without_dashes}",
    "slash-at-the-end": "/api/v1/{alice}/tasks/{bob_task}/",
    "slashes": "/api/v1/{alice}/tasks//{bob_task}",
    "own-task-then-bobs": "/api/v1/{alice}/tasks/{alice_task}%2f..%2f{bob_task}",
    "both-ids": "/api/v1/{alice}/tasks/{alice_task},{bob_task}",
    "sql": "/api/v1/{alice}/tasks/{bob_task}'%20or%20'1'='1",
}


@pytest.mark.parametrize("name", OWN_PATH_SPELLINGS)
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_another_users_task_is_404_under_ones_own_path(backend: Backend, pair: Pair, name: str, method: str) -> None:
    target = OWN_PATH_SPELLINGS[name].format(
        **vars(pair),
        alice_in_percent=in_percent(pair.alice),
        task_in_percent=in_percent(pair.bob_task),
        task_in_capitals=pair.bob_task.upper(),
        task_without_dashes=pair.bob_task.replace("-", ""),
    )
    answer = backend.call_raw(method, target, pair.alice_token, b'{"title":"taken"}' if method == "PATCH" else b"")
    assert answer.status == 404, answer
    assert SECRET.encode() not in answer.body
    assert_untouched(backend, pair)


@pytest.mark.parametrize(
    "spell", [str.upper, str.capitalize, in_percent, str], ids=["upper-case", "capital", "percent-encoded", "plain"]
)
def test_ones_own_path_is_compared_as_a_uuid(backend: Backend, pair: Pair, spell: type[str]) -> None:
    answer = backend.call_raw("GET", f"/api/v1/{spell(pair.alice)}/tasks/{pair.alice_task}", pair.alice_token)
    assert answer.status == 200, answer


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_query_cannot_name_the_owner(backend: Backend, pair: Pair, method: str) -> None:
    for path in (f"/api/v1/{pair.alice}/tasks", f"/api/v1/{pair.alice}/tasks/{pair.bob_task}"):
        if path.endswith("/tasks") and method != "GET":
            continue
        body = {"json": {"title": "taken"}} if method == "PATCH" else {}
        answer = backend.call(method, f"{path}?user_id={pair.bob}", pair.alice_token, **body)
        assert_refused(answer, "validation_failed")
    assert_untouched(backend, pair)


def test_a_body_cannot_name_the_owner(backend: Backend, pair: Pair) -> None:
    tasks = f"/api/v1/{pair.alice}/tasks"
    planted = {"title": "planted", "user_id": pair.bob}
    assert_refused(backend.call("POST", tasks, pair.alice_token, json=planted), "validation_failed")
    moved = {"user_id": pair.bob}
    assert_refused(
        backend.call("PATCH", f"{tasks}/{pair.alice_task}", pair.alice_token, json=moved), "validation_failed"
    )
    assert_untouched(backend, pair)


def test_whether_another_user_exists_is_not_told(backend: Backend, pair: Pair) -> None:
    there = backend.call("GET", f"/api/v1/{pair.bob}/tasks", pair.alice_token)
    not_there = backend.call("GET", f"/api/v1/{uuid4()}/tasks", pair.alice_token)
    assert_refused(there, "user_mismatch")
    assert_refused(not_there, "user_mismatch")
    assert there.content == not_there.content


def test_whether_another_users_task_exists_is_not_told(backend: Backend, pair: Pair) -> None:
    there = backend.call("GET", f"/api/v1/{pair.alice}/tasks/{pair.bob_task}", pair.alice_token)
    not_there = backend.call("GET", f"/api/v1/{pair.alice}/tasks/{uuid4()}", pair.alice_token)
    assert_refused(there, "not_found")
    assert_refused(not_there, "not_found")
    assert there.content == not_there.content


@pytest.mark.parametrize("owner", ["alice", "bob"])
def test_both_see_their_own_and_only_their_own(backend: Backend, pair: Pair, owner: str) -> None:
    other = {"alice": "bob", "bob": "alice"}[owner]
    people = vars(pair)
    token = people[f"{owner}_token"]
    own = backend.call("GET", f"/api/v1/{people[owner]}/tasks", token).json()
    assert [task["id"] for task in own["items"]] == [people[f"{owner}_task"]]
    assert_refused(backend.call("GET", f"/api/v1/{people[other]}/tasks", token), "user_mismatch")


def test_whether_another_users_tag_exists_is_not_told(backend: Backend, pair: Pair) -> None:
    tags, tasks = f"/api/v1/{pair.alice}/tags", f"/api/v1/{pair.alice}/tasks"
    answers = [
        [
            backend.call("GET", f"{tags}/{id}", pair.alice_token),
            backend.call("DELETE", f"{tags}/{id}", pair.alice_token),
            backend.call("GET", f"{tasks}?tag={id}", pair.alice_token),
            backend.call("POST", tasks, pair.alice_token, json={"title": "x", "tag_ids": [id]}),
        ]
        for id in (pair.bob_tag, 10**9)
    ]
    bobs, nobodys = [[(answer.status_code, answer.content) for answer in some] for some in answers]
    assert bobs == nobodys
    assert [status for status, _ in bobs] == [404, 404, 200, 422]
    assert_untouched(backend, pair)


def test_a_person_signed_in_later_has_nothing_of_the_others(issuer: BetterAuth, backend: Backend, pair: Pair) -> None:
    carol: Person = issuer.sign_up("carol")
    assert backend.call("GET", f"/api/v1/{carol.uuid}/tasks", carol.token()).json()["items"] == []
    assert_untouched(backend, pair)
