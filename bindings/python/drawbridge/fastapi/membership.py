"""The dependency for what belongs to an organization, and how else than by `membership_missing` it may refuse."""

# No `from __future__ import annotations` here: FastAPI reads the annotations of `__call__`.
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass
from inspect import isasyncgenfunction, isawaitable, iscoroutinefunction, isgeneratorfunction
from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from drawbridge import AuthError, Identity, check_membership, knows_membership
from drawbridge.fastapi.compared_parameter import Compared, matched_route
from drawbridge.fastapi.dependencies import ComparingDependency, VerifierSource, check_roles, is_any

FindRoles = Callable[[Identity, str], object]
"""The roles of a user in the organization with this id, as `require_membership` describes its `fallback`."""


@dataclass(frozen=True)
class Refusal:
    """What a client is told in place of `membership_missing`: a code of the app's own with a `status` of 403, or of 404
    where nobody should learn what there is, or one of `drawbridge.ERROR_CODES` with these statuses, and a detail.

    ValueError for any other status: after a 401 a client would get itself a new token, and be refused again.
    """

    code: str
    detail: str = ""
    _: KW_ONLY
    status: int | None = None

    def __post_init__(self) -> None:
        if self.error().status not in (403, 404):
            raise ValueError(f"Refusal({self.code!r}) has the status {self.error().status}: give 403 or 404")

    def error(self, hint: str = "") -> AuthError:
        return AuthError(self.code, self.detail, hint, status=self.status)


class MemberOf(ComparingDependency):
    """A member of the organization that the path or the query names; `membership_missing` for everybody else, whether
    or not that organization exists."""

    def __init__(
        self,
        source: VerifierSource,
        parameter: str,
        roles: frozenset[str] | None,
        place: Literal["path", "query"],
        fallback: FindRoles | None,
        refusal: Refusal | None,
    ) -> None:
        if place not in ("path", "query"):
            raise ValueError(f'require_membership takes an organization from "path" or "query", not from {place!r}')
        if roles is not None:
            check_roles(tuple(roles), "require_membership", "roles={{{}}}")
        if fallback and (is_any(fallback, isgeneratorfunction) or is_any(fallback, isasyncgenfunction)):
            raise TypeError("require_membership takes a fallback that returns roles, but this one yields: use return.")
        remedy = "require_membership(...)"
        super().__init__(source, Compared(parameter, "require_membership", "organization", remedy, place))
        self._roles = roles
        self._fallback = fallback
        self.needs_token: bool = fallback is None
        """Whether it refuses users whose credential names no organizations."""
        self._refusal = refusal
        self.refused_with: int = refusal.error().status if refusal else 403

    async def __call__(self, request: HTTPConnection) -> Identity:
        identity = await self.authenticate(request)
        organization = self._organization_of(request)
        hint = await self._hint_of_refusal(identity, organization)
        if hint is None:
            return identity
        if self._refusal is not None:
            raise self._refusal.error(hint)
        raise AuthError(
            "membership_missing",
            "The user is not a member of this organization, or lacks the required role in it.",
            hint,
        )

    def _organization_of(self, request: HTTPConnection) -> str:
        route = matched_route(request.scope)
        self.works_with_uuid(route)  # or a RuntimeError; the id is compared as a text either way
        if self.compared.place == "path":
            return str(self.of_path(request, route))
        found = request.query_params.getlist(self.compared.parameter)
        if len(found) != 1:
            raise AuthError("validation_failed", f"The query must have {self.compared.parameter} once.")
        return found[0]

    async def _hint_of_refusal(self, identity: Identity, organization: str) -> str | None:
        if self._fallback is not None and not knows_membership(identity, organization):
            roles = _roles_of(await _called(self._fallback, identity, organization))
            if not roles:
                return "The fallback that was given to require_membership found no membership."
            if self._roles is not None and self._roles.isdisjoint(roles):
                return "The fallback that was given to require_membership found no role that this requires."
            return None
        try:
            check_membership(identity, organization, self._roles)
        except AuthError as error:
            return error.hint
        return None


async def _called(fallback: FindRoles, identity: Identity, organization: str) -> object:
    """A plain function runs in a thread, as FastAPI's own dependencies do."""
    call: Callable[[Identity, str], object | Awaitable[object]] = fallback
    is_async = is_any(fallback, iscoroutinefunction)
    found = call(identity, organization) if is_async else await run_in_threadpool(call, identity, organization)
    while isawaitable(found):  # an inner call whose await was forgotten is no answer yet
        found = await found
    return found


def _roles_of(found: object) -> frozenset[str]:
    """None at all for no member. RuntimeError for what is neither roles nor None: it must not let anybody in."""
    if found is None:
        return frozenset()
    if isinstance(found, str):
        return frozenset(role.strip() for role in found.split(",")) - {""}
    if isinstance(found, (list, tuple, set, frozenset)) and all(isinstance(role, str) for role in found):
        return frozenset(found) - {""}
    raise RuntimeError(
        f"The fallback that was given to require_membership returned a {type(found).__name__}: return the user's roles "
        'there, as Better Auth has them ("admin,member") or as a list of str, or None for no member.'
    )
