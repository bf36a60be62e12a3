"""What schemathesis is told beside the contract: who is signed in, which tags there are, what is refused for a reason
that no schema can state, and two checks of our own. schemathesis.toml names this file."""

from __future__ import annotations

import itertools
import os
import re
from typing import Any
from uuid import UUID

import schemathesis
from refusals import Refused
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import RejectedPositiveData

OWNER = os.environ["CONTRACT_OWNER"]  # the uuid of the user whose token is sent
ON_EVERY_ANSWER = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Origin"}
# What a backend may say in place of that of the page at /docs, which is no secret and large.
OF_THE_PAGE = {"Cache-Control": "no-cache", "Vary": "Origin, Accept-Encoding"}

# What the owner has, as the server's answers tell.
own_tags: set[int] = set()
own_tasks: dict[str, dict[str, Any]] = {}
names = itertools.count(1)


# ---- the request, before it is sent ------------------------------------------------------------------


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Left as drawn, nearly every path would be another user's or name nothing, and every tag would be unknown.

    What is put in place of an id depends on the id, so that a case is the same when it is sent again.
    """
    for part in (case.path_parameters, case.query, case.body):
        write_integers_plainly(part)
    user_id = case.path_parameters.get("user_id")
    if is_uuid(user_id) and UUID(user_id).int % 16 != 0:
        case.path_parameters["user_id"] = OWNER
    if case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL:
        keep_repeatable(case)
    else:
        use_what_there_is(case.path_parameters, case.body)


def write_integers_plainly(value: Any) -> None:
    """To JSON Schema 1.0 is an integer; the contract's description says that integers have no fraction."""
    if not isinstance(value, dict | list):
        return
    for place, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
        write_integers_plainly(item)
        if isinstance(item, float) and item.is_integer():
            value[place] = int(item)


def keep_repeatable(case: Case) -> None:
    """Scenarios are replayed and must then go the same way: their ids come from links, their tag names are new, and
    lists of tags, of which a replay may find some deleted, are left to the other phases."""
    if not isinstance(case.body, dict) or not case.meta.generation.mode.is_positive:
        return
    if "name" in case.body:
        case.body["name"] = f"{case.body['name'][:40]} {next(names)}"
    if "tag_ids" in case.body:
        case.body["tag_ids"] = []


def use_what_there_is(path: dict[str, Any], body: Any) -> None:
    if is_uuid(path.get("task_id")):
        path["task_id"] = own_one(path["task_id"], UUID(path["task_id"]).int, list(own_tasks))
    if is_tag_id(path.get("tag_id")):
        path["tag_id"] = own_one(path["tag_id"], path["tag_id"], sorted(own_tags))
    if isinstance(body, dict) and is_tag_list(body.get("tag_ids")):
        body["tag_ids"] = with_own_tags(body["tag_ids"])


def is_uuid(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", value))


def is_tag_id(value: object) -> bool:
    return type(value) is int and 0 < value < 2**63


def is_tag_list(value: object) -> bool:
    """Only what the contract takes: a list that is wrong on purpose is left alone."""
    if not isinstance(value, list) or len(value) > 100 or not all(map(is_tag_id, value)):
        return False
    return len(set(value)) == len(value)


def own_one(drawn: Any, number: int, own: list[Any]) -> Any:
    """One of those that there are; one of 4 stays unknown."""
    return drawn if not own or drawn in own or number % 4 == 0 else own[number % len(own)]


def with_own_tags(drawn: list[int]) -> list[int]:
    """Distinct tags of one's own; one of 4 lists keeps its unknown ones."""
    if sum(drawn) % 4 == 0:
        return drawn
    known = sorted(own_tags)
    return list(dict.fromkeys(known[tag % len(known)] for tag in drawn)) if known else []


# ---- the answer ----------------------------------------------------------------------------------------


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    if not 200 <= response.status_code < 300 or case.method != case.operation.method.upper():
        return
    operation = case.operation.definition.raw.get("operationId")
    if operation == "listTags":
        own_tags.update(tag["id"] for tag in response.json()["items"])
    elif operation == "createTag":
        own_tags.add(response.json()["id"])
    elif operation == "deleteTag":
        own_tags.discard(int(case.path_parameters["tag_id"]))
    elif operation == "listTasks":
        own_tasks.update((task["id"], task) for task in response.json()["items"])
    elif operation in ("createTask", "replaceTask", "updateTask"):
        own_tasks[response.json()["id"]] = response.json()
    elif operation == "deleteTask":
        own_tasks.pop(case.path_parameters["task_id"].lower(), None)


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Drops the failure "valid data was refused" when each refused value was refused for a good reason."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 422:
        return True
    task = own_tasks.get(str(case.path_parameters.get("task_id")).lower(), {})
    refused = Refused(case.body, case.query, task if case.method == "PATCH" else {}, own_tags)
    return not all(refused.rightly(error["pointer"]) for error in response.json()["errors"])


@schemathesis.check
def owner_is_served(ctx: CheckContext, response: Response, case: Case) -> None:
    """The general checks take 403 and 404 for any request, as the path may name what is not there."""
    if case.auth_identity is None or case.path_parameters.get("user_id", OWNER) != OWNER:
        return
    assert response.status_code not in (401, 403), "the owner is refused on a path of their own"
    if set(case.path_parameters) <= {"user_id"}:
        assert response.status_code != 404, "this path always exists"


@schemathesis.check
def has_the_common_headers(ctx: CheckContext, response: Response, case: Case) -> None:
    """Those that the contract's description promises for every answer."""
    good = response.status_code in (200, 304)
    is_page = case.operation.definition.raw.get("operationId") == "getDocs" and good
    for name, value in ON_EVERY_ANSWER.items():
        allowed = [value, OF_THE_PAGE[name]] if is_page and name in OF_THE_PAGE else [value]
        assert response.headers.get(name.lower()) in [[one] for one in allowed], (
            f"{name}: {response.headers.get(name.lower())}"
        )
