"""An `AuthError` as an answer of an app, and how the app comes to know of it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import Response

from drawbridge import AuthError, _core
from drawbridge.fastapi.cookie_answers import PRIVATE, counted_by

_log = logging.getLogger("drawbridge")

# Starlette types the keys and the handlers of this table as Any itself: a status or a class of exceptions.
_Handlers = MutableMapping[Any, Callable[..., Awaitable[Response]]]


async def problem_response(request: HTTPConnection, error: Exception) -> Response:
    """The problem document for an `AuthError`, with the headers that belong to its code.

    Logs the code and the hint, which is for the developer, as `drawbridge`; never the token or the path's values.
    A WebSocket that is not yet accepted gets the same answer in place of its handshake.
    """
    if not isinstance(error, AuthError):
        raise error
    _core.count_refusal(error.code)
    route = getattr(request.scope.get("route"), "path", "(no route)")
    method = request.scope.get("method", "WebSocket")
    level = logging.WARNING if error.status >= 500 else logging.INFO
    _log.log(level, "%s %s: %d %s. %s", method, route, error.status, error.code, error.hint)
    headers = error.headers()
    if (header := counted_by(request)) is not None:
        headers |= {"Cache-Control": PRIVATE, "Vary": header}
    return JSONResponse(
        error.problem(),
        status_code=error.status,
        headers=headers,
        media_type="application/problem+json",
    )


def answer_auth_errors(request: HTTPConnection) -> None:
    """Lets the app that serves this request answer an `AuthError` with `problem_response`.

    Starlette puts its table of handlers into each request and looks into it when something is raised. So no answer
    depends on whether the lifespan has run, which many test clients leave out. A handler of the app's own stays.
    """
    tables = request.scope.get("starlette.exception_handlers")
    if tables is not None and AuthError not in tables[0]:
        handlers: _Handlers = tables[0]
        handlers[AuthError] = problem_response


def answer_auth_errors_everywhere(app: FastAPI) -> None:
    """The same for routes that use no dependency of ours, once the app has started.

    `app.add_exception_handler` comes too late then, as the middleware is built, and building it again would make the
    app's own middleware twice. Middleware that hides what it wraps keeps us out, which leaves `answer_auth_errors`.
    """
    layer: object = app.middleware_stack
    while layer is not None and not isinstance(layer, ExceptionMiddleware):
        layer = getattr(layer, "app", None)
    if layer is not None and AuthError not in app.exception_handlers:
        layer.add_exception_handler(AuthError, problem_response)
