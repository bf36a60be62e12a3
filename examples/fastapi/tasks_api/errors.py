"""Refusals as RFC 9457 problem documents, with the codes of docs/errors.md."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match

from drawbridge import AuthError

from .auth import auth

MAX_LISTED = 20
DETAILS = {
    "body_malformed": "The body is not valid JSON.",
    "body_too_large": "The body is too large.",
    "conflict": "You have another tag of that name.",
    "headers_too_large": "Request line and headers exceed 32 KiB.",
    "internal_error": "Something went wrong here.",
    "media_type_unsupported": "The body must be JSON: Content-Type application/json, in UTF-8.",
    "method_not_allowed": "This route does not take that method.",
    "not_found": "There is no such object of yours.",
    "store_unavailable": "The database cannot be used now; try again.",
    "user_unknown": "The user no longer exists.",
}


class Refusal(Exception):
    """Ends a request with the problem document of that code."""

    def __init__(self, code: str, detail: str = "", errors: Mapping[str, str] | None = None) -> None:
        """`errors`: by pointer (`/title`, `?page`), what is wrong there; they make the detail."""
        listed = list((errors or {}).items())[:MAX_LISTED]
        if listed:
            pointer, message = listed[0]
            detail = f"{pointer or 'The body'} {message}."
        self.error = AuthError(code, detail or DETAILS[code])
        self.errors = [{"pointer": pointer, "message": message} for pointer, message in listed]

    def response(self, headers: Mapping[str, str] | None = None) -> JSONResponse:
        document = self.error.problem() | ({"errors": self.errors} if self.errors else {})
        if self.error.code == "store_unavailable":
            headers = {"Retry-After": "1"}
        return JSONResponse(document, self.error.status, {**self.error.headers(), **(headers or {})}, PROBLEM_TYPE)


PROBLEM_TYPE = "application/problem+json"


def invalid(pointer: str, message: str) -> Refusal:
    """The 422 for one value."""
    return Refusal("validation_failed", errors={pointer: message})


def pointer_of(location: Sequence[int | str]) -> str:
    """RFC 6901 §3."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in location)


MESSAGES = {"missing": "is required", "extra_forbidden": "is not one that can be set here"}


def message_of(error: Mapping[str, Any]) -> str:
    """Pydantic's, as it follows the name of the value in a sentence."""
    said = str(error["msg"])
    return MESSAGES.get(error["type"], said.replace("Input should", "must").replace("List should", "must"))


def methods_of(request: Request) -> list[str]:
    """Those that the path has, from all its routes: the framework would list those of the first alone."""
    methods: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope | {"method": ""})[0] is not Match.NONE:
            methods |= set(route.methods)
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


async def answer_to_framework(request: Request, error: StarletteHTTPException) -> JSONResponse:
    """What no route took. Whether a path has a method is told to those who may use the path only."""
    if error.status_code != 405:
        return Refusal("not_found", "There is no such route.").response()
    allowed = methods_of(request)
    try:
        if "user_id" in request.path_params:
            await auth.verify_user_access(request)
        elif request.url.path.startswith("/api/"):
            await auth.get_current_user(request)
    except AuthError as refused:
        return JSONResponse(refused.problem(), refused.status, refused.headers(), PROBLEM_TYPE)
    return Refusal("method_not_allowed").response({"Allow": ", ".join(allowed)})


async def answer_to_refusal(request: Request, refusal: Refusal) -> JSONResponse:
    return refusal.response()


def install(app: FastAPI) -> None:
    app.add_exception_handler(Refusal, answer_to_refusal)  # type: ignore[arg-type]  # a handler of its own kind
    app.add_exception_handler(StarletteHTTPException, answer_to_framework)  # type: ignore[arg-type]  # likewise
