"""Answers to requests that counted by a session cookie or an API key: a cache that others use too must not keep them,
nor give one that was made for nobody to somebody who sends such a credential.

Of `Authorization` every shared cache knows by itself not to keep them (RFC 9111 §3.5), of these two none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PRIVATE = "private, no-store"

_STARTS = ("http.response.start", "websocket.http.response.start")
_MARK = "drawbridge.counted_by"
_Header = tuple[bytes, bytes]


class _Mark(NamedTuple):
    """By which headers an answer was made, and whether it is somebody's."""

    headers: tuple[str, ...]
    is_private: bool


class CookieAnswers:
    """Middleware that adds `Vary`, and `Cache-Control: private, no-store` where it is somebody's, to the answer of a
    request that is marked, unless it says what caches may do already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or _MARK in scope:  # a mounted app's, inside another
            return await self.app(scope, receive, send)
        # A list of headers, which middleware that copies the scope copies as a reference.
        marks: list[_Mark] = []
        scope[_MARK] = marks

        async def send_privately(message: Message) -> None:
            if marks and message["type"] in _STARTS:
                message = {**message, "headers": _told(message.get("headers", ()), marks)}
            await send(message)

        return await self.app(scope, receive, send_privately)


def keep_answers_private(app: Starlette) -> None:
    """Puts `CookieAnswers` around the app; a second one would do nothing. `add_middleware` comes too late for an app
    that has started."""
    if app.middleware_stack is None:
        app.add_middleware(CookieAnswers)
    elif not isinstance(app.middleware_stack, CookieAnswers):
        app.middleware_stack = CookieAnswers(app.middleware_stack)


def mark_as_counted_by(request: HTTPConnection, header: str) -> None:
    _marks_of(request).append(_Mark((header,), is_private=True))


def mark_as_of_nobody(request: HTTPConnection, headers: tuple[str, ...]) -> None:
    """That there would be another answer, had one of these headers been sent with a credential."""
    _marks_of(request).append(_Mark(headers, is_private=False))


def counted_by(request: HTTPConnection) -> str | None:
    """`Cookie` or `x-api-key`; None for a request that counted by neither."""
    return next((mark.headers[0] for mark in request.scope.get(_MARK, []) if mark.is_private), None)


def expect_private_answers(request: HTTPConnection) -> None:
    """The app that serves this request is one whose answers have to be private. Where no lifespan has run, those of its
    next requests will be."""
    if _MARK not in request.scope and isinstance(app := request.scope.get("app"), Starlette):
        keep_answers_private(app)


def _marks_of(request: HTTPConnection) -> list[_Mark]:
    marks: list[_Mark] = request.scope.setdefault(_MARK, [])  # where no lifespan has run there is none
    return marks


def _told(headers: Iterable[_Header], marks: list[_Mark]) -> list[_Header]:
    kept = list(headers)
    names = {name.lower() for name, _ in kept}
    if any(mark.is_private for mark in marks) and b"cache-control" not in names:
        kept.append((b"cache-control", PRIVATE.encode()))
    for counted in dict.fromkeys(header for mark in marks for header in mark.headers):
        varied = {part.strip().lower() for name, value in kept if name.lower() == b"vary" for part in value.split(b",")}
        if not varied & {b"*", counted.lower().encode()}:
            kept.append((b"vary", counted.encode()))
    return kept
