"""What a route depends on. Each is one object that does all by itself, because nesting is what costs in FastAPI."""

# No `from __future__ import annotations` here: FastAPI reads the annotations of `__call__`, and cannot resolve
# names of this module that were left as text.
from collections.abc import Awaitable, Callable
from inspect import isawaitable, iscoroutinefunction

from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from drawbridge import AuthError, Identity, Verifier
from drawbridge.fastapi.problem_response import answer_auth_errors


class BearerDependency(SecurityBase):
    """Verifies the request's bearer token, and shows itself in OpenAPI as the scheme behind "Authorize"."""

    def __init__(self, verifier: Callable[[], Verifier]) -> None:
        self.scheme_name = "BetterAuth"
        self.model = HTTPBearer(bearerFormat="JWT", description="The JWT that Better Auth's `/api/auth/token` gives.")
        self._verifier = verifier

    async def authenticate(self, request: HTTPConnection) -> Identity:
        """The identity that the request's only `Authorization` header proves; `AuthError` otherwise."""
        answer_auth_errors(request)
        return await self._verifier().authenticate_async(_authorization(request))


class CurrentUser(BearerDependency):
    """Whoever sends a good token."""

    async def __call__(self, request: HTTPConnection) -> Identity:
        return await self.authenticate(request)


class OptionalUser(BearerDependency):
    """Whoever sends a good token, or nobody. A token that is not good is refused as everywhere."""

    async def __call__(self, request: HTTPConnection) -> Identity | None:
        try:
            return await self.authenticate(request)
        except AuthError as error:
            if error.code == "token_missing":
                return None
            raise


class UserOfPath(BearerDependency):
    """The user whom the path names; `user_mismatch` for everybody else, whether or not the path's user exists."""

    def __init__(self, verifier: Callable[[], Verifier], parameter: str) -> None:
        super().__init__(verifier)
        self.parameter = parameter

    async def __call__(self, request: HTTPConnection) -> Identity:
        identity = await self.authenticate(request)
        try:
            path_user_id = request.path_params[self.parameter]
        except KeyError:
            route = getattr(request.scope.get("route"), "path", "(no route)")
            raise RuntimeError(parameter_missing(route, self.parameter)) from None
        self._verifier().check_user_access(identity, str(path_user_id))
        return identity


class UserWithRole(BearerDependency):
    """Whoever has the role, by a claim of the token; `role_missing` for everybody else."""

    def __init__(self, verifier: Callable[[], Verifier], role: str) -> None:
        super().__init__(verifier)
        self._role = role

    async def __call__(self, request: HTTPConnection) -> Identity:
        identity = await self.authenticate(request)
        if not identity.has_role(self._role):
            raise AuthError(
                "role_missing",
                "The user lacks a role that this needs.",
                f"The token has no role {self._role!r}; a role given meanwhile is in the next token.",
            )
        return identity


class ActiveUser(BearerDependency):
    """Whom the app's own check knows; `user_unknown` for everybody else."""

    def __init__(self, verifier: Callable[[], Verifier], check: Callable[[Identity], object]) -> None:
        super().__init__(verifier)
        self._check: Callable[[Identity], object | Awaitable[object]] = check
        self._is_async = iscoroutinefunction(check) or iscoroutinefunction(getattr(check, "__call__", None))  # noqa: B004

    async def __call__(self, request: HTTPConnection) -> object:
        identity = await self.authenticate(request)
        found = self._check(identity) if self._is_async else await run_in_threadpool(self._check, identity)
        if isawaitable(found):
            found = await found
        # Whatever is false refuses, a count of 0 as much as None: an unclear answer must not let anybody in.
        if not found:
            raise AuthError(
                "user_unknown",
                "The user no longer exists.",
                "The check that was given to get_current_active_user did not find this user, or found it inactive.",
            )
        return identity if found is True else found


def parameter_missing(route: str, parameter: str) -> str:
    """Why a route cannot be served: its path does not name the user."""
    return (
        f"The route {route} depends on verify_user_access, but its path has no parameter {{{parameter}}}, so there is "
        f"no user to compare with: add it to the path, or name another with BetterAuth(user_id_parameter=...)."
    )


def _authorization(request: HTTPConnection) -> str | None:
    """The value of the only `Authorization` header. Two could be read in two ways, so they are refused."""
    values: list[bytes] = [value for name, value in request.scope["headers"] if name == b"authorization"]
    if len(values) > 1:
        raise AuthError(
            "token_malformed",
            "The request has several Authorization headers.",
            "Send exactly one: Authorization: Bearer <JWT>.",
        )
    return values[0].decode("latin-1") if values else None
