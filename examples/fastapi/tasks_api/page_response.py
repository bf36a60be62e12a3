"""A page of rows as JSON, written and sent piece by piece: a page may have megabytes, and one event loop serves all."""

import asyncio
from collections import deque
from typing import Any

from fastapi import Response
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from .schemas import PageQuery, page_of

PIECE = 64 * 1024  # bytes
LONGEST_SILENCE = 30.0  # seconds in which a client takes nothing


class PageResponse(Response):
    """What is not yet sent stays in memory, so the user's share is held until all is."""

    media_type = "application/json"

    def __init__(self, pieces: deque[bytes]) -> None:
        self._pieces = pieces
        super().__init__(headers={"Content-Length": str(sum(map(len, pieces)))})

    @classmethod
    async def of(cls, item: type[BaseModel], rows: list[Any], total: int, query: PageQuery) -> "PageResponse":
        """The same as FastAPI would give by `page_of`; meanwhile others are served."""
        page = page_of([], total, query)
        del page["items"]
        pieces, piece = deque[bytes](), bytearray(b'{"items":[')
        for index, row in enumerate(rows):
            if len(piece) >= PIECE:
                pieces.append(bytes(piece))
                piece.clear()
                await asyncio.sleep(0)
            piece += b"," if index else b""
            piece += item.model_validate(row).model_dump_json().encode()
        piece += b"]," + ",".join(f'"{name}":{value}' for name, value in page.items()).encode() + b"}"
        pieces.append(bytes(piece))
        return cls(pieces)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while self._pieces:
            body = self._pieces.popleft()
            # The server takes the next piece when the client has taken most of what came before.
            sending = send({"type": "http.response.body", "body": body, "more_body": bool(self._pieces)})
            try:
                await asyncio.wait_for(sending, LONGEST_SILENCE)
            except asyncio.TimeoutError:
                return  # the server closes the connection, since the answer has no end
