"""Requests that are wrong in themselves: each code of the group request, and what no route takes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backend import KIND, Backend
from better_auth import BetterAuth
from cases import cases
from contract import STATUS, assert_common_headers, assert_invalid, assert_refused
from owned_api import OwnedApi
from process import ROOT
from raw_http import RawConnection, all_answers, head

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def alice(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    return OwnedApi.sign_up(issuer, backend, "alice")


# ---- every code, by name -----------------------------------------------------------------------------


def name_a_tag_twice(api: OwnedApi) -> httpx.Response:
    name = f"tag {uuid4()}"
    api.make_tag(name)
    return api.post("/tags", {"name": name})


BY_CODE: dict[str, Callable[[OwnedApi], httpx.Response]] = {
    "body_malformed": lambda api: api.call("POST", "/tasks", content="{", headers=JSON),
    "not_found": lambda api: api.get(f"/tasks/{uuid4()}"),
    "method_not_allowed": lambda api: api.delete("/tasks"),
    "conflict": name_a_tag_twice,
    "body_too_large": lambda api: api.call("POST", "/tasks", content=b" " * (1024 * 1024 + 1), headers=JSON),
    "media_type_unsupported": lambda api: api.call("POST", "/tasks", content='{"title":"x"}'),
    "validation_failed": lambda api: api.post("/tasks", {}),
    "headers_too_large": lambda api: api.call("GET", "/tasks", headers={"X-Large": "x" * 32 * 1024}),
}
# request_malformed is below: no HTTP library sends such a request; its document is in test_server_ambiguity.py.
# rate_limited is how each backend protects itself; test_server_rate_limit.py has it.
# quota_exceeded takes a backend with a small quota; tests/hostile/test_quotas.py has it.
ELSEWHERE = {"request_malformed", "rate_limited", "quota_exceeded"}


@pytest.mark.parametrize("code", BY_CODE)
def test_each_code_of_the_group_request(alice: OwnedApi, code: str) -> None:
    assert_refused(BY_CODE[code](alice), code)


def test_a_request_that_is_not_valid_http(backend: Backend) -> None:
    """400, and the connection is closed. What else is said is the HTTP server's own: this one never saw the API."""
    with RawConnection(backend.port) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        assert connection.receive().status == 400
        connection.skip_rest()


def test_no_code_is_forgotten() -> None:
    group = (ROOT / "docs/errors.md").read_text().split("\n## Request\n")[1].split("\n## ")[0]
    documented = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", group, re.MULTILINE))
    assert set(documented) == set(BY_CODE) | ELSEWHERE
    assert {code: int(status) for code, status in documented.items()} == {code: STATUS[code] for code in documented}


# ---- every route, as the backend's own contract lists them -------------------------------------------


@dataclass(frozen=True)
class Operation:
    """One of the contract, made callable: its path filled in, and with a body that is good."""

    method: str
    path: str
    body: Any
    parameters: list[str]  # of its query
    open: bool

    def call(self, api: OwnedApi, query: str = "", body: Any = None) -> httpx.Response:
        body = self.body if body is None else body
        more = {} if body is None else {"content": json.dumps(body), "headers": JSON}
        return api.backend.call(self.method, self.path + query, api.token, **more)


BODIES = {"post tasks": {"title": "x"}, "put tasks": {"title": "x"}, "post tags": {"name": "x"}}


