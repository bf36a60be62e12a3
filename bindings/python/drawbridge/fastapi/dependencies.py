"""What a route depends on. Each is one object that does all by itself, because nesting is what costs in FastAPI."""

# No `from __future__ import annotations` here: FastAPI reads the annotations of `__call__`, and cannot resolve
# names of this module that were left as text.
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from inspect import isasyncgenfunction, isawaitable, iscoroutinefunction, isgeneratorfunction, isroutine
from typing import Any, NamedTuple
from uuid import UUID
from weakref import ref

from fastapi.openapi.models import HTTPBearer
from fastapi.openapi.models import SecurityBase as SecurityBaseModel
from fastapi.security.base import SecurityBase
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from drawbridge import AuthError, Identity, Verifier
from drawbridge.fastapi.compared_parameter import Compared, fault_of, is_uuid, matched_route, parameter_missing
from drawbridge.fastapi.cookie_answers import expect_private_answers, mark_as_counted_by, mark_as_of_nobody
from drawbridge.fastapi.problem_response import answer_auth_errors
from drawbridge.settings import ShownCredentials

# By which a request may count, beside Authorization.
_HEADERS = {"session": "Cookie", "key": "x-api-key"}


class VerifierSource(NamedTuple):
    """Of one Better Auth: where its dependencies get the verifier, what the scheme behind "Authorize" is called, and
    which credentials the app's document names."""

    verifier: Callable[[], Verifier[Any]]
    scheme_name: str
    shown_credentials: Callable[[], ShownCredentials]


class CredentialDependency(SecurityBase):
    """Verifies the credential that counts, and shows itself in OpenAPI as the scheme behind "Authorize": that of the
    token, to which openapi.py adds those of the other kinds that are taken."""

    kinds: frozenset[str] = frozenset({"token", "session", "key"})
    """Of the credentials that may get in."""

    def __init__(self, source: VerifierSource) -> None:
        self.scheme_name: str = source.scheme_name
        self.model: SecurityBaseModel = HTTPBearer(
            bearerFormat="JWT", description="The JWT that Better Auth's `/api/auth/token` gives."
        )
        self._verifier = source.verifier
        self.source = source

    async def authenticate(self, request: HTTPConnection) -> Identity:
        """The identity that the request's credential proves; `AuthError` otherwise."""
        answer_auth_errors(request)
        verifier = self._verifier()
        # Out of the scope itself: the request would make an object of each, and this is done for each request.
        scope = request.scope
        headers = scope["headers"]
        taken = verifier.credentials
        if "session" in taken or "key" in taken:
            expect_private_answers(request)
            if verifier.counts_by_cookie(headers):
                mark_as_counted_by(request, "Cookie")
            elif "key" in taken and any(name == b"x-api-key" for name, _ in headers):
                mark_as_counted_by(request, "x-api-key")
        client = scope.get("client")
        identity = await verifier.authenticate_request_async(
            headers,
            method=scope.get("method", ""),
            is_websocket=scope["type"] == "websocket",
            client_address=client[0] if client else None,
        )
        # `request.state.identity`, for middleware, which sees it also where the user is then refused.
        scope.setdefault("state", {})["identity"] = identity
        return identity


class CurrentUser(CredentialDependency):
    """Whoever sends a good credential."""

    async def __call__(self, request: HTTPConnection) -> Identity:
        return await self.authenticate(request)


class OptionalUser(CredentialDependency):
    """Whoever sends a good credential, or nobody. One that is not good is refused as everywhere."""

    async def __call__(self, request: HTTPConnection) -> Identity | None:
        try:
            return await self.authenticate(request)
        except AuthError as error:
            if error.code != "token_missing":
                raise
            taken = self._verifier().credentials
            others = tuple(header for kind, header in _HEADERS.items() if kind in taken)
            if others:
                mark_as_of_nobody(request, others)
            return None


class ComparingDependency(CredentialDependency):
    """What compares an id that the request names with the identity."""

    def __init__(self, source: VerifierSource, compared: Compared) -> None:
        super().__init__(source)
        self.compared = compared
        self._sound: dict[int, _SoundRoute] = {}  # by their id(), as long as they live

    def works_with_uuid(self, route: object) -> bool:
        """Whether the route takes the id of its path as a UUID. RuntimeError, and so 500, where it could take it from
        elsewhere: the check at the start cannot see a route that is added later, nor one behind middleware that hides
        what it wraps."""
        sound = self._sound.get(id(route))
        return sound.as_uuid if sound is not None and sound.route() is route else self._check(route)

    def of_path(self, request: HTTPConnection, route: object) -> object:
        if self.compared.parameter not in request.path_params:
            raise RuntimeError(parameter_missing(getattr(route, "path", "(no route)"), self.compared))
        return request.path_params[self.compared.parameter]

    def _check(self, route: object) -> bool:
        if route is None:
            return False
        fault = fault_of(route, self.compared)
        if fault is not None:
            raise RuntimeError(fault)
        key, sound = id(route), self._sound
        as_uuid = is_uuid(route, self.compared.parameter)
        sound[key] = _SoundRoute(ref(route, lambda _: sound.pop(key, None)), as_uuid)
        return as_uuid


class _SoundRoute(NamedTuple):
    """A route that can take the id from nowhere else, and whether it works with a UUID."""

    route: ref[object]
    as_uuid: bool


