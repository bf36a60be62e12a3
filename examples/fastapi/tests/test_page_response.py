"""A page of rows as it goes over the wire."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from tasks_api import page_response
from tasks_api.page_response import PIECE, PageResponse
from tasks_api.schemas import PageQuery


class NoteOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    text: str


@dataclass
class Note:
    text: str


def sent(rows: list[Note], total: int, query: PageQuery) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is asked of the client")

    async def test() -> None:
        response = await PageResponse.of(NoteOut, rows, total, query)
        await response({"type": "http"}, receive, send)

    asyncio.run(test())
    return messages


@pytest.mark.parametrize("count", [0, 1, 2, 100])
@pytest.mark.parametrize("text", ["", 'a "quoted" İ', "\x01" * 10_000], ids=["empty", "quoted", "long"])
def test_it_is_the_json_that_the_contract_wants(count: int, text: str) -> None:
    start, *bodies = sent([Note(text)] * count, 250, PageQuery(page=1, limit=100))
    body = b"".join(message["body"] for message in bodies)
    assert json.loads(body) == {
        "items": [{"text": text}] * count,
        "total": 250,
        "page": 1,
        "limit": 100,
        "pages": 3,
    }
    headers = dict(start["headers"])
    assert (start["status"], headers[b"content-type"]) == (200, b"application/json")
    assert int(headers[b"content-length"]) == len(body)
    assert [message["more_body"] for message in bodies] == [True] * (len(bodies) - 1) + [False]


def test_no_piece_is_much_larger_than_it_should_be() -> None:
    item = len(json.dumps({"text": "\x01" * 10_000}))
    _, *bodies = sent([Note("\x01" * 10_000)] * 100, 100, PageQuery(limit=100))
    assert len(bodies) > 40
    assert max(len(message["body"]) for message in bodies) <= PIECE + item + 1


def test_others_run_while_a_large_page_is_written() -> None:
    async def test() -> int:
        turns = 0

        async def another() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        other = asyncio.create_task(another())
        await PageResponse.of(NoteOut, [Note("\x01" * 10_000)] * 100, 100, PageQuery(limit=100))
        other.cancel()
        return turns

    assert asyncio.run(test()) > 40


def test_a_client_who_takes_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_response, "LONGEST_SILENCE", 0.05)

    async def test() -> None:
        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                await asyncio.Event().wait()

        async def receive() -> Any: ...

        response = await PageResponse.of(NoteOut, [Note("x" * PIECE)] * 3, 3, PageQuery())
        await asyncio.wait_for(response({"type": "http"}, receive, send), 10)

    asyncio.run(test())