@pytest.fixture
def operations(backend: Backend, alice: OwnedApi) -> list[Operation]:
    contract = backend.call("GET", "/openapi.json").json()
    ids = {"user_id": alice.uuid, "task_id": alice.make_task("mine")["id"], "tag_id": alice.make_tag(f"tag {uuid4()}")}

    def parameters_of(*lists: list[dict[str, Any]]) -> Iterator[str]:
        for parameter in (parameter for some in lists for parameter in some):
            for part in parameter.get("$ref", "").split("/")[1:]:
                parameter = contract["components"]["parameters"][part] if part[0].isupper() else parameter
            if parameter["in"] == "query":
                yield parameter["name"]

    return [
        Operation(
            method.upper(),
            path.format(**ids),
            BODIES.get(f"{method} {path.split('/')[4]}", {}) if "requestBody" in operation else None,
            list(parameters_of(item.get("parameters", []), operation.get("parameters", []))),
            operation.get("security") == [],
        )
        for path, item in contract["paths"].items()
        for method, operation in item.items()
        if method in ("get", "put", "post", "patch", "delete")
    ]


PROBES = {"/healthz", "/readyz"}  # take any query: load balancers put there what they like
FOR_DEVELOPERS = {"/openapi.json", "/docs"}


def test_the_contract_lists_every_route(operations: list[Operation], alice: OwnedApi) -> None:
    patterns = {re.sub(r"[0-9a-f-]{36}|(?<=tags/)\d+", "*", operation.path) for operation in operations}
    tasks, tags = "/api/v1/*/tasks", "/api/v1/*/tags"
    own = {tasks, f"{tasks}/*", f"{tasks}/*/complete", tags, f"{tags}/*", "/api/v1/me"}
    assert patterns == own | PROBES | FOR_DEVELOPERS
    assert len(operations) == 17


def test_unknown_parameters_are_refused_on_every_route(operations: list[Operation], alice: OwnedApi) -> None:
    for operation in operations:
        if operation.path in PROBES:
            assert operation.call(alice, "?color=red").status_code == 200
            continue
        assert_invalid(operation.call(alice, "?color=red"), "?color")
        assert_invalid(operation.call(alice, "?a=1&b&a=2"), "?a", "?b")
        assert_invalid(operation.call(alice, f"?user_id={alice.uuid}"), "?user_id")


def test_repeated_parameters_are_refused_on_every_route(operations: list[Operation], alice: OwnedApi) -> None:
    repeated = 0
    for operation in operations:
        for name in operation.parameters:
            if name != "tag":
                value = {"search": "x", "sort_by": "title", "order": "asc", "status": "all", "priority": "low"}
                pair = f"{name}={value.get(name, '1' if name in ('page', 'limit') else '2026-11-23T10:00Z')}"
                assert operation.call(alice, f"?{pair}").status_code == 200
                assert_invalid(operation.call(alice, f"?{pair}&{pair}"), f"?{name}")
                repeated += 1
    assert repeated == 11  # nine of the list of tasks, two of the list of tags


def test_unknown_members_are_refused_on_every_route(operations: list[Operation], alice: OwnedApi) -> None:
    with_body = [operation for operation in operations if operation.body is not None]
    for operation in with_body:
        assert_invalid(operation.call(alice, body=operation.body | {"colour": 1}), "/colour")
        assert_invalid(operation.call(alice, body=operation.body | {"user_id": alice.uuid, "": 0}), "/user_id", "/")
        assert_invalid(operation.call(alice, body=[]), "")
    assert len(with_body) == 5


def test_at_most_20_errors_are_listed(operations: list[Operation], alice: OwnedApi) -> None:
    names = [f"colour{number}" for number in range(50)]
    for operation in operations:
        answers = [] if operation.path in PROBES else [operation.call(alice, "?" + "&".join(names))]
        if operation.body is not None:
            answers.append(operation.call(alice, body=operation.body | dict.fromkeys(names)))
        for answer in answers:
            assert_refused(answer, "validation_failed")
            assert len(answer.json()["errors"]) == 20


