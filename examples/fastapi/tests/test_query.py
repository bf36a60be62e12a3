"""Queries of 30 KiB, which one event loop reads for all users."""

import asyncio
import time
from contextlib import suppress

import pytest
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from tasks_api.errors import MAX_LISTED, Invalid
from tasks_api.query import MOST_PARAMETERS, Query
from tasks_api.request_rules import RequestRules
from tasks_api.schemas import MAX_TAGS, NoQuery, TaskQuery

FULL = "&".join(
    [
        "status=open&priority=high&due_after=2026-11-23T10:00Z&due_before=2026-11-24T10:00Z&search=milk",
        "sort_by=title&order=asc&page=2&limit=100",
        *(f"tag={number}" for number in range(1, MAX_TAGS + 1)),
    ]
)
TOO_MUCH = {
    "one unknown name": "&".join(["a"] * 15_000),
    "one known name": "&".join(["tag"] * 7_700),
    "one known name with values": "&".join(["tag=x"] * 5_000),
    "unknown names": "&".join(f"{number:x}" for number in range(6_400)),
    "nothing but separators": "&" * 30_000,
}


def read(model: type[NoQuery] | type[TaskQuery], query: str) -> object:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": query.encode()}
    return asyncio.run(Query(model)(Request(scope)))  # type: ignore[type-var]


def seconds(model: type[NoQuery] | type[TaskQuery], query: str) -> float:
    """The least of three, of the processor: others may keep it busy."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        with suppress(Invalid):
            read(model, query)
        times.append(time.thread_time() - began)
    return min(times)


def test_all_that_a_list_takes_is_taken() -> None:
    query = read(TaskQuery, FULL)
    assert isinstance(query, TaskQuery)
    assert (query.status, query.page, query.tag) == ("open", 2, list(range(1, MAX_TAGS + 1)))


@pytest.mark.parametrize("model", [TaskQuery, NoQuery])
@pytest.mark.parametrize("name", TOO_MUCH)
def test_too_many_parameters_cost_no_more_than_those_there_are(
    name: str, model: type[NoQuery] | type[TaskQuery]
) -> None:
    with pytest.raises(Invalid) as refused:
        read(model, TOO_MUCH[name])
    assert [error["pointer"] for error in refused.value.errors] == ["?"]
    assert seconds(model, TOO_MUCH[name]) < 10 * seconds(TaskQuery, FULL)


def test_of_unknown_parameters_a_few_are_told() -> None:
    names = [f"a{number}" for number in range(120)]
    with pytest.raises(Invalid) as refused:
        read(TaskQuery, "&".join(names))
    assert [error["pointer"] for error in refused.value.errors] == [f"?{name}" for name in names[:MAX_LISTED]]


def test_a_known_parameter_behind_unknown_ones_is_read() -> None:
    with pytest.raises(Invalid) as refused:
        read(TaskQuery, "page=0&" + "&".join(f"a{number}" for number in range(50)))
    pointers = [error["pointer"] for error in refused.value.errors]
    assert (pointers[0], len(pointers)) == ("?page", MAX_LISTED)


ODD_NAMES = {
    "no UTF-8": ("%ff=1", "?\ufffd"),
    "long": ("a" * 30_000 + "=1", "?" + "a" * 64),
    "empty": ("=1", "?"),
}


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_told(name: str) -> None:
    query, pointer = ODD_NAMES[name]
    with pytest.raises(Invalid) as refused:
        read(TaskQuery, query)
    assert [error["pointer"] for error in refused.value.errors] == [pointer]


NO_QUERIES = {
    "an escape of no digits": "search=%zz",
    "an escape that ends": "search=%4",
    "an escape in a name": "%zz",
    "a bracket": "search=[x",
    "a quote": 'search="x',
    "a fragment": "search=x#y",
    "nothing between two": "page=1&&limit=1",
    "nothing first": "&page=1",
    "nothing last": "page=1&",
    "nothing at all": "&",
}


@pytest.mark.parametrize("name", NO_QUERIES)
def test_what_is_no_query_is_refused_as_a_whole(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(TaskQuery, NO_QUERIES[name])
    assert [error["pointer"] for error in refused.value.errors] == ["?"]


ODD_QUERIES = {
    "none": ("", ""),
    "escapes": ("search=%C4%b0", "\u0130"),
    "its whole alphabet": ("search=a+!$'()*,;=:@/?~", "a !$'()*,;=:@/?~"),
}


@pytest.mark.parametrize("name", ODD_QUERIES)
def test_an_odd_query_is_read(name: str) -> None:
    query, search = ODD_QUERIES[name]
    read_query = read(TaskQuery, query)
    assert isinstance(read_query, TaskQuery)
    assert read_query.search == search


@pytest.mark.parametrize("name", TOO_MUCH)
def test_the_framework_reads_no_more_than_is_refused(name: str) -> None:
    seen: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["query_string"])

    async def nothing(*_: object) -> Message:
        raise AssertionError

    for query in (TOO_MUCH[name], FULL):
        scope = {"type": "http", "path": "/a", "raw_path": b"/a", "headers": [], "query_string": query.encode()}
        asyncio.run(RequestRules(app)(scope, nothing, nothing))  # type: ignore[arg-type]
    assert seen[0].count(b"&") == MOST_PARAMETERS
    assert seen[1] == FULL.encode()
    with pytest.raises(Invalid):
        read(TaskQuery, seen[0].decode())
