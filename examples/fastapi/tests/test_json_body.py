"""Bodies of a megabyte, which one event loop reads for all users."""

import asyncio
import json
import sys
from types import FrameType
from typing import Any

import pytest
from starlette.requests import Request

from tasks_api.caller import Caller, current
from tasks_api.errors import Invalid
from tasks_api.json_body import LARGEST, JsonBody
from tasks_api.schemas import NewTag, NewTask

FEW_CALLS = 12_000  # of functions, in Python or not; a generator that goes on is one more


def read(body: bytes, model: type[NewTask] | type[NewTag] = NewTask) -> Any:
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    scope = {
        "type": "http",
        "method": "POST",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "path_params": {"user_id": "0191e7c4-0000-7000-8000-000000000000"},
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def read_it() -> Any:
        caller = Caller(receive)
        current.set(caller)
        try:
            return await JsonBody(model)(Request(scope, receive))
        finally:
            caller.leave()

    assert len(body) <= LARGEST
    return asyncio.run(read_it())


def task(**members: Any) -> bytes:
    return json.dumps({"title": "x"} | members, ensure_ascii=False).encode()


TAKEN = {
    "all that there is": task(
        description="é" * 10_000, tag_ids=list(range(1, 101)), priority="low", due_date="2026-11-23T10:00Z"
    ),
    "a description of commas": task(description="," * 10_000),
    "a description of quotation marks": task(description='"' * 10_000),
    "a description of backslashes": task(description="\\" * 10_000),
    "a description of both": task(description='\\",' * 3_333),
    "a description of emoji, escaped": json.dumps({"title": "x", "description": "\U0001f600" * 10_000}).encode(),
    "white space": b'{"title":"x"' + b" " * 1_000_000 + b"}",
    "white space in the title": task(title="x" + "\u3000" * 1_705),
}
NUMBERS = b",".join(b"%d" % number for number in range(1, 19_000))
MEMBERS = b",".join(b'"%d":1e5' % number for number in range(1, 19_000))
TOO_MANY = "has far more members than there are"
REFUSED = {
    "members": (b'{"title":"x",' + MEMBERS + b"}", "", TOO_MANY),
    "members in a small body": (b'{"title":"x",' + MEMBERS[:15_000] + b'":1}', "", TOO_MANY),
    "members of a member": (b'{"title":"x","a":{' + MEMBERS + b"}}", "", TOO_MANY),
    "members behind a quotation mark": (b'{"title":"\\"\\\\",' + MEMBERS + b"}", "", TOO_MANY),
    "members whose names end in backslashes": (
        b'{"title":"x",' + b",".join(b'"%d\\\\":1' % number for number in range(9_000)) + b"}",
        "",
        TOO_MANY,
    ),
    "ids of tags": (b'{"title":"x","tag_ids":[' + NUMBERS + b"]}", "", TOO_MANY),
    "numbers with fractions": (b'{"title":"x","a":[' + NUMBERS.replace(b",", b".5,") + b"]}", "", TOO_MANY),
    "escapes": (b'{"title":"' + b"\\u00e9" * 170_000 + b'"}', "", "has far more escapes than there may be"),
    "white space in the title": (task(title="xx" + "\u3000" * 1_705), "/title", "must have 1 to 255 characters"),
    "white space without end": (task(title="x" + "\u3000" * 340_000), "/title", "must have 1 to 255 characters"),
    "a title": (task(title="é" * 500_000), "/title", "must have 1 to 255 characters"),
    "a title of NUL": (task(title="\0" * 8_000), "/title", "must have 1 to 255 characters"),
    "a description": (task(description="é" * 500_000), "/description", "must have at most 10000 characters"),
    "a priority": (task(priority="é" * 500_000), "/priority", "must be 'low'"),
    "a time": (task(due_date="é" * 500_000), "/due_date", "must be a date-time"),
    "an id of a tag": (task(tag_ids=["é" * 500_000]), "/tag_ids/0", "must be a valid integer"),
    "a member that there is not": (task(**{"é" * 500_000: 1}), "/" + "é" * 64, "is not one that can be set here"),
}
REFUSED_TAGS = {
    "a name": (b'{"name":"' + "é".encode() * 500_000 + b'"}', "/name", "must have 1 to 50 characters"),
    "a colour": (b'{"name":"x","color":"' + "é".encode() * 500_000 + b'"}', "/color", "must be a colour"),
}


class Calls:
    def __init__(self) -> None:
        self.count = 0

    def _see(self, frame: FrameType, event: str, arg: object) -> None:
        self.count += event in ("call", "c_call")

    def __enter__(self) -> "Calls":
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)


@pytest.mark.parametrize("name", TAKEN)
def test_what_a_task_may_have_is_taken(name: str) -> None:
    given = json.loads(TAKEN[name])
    assert read(TAKEN[name]).description == given.get("description")


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_TAGS])
def test_what_is_too_much_is_refused_before_it_is_looked_at(name: str) -> None:
    body, pointer, message = (REFUSED | REFUSED_TAGS)[name]
    with Calls() as calls, pytest.raises(Invalid) as refused:
        read(body, NewTask if name in REFUSED else NewTag)
    (error,) = refused.value.errors
    assert error["pointer"] == pointer
    assert error["message"].startswith(message)
    assert calls.count < FEW_CALLS


def test_members_up_to_the_most_are_told_by_their_names() -> None:
    with pytest.raises(Invalid) as refused:
        read(task(**{f"a{number}": number for number in range(99)}))
    assert [error["pointer"] for error in refused.value.errors] == [f"/a{number}" for number in range(20)]


@pytest.mark.parametrize(
    "body",
    [task(**{f"a{number}": number for number in range(100)}), task(a=[{f"a{n}": n for n in range(50)}] * 2)],
    ids=["in one object", "in several"],
)
def test_a_body_has_a_hundred_members_at_most(body: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read(body)
    assert [(error["pointer"], error["message"]) for error in refused.value.errors] == [
        ("", "must have at most 100 members")
    ]
