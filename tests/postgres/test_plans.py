"""Among many users and tasks every statement of the API finds its rows by their owner.

The plans are those that the server really carried out: it writes them into its log, statement by statement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

import many_rows
from backend import Backend
from better_auth import BetterAuth, Person
from conftest import StartBackend
from database import SERVE_ROLE, PostgresDatabase
from pooler import Pooler
from private_postgres import PrivatePostgres
from process import LONG, wait_until

Plan = dict[str, Any]

USERS, TASKS = (many_rows.USERS, many_rows.TASKS) if LONG else (5_000, 100_000)

LED = """
select indexrelid::regclass::text, attname from pg_index
join pg_attribute on attrelid = indrelid and attnum = indkey[0]
join (values ('tasks', 'user_id'), ('tags', 'user_id'), ('task_tags', 'user_id'), ('"user"', 'uuid')) as owned (tab, owner)
  on indrelid = tab::regclass and attname = owner
"""

REPEATED = 3  # in a session, of two: each makes its plan once, whatever the parameters are

EVERY_ROLE_SETTING = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_format": "json",
}

SORTS = [f"sort_by={key}&order={order}" for key in ("created_at", "due_date", "priority", "title") for order in ("asc", "desc")]
FILTERS = {
    "none": "",
    "status": "status=open",
    "priority": "priority=high",
    "due": "due_after=2026-01-01T00:00:00Z&due_before=2036-01-01T00:00:00Z",
    "tag": "tag={tag}",
    "search": "search=bridge",
    "all": "status=open&priority=low&due_after=2026-01-01T00:00:00Z&tag={tag}&search=Bridge",
    "last-page": "page=9&limit=3",
}


def plans_in(log: str) -> list[tuple[str, Plan]]:
    """Each statement with its plan."""
    plans = []
    for start in re.finditer(r"plan:\n\t?", log):
        text = log[start.end() :].replace("\n\t", "\n")
        found, _ = json.JSONDecoder().raw_decode(text)
        plans.append((found["Query Text"], found["Plan"]))
    return plans


def nodes_of(plan: Plan) -> Iterator[Plan]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes_of(child)


def faults_of(plan: Plan, led: dict[str, str]) -> list[str]:
    """The nodes that read a table other than by the owner of its rows; `led` has the indexes that begin with the
    owner, and their first columns."""
    faults = []
    for node in nodes_of(plan):
        kind, table, index = node["Node Type"], node.get("Relation Name"), node.get("Index Name")
        condition = node.get("Index Cond", "")
        if index is not None:
            # PostgreSQL writes a condition in the order of the index's columns.
            if index not in led or not condition.lstrip("(").startswith(f"{led[index]} = "):
                faults.append(f"{kind} by {index} {condition}")
        elif table is not None and kind not in ("Bitmap Heap Scan", "ModifyTable"):
            faults.append(f"{kind} of {table}")
    return faults


@pytest.fixture(scope="module")
def crowd(issuer: BetterAuth) -> PostgresDatabase:
    database = issuer.database
    assert isinstance(database, PostgresDatabase)
    many_rows.fill(database, USERS, TASKS)
    assert database.execute("select count(*) >= ? from tasks", TASKS) == [(True,)]
    for name, value in EVERY_ROLE_SETTING.items():
        database.execute(f"alter role {SERVE_ROLE} set {name} = '{value}'")
    return database


@pytest.fixture(scope="module")
def led(crowd: PostgresDatabase) -> dict[str, str]:
    return dict(crowd.execute(LED))


@pytest.fixture(scope="module", params=["directly", "through a pooler"])
def explained(
    crowd: PostgresDatabase,
    start_backend: StartBackend,
    issuer: BetterAuth,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Backend]:
    """Behind a pooler no statement is prepared."""
    if request.param == "directly":
        yield start_backend(issuer, drawbridge_threads=1)
        return
    with Pooler(crowd, tmp_path_factory.mktemp("pooler")).running() as pooler:
        yield start_backend(issuer, drawbridge_threads=1, database_url=pooler.url_of(crowd.serve_url))


@pytest.fixture(scope="module")
def owner(explained: Backend, issuer: BetterAuth) -> tuple[Person, str, int]:
    """With 30 tasks, a token, and the id of a tag of theirs."""
    person = issuer.sign_up("owner")
    token = person.token()
    tag = explained.call("POST", f"/api/v1/{person.uuid}/tags", token, json={"name": "T"}).json()["id"]
    for number in range(30):
        body = {"title": f"Bridge {number}", "tag_ids": [tag]}
        assert explained.call("POST", f"/api/v1/{person.uuid}/tasks", token, json=body).status_code == 201
    return person, token, tag


def plans_of_calls(
    server: PrivatePostgres, backend: Backend, method: str, path: str, token: str, **more: Any
) -> list[tuple[str, Plan]]:
    before = len(server.program.log())
    for _ in range(REPEATED):
        answer = backend.call(method, path, token, **more)
        assert answer.status_code in (200, 201, 204, 404), answer.text
    # The log comes through a pipe: when this line has come, all before it have.
    mark = f"mark {uuid4()}"
    server.superuser().execute(f"do $$ begin raise log '{mark}'; end $$")
    wait_until(lambda: mark in server.program.log()[before:], 10, "the plans are in the log")
    found = plans_in(server.program.log()[before:])
    # Each connection asks the catalogue once what tasks refer to.
    plans = [(statement, plan) for statement, plan in found if "FROM pg_constraint" not in statement]
    assert len(plans) >= REPEATED
    return plans


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("name", FILTERS)
def test_a_list_of_tasks_is_found_by_its_owner(
    name: str, sort: str, server: PrivatePostgres, explained: Backend, owner: tuple[Person, str, int], led: dict[str, str]
) -> None:
    person, token, tag = owner
    path = f"/api/v1/{person.uuid}/tasks?{sort}&{FILTERS[name].format(tag=tag)}".rstrip("&")
    for statement, plan in plans_of_calls(server, explained, "GET", path, token):
        assert faults_of(plan, led) == [], statement


def test_a_plan_is_made_without_the_parameters(
    server: PrivatePostgres, explained: Backend, owner: tuple[Person, str, int]
) -> None:
    """So that a prepared statement needs one."""
    person, token, _ = owner
    for statement, plan in plans_of_calls(server, explained, "GET", f"/api/v1/{person.uuid}/tasks", token):
        assert person.uuid not in json.dumps(plan), statement


ELSE = {
    "tags": ("GET", "tags", None),
    "a-task": ("GET", f"tasks/{uuid4()}", None),
    "a-tag": ("GET", "tags/1", None),
    "change-a-task": ("PATCH", f"tasks/{uuid4()}", {"title": "T"}),
    "delete-a-task": ("DELETE", f"tasks/{uuid4()}", None),
    "change-a-tag": ("PATCH", "tags/1", {"name": "T"}),
    "delete-a-tag": ("DELETE", "tags/1", None),
    "make-a-task": ("POST", "tasks", {"title": "T"}),
}


@pytest.mark.parametrize("name", ELSE)
def test_everything_else_is_found_by_its_owner_too(
    name: str, server: PrivatePostgres, explained: Backend, owner: tuple[Person, str, int], led: dict[str, str]
) -> None:
    person, token, _ = owner
    method, path, body = ELSE[name]
    more = {} if body is None else {"json": body}
    for statement, plan in plans_of_calls(server, explained, method, f"/api/v1/{person.uuid}/{path}", token, **more):
        assert faults_of(plan, led) == [], statement


def test_the_tags_of_a_task_are_found_by_its_owner(
    server: PrivatePostgres, explained: Backend, owner: tuple[Person, str, int], led: dict[str, str]
) -> None:
    person, token, tag = owner
    path = f"/api/v1/{person.uuid}/tasks"
    task = explained.call("GET", f"{path}?limit=1", token).json()["items"][0]["id"]
    replaced = plans_of_calls(server, explained, "PATCH", f"{path}/{task}", token, json={"tag_ids": [tag]})
    made = plans_of_calls(server, explained, "POST", path, token, json={"title": "T", "tag_ids": [tag]})
    assert any("FROM task_tags" in statement and "OFFSET" in statement for statement, _ in made), "they are counted"
    for statement, plan in replaced + made:
        assert faults_of(plan, led) == [], statement


LED_IN_BAD = {"tasks_by_creation": "user_id", "tags_user_id_id_key": "user_id"}
BAD = {
    "all-rows": {"Node Type": "Seq Scan", "Relation Name": "tasks"},
    "by-another-column": {
        "Node Type": "Index Scan",
        "Relation Name": "tags",
        "Index Name": "tags_pkey",
        "Index Cond": "(id = 1)",
    },
    "by-an-index-that-another-column-leads": {
        "Node Type": "Bitmap Index Scan",
        "Index Name": "tasks_by_time_and_owner",
        "Index Cond": "(user_id = $1)",
    },
    "not-first-by-the-owner": {
        "Node Type": "Index Scan",
        "Relation Name": "tasks",
        "Index Name": "tasks_by_creation",
        "Index Cond": "((created_at > $2) AND (user_id = $1))",
    },
    "every-entry-of-the-index": {
        "Node Type": "Index Only Scan",
        "Relation Name": "tags",
        "Index Name": "tags_user_id_id_key",
    },
    "below": {"Node Type": "Limit", "Plans": [{"Node Type": "Seq Scan", "Relation Name": "user"}]},
}


@pytest.mark.parametrize("name", BAD)
def test_a_plan_that_is_not_led_by_the_owner_is_seen(name: str) -> None:
    assert len(faults_of(BAD[name], LED_IN_BAD)) == 1
