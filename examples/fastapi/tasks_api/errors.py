"""Refusals. Each is an `AuthError` with a code of docs/errors.md, which the package answers with a problem document."""

from collections.abc import Mapping

from drawbridge import AuthError
from drawbridge.fastapi import problem_response
from fastapi import FastAPI, Request, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from .auth import auth

MAX_LISTED = 20
LONGEST_NAME = 64  # what is longer is cut
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MESSAGES = {"missing": "is required", "extra_forbidden": "is not one that can be set here"}


def not_found() -> AuthError:
    """Also for what is there and another user's."""
    return AuthError("not_found", "You have no such object.")


class Invalid(AuthError):
    """422: what is wrong, by pointer into the body (`/title`, RFC 6901) or parameter of the query (`?page`)."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        listed = list(errors.items())[:MAX_LISTED]
        pointer, message = listed[0]
        super().__init__("validation_failed", f"{pointer or 'The body'} {message}.")
        self.errors = [{"pointer": pointer, "message": message} for pointer, message in listed]

    @classmethod
    def body(cls, error: ValidationError) -> "Invalid":
        return cls({_pointer_of(location): message for location, message in _faults_of(error)})

    @classmethod
    def query(cls, error: ValidationError) -> "Invalid":
        return cls({f"?{location[0]!s:.{LONGEST_NAME}}": message for location, message in _faults_of(error)})

    def problem(self) -> dict[str, object]:  # type: ignore[override]  # one member more, which is a list
        return {**super().problem(), "errors": self.errors}


def _pointer_of(location: tuple[int | str, ...]) -> str:
    return "".join(f"/{str(part)[:LONGEST_NAME].replace('~', '~0').replace('/', '~1')}" for part in location)


def _faults_of(error: ValidationError) -> list[tuple[tuple[int | str, ...], str]]:
    """Where and what, in words that follow the name of the value in a sentence."""
    return [
        (fault["loc"], MESSAGES.get(fault["type"], fault["msg"].replace("Input should", "must")))
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def _methods_of(request: Request) -> list[str]:
    """Those that the path has, from all its routes: the framework would list those of the first alone."""
    routes = request.app.routes
    taken = [m for m in METHODS if any(r.matches({**request.scope, "method": m})[0] is Match.FULL for r in routes)]
    return [*taken, "HEAD"] if "GET" in taken else taken


async def _answer_for_the_router(request: Request, error: Exception) -> Response:
    """What no route took. Which methods a path has is told to those only who may use the path."""
    if not isinstance(error, HTTPException) or error.status_code != 405:
        return await problem_response(request, AuthError("not_found", "There is no such route."))
    methods = _methods_of(request)
    try:
        if "user_id" in request.path_params:
            await auth.verify_user_access(request)
        elif request.url.path.startswith("/api/"):
            await auth.get_current_user(request)
    except AuthError as refused:
        return await problem_response(request, refused)
    answer = await problem_response(request, AuthError("method_not_allowed", "This route does not accept that method."))
    answer.headers["Allow"] = ", ".join(methods)
    return answer


def install(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, _answer_for_the_router)