def test_what_is_far_too_much_is_refused_without_a_look_at_it(operations: list[Operation], alice: OwnedApi) -> None:
    most = "&".join(["a"] * 200)
    white_space = {"title": " " * 5_116 + "x", "name": " " * 4_296 + "x"}
    for operation in operations:
        if operation.path not in PROBES:
            assert_invalid(operation.call(alice, f"?{most}"), "?a")
            assert_invalid(operation.call(alice, f"?{most}&a"), "?")
        if operation.body is not None:
            numbered = {str(number): [{}] for number in range(100)}
            assert_invalid(operation.call(alice, body=operation.body | numbered | {"a": {"b": 1}}), "")
            for name in white_space.keys() & operation.body.keys():
                assert_invalid(operation.call(alice, body=operation.body | {name: white_space[name]}), f"/{name}")


def test_other_methods_are_refused_on_every_route_and_allow_tells_which_are_not(
    operations: list[Operation], alice: OwnedApi
) -> None:
    for path in {operation.path for operation in operations}:
        taken = {operation.method for operation in operations if operation.path == path}
        taken |= {"HEAD"} if "GET" in taken else set()
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"} - taken:
            answer = alice.backend.call(method, path, alice.token)
            assert answer.status_code == 405, f"{method} {path}: {answer.text}"
            assert {name.strip() for name in answer.headers["Allow"].split(",")} - {"OPTIONS"} == taken
            if method != "HEAD":
                assert_refused(answer, "method_not_allowed")


def test_head_answers_as_get_does_without_the_body(operations: list[Operation], alice: OwnedApi) -> None:
    for operation in operations:
        if operation.method == "GET":
            get = operation.call(alice)
            looked = alice.backend.call("HEAD", operation.path, alice.token)
            assert (looked.status_code, looked.content) == (get.status_code, b"")
            for name in ("Content-Type", "Content-Length"):
                assert looked.headers[name] == get.headers[name], operation


def test_every_route_but_the_open_ones_asks_for_a_token(operations: list[Operation], alice: OwnedApi) -> None:
    for operation in operations:
        answer = alice.backend.call(operation.method, operation.path)
        if operation.open:
            assert answer.status_code == 200
        else:
            assert_refused(answer, "token_missing")
    assert {operation.path for operation in operations if operation.open} == PROBES | FOR_DEVELOPERS


KEPT_BY_BROWSERS = (
    {"Cache-Control": "no-cache", "Vary": "Origin, Accept-Encoding"} if KIND == "cpp" else None
)


def test_every_answer_has_the_common_headers(operations: list[Operation], alice: OwnedApi) -> None:
    ids = set()
    for operation in operations:
        for answer in (operation.call(alice), alice.backend.call(operation.method, operation.path)):
            assert_common_headers(answer, KEPT_BY_BROWSERS if operation.path == "/docs" else None)
            ids.add(answer.headers["X-Request-Id"])
    assert len(ids) == 2 * len(operations)


NOWHERE = ["/", "/api", "/api/v1", "/api/v1/", "/api/v2/me", "/api/v1/me/", "/api/v1/me/x", "/healthz/", "/favicon.ico"]


@pytest.mark.parametrize("path", NOWHERE)
def test_a_path_that_does_not_exist(alice: OwnedApi, path: str) -> None:
    """With a token or without, whatever the method."""
    for method in ("GET", "POST", "PATCH", "DELETE"):
        assert_refused(alice.backend.call(method, path, alice.token), "not_found")
        assert_refused(alice.backend.call(method, path), "not_found")


# ---- bodies ------------------------------------------------------------------------------------------

MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "blanks": b"  \n",
    "cut-off": b'{"title":"x"',
    "comma-at-the-end": b'{"title":"x",}',
    "single-quotes": b"{'title':'x'}",
    "name-without-quotes": b'{title:"x"}',
    "comment": b'{"title":"x"/**/}',
    "two-values": b'{"title":"x"}{"title":"y"}',
    "something-behind": b'{"title":"x"}x',
    "nul-behind": b'{"title":"x"}\0',
    "byte-order-mark-of-utf-16": '{"title":"x"}'.encode("utf-16"),
    "no-utf-8": b'{"title":"\xff"}',
    "overlong-utf-8": b'{"title":"\xc0\xaf"}',
    "surrogate-as-utf-8": b'{"title":"\xed\xa0\x80"}',
    "half-a-surrogate-pair": b'{"title":"\\ud800"}',
    "bad-escape": b'{"title":"\\x41"}',
    "control-character": b'{"title":"a\nb"}',
    "nan": b'{"title":"x","tag_ids":[NaN]}',
    "plus": b'{"title":"x","tag_ids":[+1]}',
    "leading-zero": b'{"title":"x","tag_ids":[01]}',
    "number-of-2^64": b'{"title":"x","tag_ids":[18446744073709551616]}',
    "member-twice": b'{"title":"x","title":"x"}',
    "member-twice-in-other-spelling": b'{"title":"x","t\\u0069tle":"y"}',
    "unknown-member-twice": b'{"title":"x","a":1,"a":1}',
    "inner-member-twice": b'{"title":"x","tag_ids":[{"a":1,"a":1}]}',
    "nested-without-end": b"[" * 100_000,
    "form": b"title=x",
}


SHORT = ("empty", "cut-off", "no-utf-8", "half-a-surrogate-pair", "member-twice-in-other-spelling", "nested-without-end", "form")


@pytest.mark.parametrize("name", cases(MALFORMED, *SHORT))
def test_a_body_that_is_no_json(alice: OwnedApi, name: str) -> None:
    task, tag = alice.make_task("as it was"), alice.make_tag(f"tag {uuid4()}")
    before = alice.get("/tasks?limit=1").json()["total"]
    for method, path in (
        ("POST", "/tasks"),
        ("PUT", f"/tasks/{task['id']}"),
        ("PATCH", f"/tasks/{task['id']}"),
        ("POST", "/tags"),
        ("PATCH", f"/tags/{tag}"),
    ):
        answer = alice.call(method, path, content=MALFORMED[name], headers=JSON)
        assert_refused(answer, "body_malformed")
    assert alice.get(f"/tasks/{task['id']}").json() == task
    assert alice.get("/tasks?limit=1").json()["total"] == before


MEDIA_TYPES = {
    "application/json": True,
    "Application/JSON": True,
    "application/json; charset=utf-8": True,
    'application/json;charset="UTF-8"': True,
    "application/json;profile=x ; charset=utf-8": True,
    "application/json;profile=x": True,
    "application/json;": True,
    "application/json; charset=latin1": False,
    "application/json; profile=x; charset=latin1": False,
    "application/json; charset=utf-8; charset=latin1": False,
    "application/json; charset": False,
    "application/json; charset=utf-16": False,
    "application/problem+json": False,
    "application/jsonx": False,
    "text/json": False,
    "text/plain": False,
    "application/x-www-form-urlencoded": False,
    "multipart/form-data; boundary=x": False,
    "*/*": False,
    "": False,
}


SHORT_OF_TYPES = ("application/json; charset=utf-8", "application/json; charset=latin1", "text/plain", "")


@pytest.mark.parametrize("media_type", cases(MEDIA_TYPES, *SHORT_OF_TYPES))
def test_a_body_says_that_it_is_json(alice: OwnedApi, media_type: str) -> None:
    """A browser sends the others across origins without asking first."""
    answer = alice.call("POST", "/tasks", content='{"title":"x"}', headers={"Content-Type": media_type})
    if MEDIA_TYPES[media_type]:
        assert answer.status_code == 201, answer.text
    else:
        assert_refused(answer, "media_type_unsupported")


def test_two_media_types_are_none(alice: OwnedApi) -> None:
    lines = ["Content-Type: application/json"] * 2 + ["Content-Length: 13", "Connection: close"]
    (answer,) = all_answers(alice.backend.port, head("POST", alice.tasks, alice.token, *lines) + b'{"title":"x"}')
    assert answer.refusal() == (415, "media_type_unsupported")
