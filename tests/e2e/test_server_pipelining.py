"""Many requests in one write: answered one by one in their order, and the connection's end ends them all."""

from __future__ import annotations

import random
from dataclasses import dataclass
from uuid import uuid4

import pytest

from backend import Backend
from better_auth import BetterAuth
from owned_api import OwnedApi
from raw_http import RawConnection, all_answers, head, with_json

SEED = 20261123
PIPELINED = 400


@dataclass(frozen=True)
class Worker:
    """Someone with one task, the path of which is known."""

    owner: OwnedApi
    task: str

    def title(self, backend: Backend) -> str:
        return str(backend.call("GET", self.task, self.owner.token).json()["title"])


@pytest.fixture
def worker(issuer: BetterAuth, backend: Backend) -> Worker:
    owner = OwnedApi.sign_up(issuer, backend, "alice")
    return Worker(owner, f"{owner.tasks}/{backend.make_task(owner.uuid, owner.token, 'first')}")


def json_lines(length: int) -> tuple[str, str]:
    return "Content-Type: application/json", f"Content-Length: {length}"


def step(worker: Worker, kind: str, number: int) -> tuple[bytes, str, int]:
    """A request with its method and the status that it gets."""
    owner, token = worker.owner, worker.owner.token
    return {
        "read": (head("GET", worker.task, token), "GET", 200),
        "look": (head("HEAD", worker.task, token), "HEAD", 200),
        "change": (with_json("PATCH", worker.task, token, {"title": f"title {number}"}), "PATCH", 200),
        "create": (owner.creating(f"task {number}"), "POST", 201),
        "list": (head("GET", f"{owner.tasks}?limit=1", token), "GET", 200),
        "delete": (head("DELETE", f"{owner.tasks}/{uuid4()}", token), "DELETE", 404),
        "no-token": (head("GET", worker.task), "GET", 401),
        "another-user": (head("GET", f"/api/v1/{uuid4()}/tasks", token), "GET", 403),
        "nowhere": (head("GET", "/nowhere", token), "GET", 404),
        "not-allowed": (head("POST", "/healthz"), "POST", 405),
        "not-valid": (with_json("PATCH", worker.task, token, {"title": ""}), "PATCH", 422),
        "not-json": (head("PATCH", worker.task, token, *json_lines(1)) + b"{", "PATCH", 400),
        "health": (head("GET", "/healthz"), "GET", 200),
    }[kind]


KINDS = ["read", "look", "change", "create", "list", "delete", "no-token", "another-user", "nowhere"]
KINDS += ["not-allowed", "not-valid", "not-json", "health"]


def test_many_requests_in_one_write_are_answered_in_order(backend: Backend, worker: Worker) -> None:
    """A read sees exactly the changes before it."""
    choose = random.Random(SEED)
    kinds = [*KINDS, *choose.choices(KINDS, k=PIPELINED - len(KINDS))]
    steps = [step(worker, kind, number) for number, kind in enumerate(kinds)]
    title, tasks, ids = "first", 1, set()
    with RawConnection(backend.port) as connection:
        connection.send(b"".join(request for request, _, _ in steps))
        for number, (kind, (_, method, status)) in enumerate(zip(kinds, steps, strict=True)):
            answer = connection.receive(method)
            assert answer.status == status, f"{number}, {kind}, seed {SEED}: {answer}"
            assert "connection" not in answer.fields
            ids.add(answer.fields["x-request-id"])
            if kind == "change":
                title = f"title {number}"
            if kind == "create":
                tasks += 1
            if kind in ("read", "change"):
                assert answer.json()["title"] == title
            if kind == "list":
                assert answer.json()["total"] == tasks
            if kind == "look":
                assert answer.body == b""
                assert int(answer.fields["content-length"]) > 0
    assert len(ids) == PIPELINED, "a request id was given twice"


def test_requests_may_be_cut_anywhere(backend: Backend, worker: Worker) -> None:
    """Three requests, the second with a body in chunks, cut in two at each byte."""
    lines = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    requests = (
        head("GET", "/healthz")
        + head("PATCH", worker.task, worker.owner.token, *lines)
        + b'4\r\n{"ti\r\n12\r\ntle":"from chunks"\r\n1\r\n}\r\n0\r\n\r\n'
        + head("GET", "/nowhere")
    )
    with RawConnection(backend.port) as connection:
        for cut in range(1, len(requests)):
            connection.send(requests[:cut])
            connection.send(requests[cut:])
            health, changed, nowhere = (connection.receive() for _ in range(3))
            assert (health.status, changed.status, nowhere.status) == (200, 200, 404), f"cut at {cut}"
            assert changed.json()["title"] == "from chunks"


ENDINGS = {
    "malformed": (b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "not-http": (b"\x16\x03\x01", 400),
    "asked-for": (head("GET", "/healthz", None, "Connection: close"), 200),
    "http-1.0": (b"GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n", 200),
    # No body is read before it is known whose it is; so nobody knows where it ends.
    "unread-body-without-token": (head("POST", "/api/v1/x/tasks", None, "Content-Length: 2") + b"{}", 401),
    "unread-body-to-nowhere": (head("POST", "/nowhere", None, "Content-Length: 2") + b"{}", 404),
    "unread-chunks": (head("POST", "/nowhere", None, "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n", 404),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_what_follows_the_request_that_ends_a_connection_is_not_done(
    backend: Backend, worker: Worker, name: str
) -> None:
    request, status = ENDINGS[name]
    changes = [with_json("PATCH", worker.task, worker.owner.token, {"title": title}) for title in ("done", "not done")]
    *before, last = all_answers(backend.port, changes[0] + head("GET", "/healthz") + request + changes[1])
    assert [answer.status for answer in before] == [200, 200]
    assert (last.status, last.fields["connection"]) == (status, "close")
    assert worker.title(backend) == "done"


def test_an_unread_body_is_never_taken_for_a_request(backend: Backend, worker: Worker) -> None:
    """The body of a refused request is itself a request that its sender may make."""
    hidden = with_json("PATCH", worker.task, worker.owner.token, {"title": "smuggled"})
    for target in (f"/api/v1/{uuid4()}/tasks", "/nowhere", "/healthz"):
        outer = head("POST", target, worker.owner.token, f"Content-Length: {len(hidden)}") + hidden
        (answer,) = all_answers(backend.port, outer)
        assert answer.status in (403, 404, 405)
        assert worker.title(backend) == "first"


def test_a_body_that_nobody_asked_for_is_not_taken_for_a_request(backend: Backend, worker: Worker) -> None:
    """A GET may have a body (RFC 9110 §9.3.1); it means nothing."""
    hidden = with_json("PATCH", worker.task, worker.owner.token, {"title": "smuggled"})
    outer = head("GET", worker.task, worker.owner.token, f"Content-Length: {len(hidden)}") + hidden
    answers = all_answers(backend.port, outer + head("GET", worker.task, worker.owner.token, "Connection: close"))
    assert [answer.json()["title"] for answer in answers] == ["first", "first"]


def test_http_1_0_is_kept_alive_when_asked(backend: Backend) -> None:
    request = b"GET /healthz HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"
    first, second, third = all_answers(backend.port, request * 2 + head("GET", "/healthz", None, "Connection: close"))
    assert [first.fields["connection"], second.fields["connection"]] == ["keep-alive"] * 2
    assert third.fields["connection"] == "close"
