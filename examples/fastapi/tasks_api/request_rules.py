"""What is checked of every request before any route sees it, and what every answer has."""

import logging
import re
import secrets
from contextlib import nullcontext
from urllib.parse import unquote_to_bytes

from drawbridge import AuthError
from drawbridge.fastapi import problem_response
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .auth import auth
from .caller import Caller, current
from .gate import Gate
from .query import MOST_PARAMETERS
from .settings import settings

log = logging.getLogger(__name__)
LARGEST_HEAD = 32 * 1024
AT_ONCE = 8  # requests of one sender
BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
BAD_CHARACTER = re.compile("[\0-\x1f\x7f-\x9f/\\\\]")


def is_path(raw: bytes) -> bool:
    """Whether each segment, decoded once, is what a route may see. The server decodes the path as a whole, so that an
    encoded slash would part segments."""
    if not raw.startswith(b"/") or BAD_ESCAPE.search(raw):
        return False
    try:
        segments = [unquote_to_bytes(segment).decode() for segment in raw[1:].split(b"/")]
    except UnicodeDecodeError:
        return False
    return not any(segment in ("", ".", "..") or BAD_CHARACTER.search(segment) for segment in segments)


def framing_fault(scope: Scope) -> str:
    """What two servers could read in two ways, as far as is seen here (RFC 9112 §2.3 and §6.1). h11 reads chunks where
    the other server may have gone by the length."""
    if scope["http_version"] not in ("1.0", "1.1"):
        return "The version of HTTP is not 1.0 or 1.1."
    names = [name for name, _ in scope["headers"]]
    if b"transfer-encoding" not in names:
        return ""
    if b"content-length" in names:
        return "Content-Length and Transfer-Encoding are both there."
    if scope["http_version"] == "1.0":
        return "HTTP/1.0 has no Transfer-Encoding."
    return ""


class Framing:
    """Refuses what has no certain end, whoever sends it and wherever to, and closes the connection: what comes behind
    may be part of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = framing_fault(scope) if scope["type"] in ("http", "websocket") else ""
        if not fault:
            await self.app(scope, receive, send)
            return
        answer = await problem_response(HTTPConnection(scope), AuthError("request_malformed", fault))
        answer.headers["Connection"] = "close"
        await answer(scope, receive, send)


def with_no_more_than_is_refused(query: bytes) -> bytes:
    """FastAPI reads the whole query of every request, whether or not a route asks for it. One parameter too many is
    refused where it is a query's turn, behind the token."""
    return b"&".join(query.split(b"&", MOST_PARAMETERS + 1)[: MOST_PARAMETERS + 1])


class RequestRules:
    """Refuses what is too large or has no good path, answers when something went wrong, and knows when a request is
    over."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._gate = Gate(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def refuse(error: AuthError) -> None:
            answer = await problem_response(Request(scope), error)
            await answer(scope, receive, send)

        lines = [(scope["raw_path"], scope["query_string"]), *scope["headers"]]
        if sum(len(name) + len(value) + len(": \r\n") for name, value in lines) > LARGEST_HEAD:
            await refuse(AuthError("headers_too_large", "Request line and headers exceed 32 KiB."))
            return
        if not is_path(scope["raw_path"]):
            await refuse(AuthError("not_found", "There is no such route."))
            return
        scope = {**scope, "query_string": with_no_more_than_is_refused(scope["query_string"])}
        sender = b"".join(value for name, value in scope["headers"] if name == b"authorization")
        caller = Caller(receive)
        current.set(caller)
        try:
            async with self._gate.passage(sender, caller) if sender else nullcontext():
                await self.app(scope, caller.receive, send)
        except ClientDisconnect:
            pass
        except AuthError as error:
            await refuse(error)
        except Exception:
            log.exception("request %s failed", scope["state"].get("request_id"))
            await refuse(AuthError("internal_error"))
        finally:
            caller.leave()


def _counts_by_cookie(scope: Scope) -> bool:
    return settings.takes_sessions and auth.verifier.counts_by_cookie(scope["headers"])


class CommonHeaders:
    """Puts on every answer what all of them have. HEAD is answered as GET; the server leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers["Cache-Control"] = "private, no-store" if _counts_by_cookie(scope) else "no-store"
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Vary"] = "Origin"
            await send(message)

        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        state = {**scope.get("state", {}), "request_id": request_id}
        await self.app({**scope, "method": method, "state": state}, receive, send_with_headers)
