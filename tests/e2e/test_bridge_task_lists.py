"""Lists of tasks: every filter, search, order and page."""

from __future__ import annotations

from typing import Any

import pytest

from backend import Backend
from better_auth import BetterAuth
from cases import cases
from contract import assert_invalid
from owned_api import OwnedApi

TASKS: list[dict[str, Any]] = [
    {"title": "Éclair backen", "priority": "low", "due_date": "2026-11-23T10:00:00Z"},
    {"title": "straße fegen", "priority": "high", "due_date": "2026-11-24T10:00:00Z", "completed": True},
    {"title": "Яблоки", "description": "und MILCH", "due_date": "2026-11-22T10:00:00Z"},
    {"title": "100% _done_", "priority": "medium"},
    {"title": "zebra", "priority": "high", "completed": True},
    {"title": "Apple", "description": 'It\'s "fine" \\ here', "due_date": "2026-11-23T10:00:00.001Z"},
]
TITLES = [task["title"] for task in TASKS]


@pytest.fixture(scope="module")
def alice(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    """Has the tasks above, made in this order; the first two with the tag `home`, the second and third with `work`.

    Another user has the same, and none of it shows here.
    """
    for name in ("bob", "alice"):
        api = OwnedApi.sign_up(issuer, backend, name)
        home, work = api.make_tag("home"), api.make_tag("work")
        for task, tag_ids in zip(TASKS, [[home], [home, work], [work], [], [], []], strict=True):
            api.make_task(tag_ids=tag_ids, **task)
    return api


def titles(api: OwnedApi, **query: Any) -> list[str]:
    """Of all that a query gives."""
    answer = api.get("/tasks", **query)
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == len(answer.json()["items"])
    return [task["title"] for task in answer.json()["items"]]


def numbers(api: OwnedApi, **query: Any) -> list[int]:
    """The same by their places in TASKS, sorted."""
    return sorted(TITLES.index(title) for title in titles(api, **query))


FILTERS: dict[str, tuple[dict[str, Any], list[int]]] = {
    "none": ({}, [0, 1, 2, 3, 4, 5]),
    "all": ({"status": "all"}, [0, 1, 2, 3, 4, 5]),
    "open": ({"status": "open"}, [0, 2, 3, 5]),
    "completed": ({"status": "completed"}, [1, 4]),
    "low": ({"priority": "low"}, [0]),
    "high": ({"priority": "high"}, [1, 4]),
    # At that moment counts for due_after, not for due_before; a task that is never due is neither.
    "due-after": ({"due_after": "2026-11-23T10:00:00Z"}, [0, 1, 5]),
    "due-after-by-a-millisecond": ({"due_after": "2026-11-23T10:00:00.001Z"}, [1, 5]),
    "due-before": ({"due_before": "2026-11-23T10:00:00Z"}, [2]),
    "due-before-by-a-millisecond": ({"due_before": "2026-11-23T10:00:00.001Z"}, [0, 2]),
    "due-on-a-day": ({"due_after": "2026-11-23T00:00Z", "due_before": "2026-11-24T00:00Z"}, [0, 5]),
    "due-on-a-day-far-east": ({"due_after": "2026-11-23T00:00+14:00", "due_before": "2026-11-24T00:00+14:00"}, [2]),
    "due-never": ({"due_after": "2026-11-24T00:00Z", "due_before": "2026-11-23T00:00Z"}, []),
    "due-ever": ({"due_after": "0001-01-01T00:00Z", "due_before": "9999-12-31T23:59:59.999Z"}, [0, 1, 2, 5]),
    "search-title": ({"search": "apple"}, [5]),
    "search-description": ({"search": "milch"}, [2]),
    "search-both": ({"search": "E"}, [0, 1, 3, 4, 5]),
    "search-accent": ({"search": "éCLAIR"}, [0]),
    "search-without-accent": ({"search": "eclair"}, []),
    "search-cyrillic": ({"search": "яБЛОК"}, [2]),
    "search-sharp-s": ({"search": "STRASSE"}, [1]),
    "search-inner-space": ({"search": "n ba"}, []),
    "search-across-words": ({"search": "air ba"}, [0]),
    "search-percent": ({"search": "%"}, [3]),
    "search-underscore": ({"search": "_"}, [3]),
    "search-quotes": ({"search": 'it\'s "FINE" \\'}, [5]),
    "search-sql": ({"search": "' or '1'='1"}, []),
    "search-longest": ({"search": "x" * 255}, []),
    "search-empty": ({"search": ""}, [0, 1, 2, 3, 4, 5]),
    "open-and-low": ({"status": "open", "priority": "low"}, [0]),
    "completed-and-low": ({"status": "completed", "priority": "low"}, []),
    "all-filters": (
        {"status": "completed", "priority": "high", "due_after": "2026-11-24T00:00Z", "search": "Straße"},
        [1],
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter(alice: OwnedApi, name: str) -> None:
    query, expected = FILTERS[name]
    assert numbers(alice, **query) == expected


def test_tags_are_any_of(alice: OwnedApi) -> None:
    home, work = (tag["id"] for tag in alice.get("/tags").json()["items"])
    assert numbers(alice, tag=home) == [0, 1]
    assert numbers(alice, tag=[home, work]) == [0, 1, 2]
    assert numbers(alice, tag=[work, work]) == [1, 2]
    assert numbers(alice, tag=2**63 - 1) == []
    assert numbers(alice, tag=[2**63 - 1, work]) == [1, 2]
    assert numbers(alice, tag=[work] * 100) == [1, 2]
    assert numbers(alice, tag=home, status="open") == [0]
    assert numbers(alice, tag=[home, work], search="яблоки") == [2]


# By number in TASKS. What has no value comes last in both orders; ties have the order of the ids.
ORDERS: dict[str, tuple[dict[str, str], list[int]]] = {
    "due-date": ({"sort_by": "due_date", "order": "asc"}, [2, 0, 5, 1]),
    "due-date-descending": ({"sort_by": "due_date", "order": "desc"}, [1, 5, 0, 2]),
    "due-date-descending-by-default": ({"sort_by": "due_date"}, [1, 5, 0, 2]),
    "title": ({"sort_by": "title", "order": "asc"}, [3, 5, 1, 4, 0, 2]),
    "title-descending": ({"sort_by": "title", "order": "desc"}, [2, 0, 4, 1, 5, 3]),
}


@pytest.mark.parametrize("name", ORDERS)
def test_an_order(alice: OwnedApi, name: str) -> None:
    query, expected = ORDERS[name]
    listed = [TITLES.index(title) for title in titles(alice, **query)]
    assert listed[: len(expected)] == expected
    nulls = [task["id"] for task in alice.get("/tasks", **query).json()["items"]][len(expected) :]
    assert nulls == sorted(nulls)


def test_priority_rises_from_low_to_high_and_ties_have_the_order_of_the_ids(alice: OwnedApi) -> None:
    def listed(order: str) -> list[tuple[str | None, str]]:
        items = alice.get("/tasks", sort_by="priority", order=order).json()["items"]
        return [(task["priority"], task["id"]) for task in items]

    rising, falling = listed("asc"), listed("desc")
    assert [priority for priority, _ in rising] == ["low", "medium", "high", "high", None, None]
    assert [priority for priority, _ in falling] == ["high", "high", "medium", "low", None, None]
    for order in (rising, falling):
        for priority in ("high", None):
            ids = [id for its, id in order if its == priority]
            assert ids == sorted(ids)


def test_the_newest_comes_first_by_default(alice: OwnedApi) -> None:
    for query in ({}, {"sort_by": "created_at"}, {"order": "desc"}, {"sort_by": "created_at", "order": "desc"}):
        made = [task["created_at"] for task in alice.get("/tasks", **query).json()["items"]]
        assert made == sorted(made, reverse=True)
    made = [task["created_at"] for task in alice.get("/tasks", order="asc").json()["items"]]
    assert made == sorted(made)


@pytest.mark.parametrize("sort_by", ["created_at", "due_date", "priority", "title"])
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 4, 6])
def test_pages_are_the_list_cut_in_pieces(alice: OwnedApi, sort_by: str, order: str, limit: int) -> None:
    whole = alice.get("/tasks", sort_by=sort_by, order=order).json()["items"]
    pages = -(-len(TASKS) // limit)
    pieces = []
    for page in range(1, pages + 2):
        piece = alice.get("/tasks", sort_by=sort_by, order=order, limit=limit, page=page).json()
        assert (piece["total"], piece["page"], piece["limit"], piece["pages"]) == (6, page, limit, pages)
        assert len(piece["items"]) <= limit
        pieces += piece["items"]
    assert pieces == whole


def test_the_total_is_of_what_the_filter_leaves(alice: OwnedApi) -> None:
    answer = alice.get("/tasks", priority="high", limit=1, page=2).json()
    assert (answer["total"], answer["pages"], len(answer["items"])) == (2, 2, 1)
    past_the_end = alice.get("/tasks", priority="high", page=2**63 // 100 - 1).json()
    assert (past_the_end["items"], past_the_end["total"], past_the_end["pages"]) == ([], 2, 1)


BAD_QUERIES = {
    "page-0": ("page=0", ["?page"]),
    "page-negative": ("page=-1", ["?page"]),
    "page-empty": ("page=", ["?page"]),
    "page-without-value": ("page", ["?page"]),
    "page-fraction": ("page=1.0", ["?page"]),
    "page-blank": ("page=+1", ["?page"]),
    "page-too-large": (f"page={2**63}", ["?page"]),
    "page-full-width": ("page=%EF%BC%91", ["?page"]),
    "escape-without-digits": ("search=%zz", ["?"]),
    "bracket": ("search=[x", ["?"]),
    "nothing-between-two": ("page=1&&limit=1", ["?"]),
    "nothing-last": ("page=1&", ["?"]),
    "limit-0": ("limit=0", ["?limit"]),
    "limit-101": ("limit=101", ["?limit"]),
    "status-unknown": ("status=done", ["?status"]),
    "status-capital": ("status=Open", ["?status"]),
    "priority-null": ("priority=null", ["?priority"]),
    "priority-empty": ("priority=", ["?priority"]),
    "tag-0": ("tag=0", ["?tag"]),
    "tag-list": ("tag=1,2", ["?tag"]),
    "tag-name": ("tag=home", ["?tag"]),
    "tag-beyond": (f"tag={2**63}", ["?tag"]),
    "tags-101": ("&".join(["tag=1"] * 101), ["?tag"]),
    "due-date-alone": ("due_after=2026-11-23", ["?due_after"]),
    "due-no-such-day": ("due_before=2026-02-30T00:00Z", ["?due_before"]),
    "due-plus-as-blank": ("due_after=2026-11-23T10:00+01:00", ["?due_after"]),
    "search-256": (f"search={'x' * 256}", ["?search"]),
    "search-nul": ("search=a%00b", ["?search"]),
    "search-no-utf-8": ("search=%ff", ["?search"]),
    "sort-by-id": ("sort_by=id", ["?sort_by"]),
    "sort-by-sql": ("sort_by=title;drop", ["?sort_by"]),
    "sort-by-descending": ("sort_by=-title", ["?sort_by"]),
    "order-unknown": ("order=down", ["?order"]),
    "name-in-other-case": ("Status=open", ["?Status"]),
    "unknown": ("color=red", ["?color"]),
    "three-faults": ("page=0&limit=x&color=red", ["?page", "?limit", "?color"]),
}


SHORT = ("page-0", "page-too-large", "limit-101", "status-unknown", "tag-name", "due-date-alone", "sort-by-sql", "three-faults")


@pytest.mark.parametrize("name", cases(BAD_QUERIES, *SHORT))
def test_a_query_that_is_not_taken(alice: OwnedApi, name: str) -> None:
    query, pointers = BAD_QUERIES[name]
    assert_invalid(alice.get(f"/tasks?{query}"), *pointers)