class UserOfPath(ComparingDependency):
    """The user whom the path names; `user_mismatch` for everybody else, whether or not the path's user exists."""

    def __init__(self, source: VerifierSource, parameter: str) -> None:
        remedy = "BetterAuth(user_id_parameter=...)"
        super().__init__(source, Compared(parameter, "verify_user_access", "user", remedy))
        self.parameter = parameter

    async def __call__(self, request: HTTPConnection) -> Identity:
        identity = await self.authenticate(request)
        route = matched_route(request.scope)
        as_uuid = self.works_with_uuid(route)
        found = self.of_path(request, route)
        user = found if isinstance(found, UUID) else str(found)
        self._verifier().check_user_access(identity, user, as_uuid=as_uuid)
        return identity


class UserWithRole(CredentialDependency):
    """Whoever has one of the roles, by a claim of the token; `role_missing` for everybody else."""

    def __init__(self, source: VerifierSource, roles: tuple[str, ...]) -> None:
        super().__init__(source)
        check_roles(roles, "require_role", "require_role({})")
        self._roles = roles

    async def __call__(self, request: HTTPConnection) -> Identity:
        identity = await self.authenticate(request)
        if not any(identity.has_role(role) for role in self._roles):
            wanted = " or ".join(map(repr, self._roles))
            raise AuthError(
                "role_missing",
                "The user lacks the required role.",
                f"The token has no role {wanted}; a role granted since then appears in the next token.",
            )
        return identity


class SignedInUser(CredentialDependency):
    """A user by a session or a token of theirs; `permission_missing` for an API key."""

    kinds: frozenset[str] = frozenset({"token", "session"})

    async def __call__(self, request: HTTPConnection) -> Identity:
        identity = await self.authenticate(request)
        if identity.credential == "key":
            raise AuthError(
                "permission_missing",
                "An API key is not allowed to do this.",
                "The route requires a signed-in user, with a session or a token (require_session).",
            )
        return identity


class KeyWithPermission(CredentialDependency):
    """An API key that has the permission; `permission_missing` for everything else."""

    kinds: frozenset[str] = frozenset({"token", "key"})  # a key's token is a token, too

    def __init__(self, source: VerifierSource, resource: str, action: str) -> None:
        super().__init__(source)
        for part in (resource, action):
            if not isinstance(part, str) or not part or part != part.strip():
                raise ValueError(
                    'require_permission takes a resource and an action: require_permission("files", "read")'
                )
        self._resource = resource
        self._action = action

    async def __call__(self, request: HTTPConnection) -> Identity:
        identity = await self.authenticate(request)
        if not identity.has_permission(self._resource, self._action):
            raise AuthError(
                "permission_missing",
                "The credential lacks the required permission.",
                f"It lacks the permission {self._resource!r}: {self._action!r}. Only API keys have permissions.",
            )
        return identity


class ActiveUser(CredentialDependency):
    """Whom the app's own check knows; `user_unknown` for everybody else."""

    def __init__(self, source: VerifierSource, check: Callable[[Identity], object]) -> None:
        super().__init__(source)
        if is_any(check, isgeneratorfunction) or is_any(check, isasyncgenfunction):
            raise TypeError(
                "get_current_active_user takes a function that returns the user, but this one yields: a "
                "generator would let everyone in. Use return."
            )
        self._check: Callable[[Identity], object | Awaitable[object]] = check
        self._is_async = is_any(check, iscoroutinefunction)

    async def __call__(self, request: HTTPConnection) -> object:
        identity = await self.authenticate(request)
        found = self._check(identity) if self._is_async else await run_in_threadpool(self._check, identity)
        while isawaitable(found):  # an inner call whose await was forgotten is no answer yet
            found = await found
        # Whatever is false refuses, a count of 0 as much as None: an unclear answer must not let anybody in.
        if not found:
            raise AuthError(
                "user_unknown",
                "The user no longer exists.",
                "The check that was given to get_current_active_user did not find this user, or found it inactive.",
            )
        if _is_unread(found):
            raise RuntimeError(
                f"The check that was given to get_current_active_user returned a {type(found).__name__}, which "
                "does not tell whether the user exists: return the user read from it, or a bool."
            )
        return identity if found is True else found


def check_roles(roles: tuple[object, ...], dependency: str, written: str) -> None:
    """ValueError, with one line, for what no token's role could ever be; `written` is how roles are given."""
    if not roles:
        raise ValueError(f"{dependency} names no role: give one or more, " + written.format('"admin"'))
    for role in roles:
        if not isinstance(role, str):
            raise ValueError(f"{dependency} has a {type(role).__name__}: give each role separately, as a str")
        if "," in role:
            each = ", ".join(f'"{part.strip()}"' for part in role.split(","))
            raise ValueError(
                f'{dependency} has "{role}", but a comma separates roles in a token: for any of them write '
                f"{written.format(each)}"
            )
        if not role or role != role.strip():
            raise ValueError(f'{dependency} has "{role}": a role must not be empty or have white space around it')


def is_any(check: object, kind: Callable[[object], bool]) -> bool:
    """Whether it is a function of this kind, or an object whose call is one."""
    return kind(check) or kind(getattr(check, "__call__", None))  # noqa: B004


def _is_unread(found: object) -> bool:
    """Whether an answer is true whatever it holds: the result of a query that could still be empty when it is read,
    what makes one, or a text (a driver's "SELECT 0", a user's "banned")."""
    kinds = (Iterator, AsyncIterator, AbstractContextManager, AbstractAsyncContextManager, str, bytes)
    return isinstance(found, kinds) or isroutine(found) or hasattr(type(found), "one_or_none")
