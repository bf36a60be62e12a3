"""BetterAuth: one object for an app, which has the dependencies for its routes."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Generic, Literal, overload

from fastapi import FastAPI

from drawbridge import Identity, Verifier
from drawbridge.fastapi.cookie_answers import keep_answers_private
from drawbridge.fastapi.dependencies import (
    ActiveUser,
    CurrentUser,
    KeyWithPermission,
    OptionalUser,
    SignedInUser,
    UserOfPath,
    UserWithRole,
    VerifierSource,
)
from drawbridge.fastapi.membership import FindRoles, MemberOf, Refusal
from drawbridge.fastapi.openapi import describe_refusals
from drawbridge.fastapi.problem_response import answer_auth_errors_everywhere
from drawbridge.fastapi.route_check import check_routes
from drawbridge.settings import ShownCredentials, allowed_origins, better_auth_origin, shown_credentials
from drawbridge.verifier_settings import Uuid_co

if TYPE_CHECKING:
    from uuid import UUID

    from typing_extensions import Unpack

    from drawbridge.verifier_settings import VerifierSettings

_log = logging.getLogger("drawbridge")


class BetterAuth(Generic[Uuid_co]):
    """Lets the routes of a FastAPI app trust the users of one Better Auth.

    May be made when a module is imported: it reads the environment and opens nothing until the app starts, or, where
    no lifespan runs, until the first request. Safe to use from any number of threads, event loops and workers.

    `better_auth_url`, `user_claim` and `settings` are what `Verifier` takes; what is not given comes from the
    environment. `user_id_parameter` is the path parameter that `verify_user_access` compares. `scheme_name` is that of
    the scheme behind "Authorize" in OpenAPI, and with `Session` or `Key` behind it that of the cookie and of API keys;
    of several Better Auths in one app each gets its own, by a number where need be. A `verifier` of one's own is used
    as it is and not closed.
    """

    get_current_user: CurrentUser
    """Whoever sends a good credential, of the kinds that `credentials` names: `Identity`; 401 or 503 otherwise, and 403
    `origin_not_allowed` for a session cookie that another site's page sends."""

    get_optional_user: OptionalUser
    """`Identity`, or None without a credential. One that is not good is refused."""

    require_session: SignedInUser
    """A signed-in user, by a session or a token: `Identity`; 403 `permission_missing` for an API key."""

    verify_user_access: UserOfPath
    """The user whom the path names: `Identity`; 401 first, then 403 `user_mismatch`, also for an id that is no UUID.
    With `user_claim="sub"` the path is compared byte by byte; as a UUID where the route's own type is `UUID`."""

    verify_user_match: UserOfPath
    """Another name of `verify_user_access`."""

    @overload
    def __init__(
        self: BetterAuth[UUID],
        better_auth_url: str | None = None,
        *,
        user_id_parameter: str = "user_id",
        scheme_name: str = "BetterAuth",
        user_claim: Literal["uuid"] | None = None,
        **settings: Unpack[VerifierSettings],
    ) -> None: ...

    @overload
    def __init__(
        self: BetterAuth[UUID | None],
        better_auth_url: str | None = None,
        *,
        user_id_parameter: str = "user_id",
        scheme_name: str = "BetterAuth",
        user_claim: str,
        **settings: Unpack[VerifierSettings],
    ) -> None: ...

    @overload
    def __init__(
        self, *, user_id_parameter: str = "user_id", scheme_name: str = "BetterAuth", verifier: Verifier[Uuid_co]
    ) -> None: ...

    def __init__(
        self,
        better_auth_url: str | None = None,
        *,
        user_id_parameter: str = "user_id",
        scheme_name: str = "BetterAuth",
        verifier: Verifier[Uuid_co] | None = None,
        user_claim: str | None = None,
        **settings: Unpack[VerifierSettings],
    ) -> None:
        if verifier is not None and (better_auth_url is not None or user_claim is not None or settings):
            raise ValueError(
                "BetterAuth takes a verifier or the settings for one, not both: give the settings to the verifier."
            )
        self._given = verifier
        # The verifier that was made, or none. No lock: a fork would leave it to the child as it is, held or not.
        self._made: dict[str, Verifier[Uuid_co]] = {}
        self._better_auth_url = better_auth_url
        self._user_claim = user_claim
        self._settings = settings
        self._roles: dict[frozenset[str], UserWithRole] = {}
        self._permissions: dict[tuple[str, str], KeyWithPermission] = {}
        self._memberships: dict[tuple[object, ...], MemberOf] = {}
        self._source = VerifierSource(self._get_verifier, scheme_name, self._shown_credentials)
        self.get_current_user = CurrentUser(self._source)
        self.get_optional_user = OptionalUser(self._source)
        self.require_session = SignedInUser(self._source)
        self.verify_user_access = UserOfPath(self._source, user_id_parameter)
        self.verify_user_match = self.verify_user_access

    @property
    def verifier(self) -> Verifier[Uuid_co]:
        """The verifier behind the dependencies, made when it is first asked for; ValueError when it cannot be."""
        return self._get_verifier()

    @property
    def origin(self) -> str:
        """The origin of Better Auth (RFC 6454 §6.2), `http://localhost:3000`: that of the pages, for CORS.

        That of BETTER_AUTH_URL, whatever path or slash it ends with; ValueError, with one line, where it is not set.
        Reads the settings and opens nothing.
        """
        return self._given.origin if self._given else better_auth_origin(self._better_auth_url)

    @property
    def allowed_origins(self) -> list[str]:
        """The origins whose pages may use the API, for CORS: DRAWBRIDGE_ALLOWED_ORIGINS, else `origin`. By a session
        cookie no other page may change anything. ValueError, with one line, for what cannot work."""
        if self._given:
            return list(self._given.allowed_origins)
        return list(allowed_origins(self._arguments()))

    def require_role(self, *roles: str) -> UserWithRole:
        """A dependency: `Identity` with one of these roles, 403 `role_missing` otherwise.

        Roles are the token's: one that was taken away meanwhile counts until the token ends. The same roles give the
        same object, so that FastAPI runs it once for a request and `dependency_overrides` finds it. ValueError for what
        cannot be a role: in a token a comma separates them. For all of several roles, depend on each.
        """
        made = UserWithRole(self._source, roles)
        return self._roles.setdefault(frozenset(roles), made)

    def require_permission(self, resource: str, action: str) -> KeyWithPermission:
        """A dependency: `Identity` of an API key that has this permission, 403 `permission_missing` otherwise.

        Permissions are a key's: sessions and tokens of users have none and are refused too. A route for both depends on
        `get_current_user` and looks itself: `identity.credential != "key" or identity.has_permission("files", "read")`.
        The same permission gives the same object. ValueError for what cannot be one.
        """
        made = KeyWithPermission(self._source, resource, action)
        return self._permissions.setdefault((resource, action), made)

    def require_membership(
        self,
        parameter: str,
        *,
        roles: Iterable[str] | None = None,
        place: Literal["path", "query"] = "path",
        fallback: FindRoles | None = None,
        refusal: Refusal | None = None,
    ) -> MemberOf:
        """A dependency: `Identity` of a member of the organization whose id is the path parameter `parameter`, 403
        `membership_missing` otherwise, whether or not that organization exists.

        `roles` are those of which the member needs one there; what a role may do in the app is so said by the route.
        With `place="query"` the id is a parameter of the query, which must be there once (422 `validation_failed`).
        The id is compared byte by byte with the token's claim `orgs`, which `drawbridge({ organizations: true })`
        makes; the user's active organization has no part in it.

        `fallback(identity, organization_id)` is asked only where the token does not say: without that claim, as of a
        session that is read from storage, or where a user has more organizations than a token has room for. It returns
        the user's roles there, "admin,member" or a list; None, and no role at all, is no member, and anything else a
        RuntimeError. It may be a coroutine function; a plain one runs in a thread. `refusal` is told in place of
        `membership_missing`.

        The same arguments give the same object. ValueError for what cannot be a role.
        """
        if isinstance(roles, str):
            raise ValueError(f'require_membership takes a set of roles: roles={{"{roles}"}}')
        wanted = None if roles is None else frozenset(roles)
        made = MemberOf(self._source, parameter, wanted, place, fallback, refusal)
        # By identity, as not every callable can be hashed; what is kept here keeps its fallback.
        return self._memberships.setdefault((parameter, wanted, place, id(fallback), refusal), made)

    def get_current_active_user(self, check: Callable[[Identity], object]) -> ActiveUser:
        """A dependency: what `check` returns for the identity, 403 `user_unknown` for None and anything false.

        `check` may be a coroutine function; a plain one runs in a thread, as FastAPI's own dependencies do. For True
        the route gets the `Identity`, otherwise the object that was found, such as a row of the table `user`. A check
        that yields is a TypeError here; one that returns a query, its unread result, a session or a text a RuntimeError
        later, since each of these is true whatever the database holds.
        """
        return ActiveUser(self._source, check)

    def openapi(self, app: FastAPI) -> dict[str, Any]:
        """The OpenAPI document of an app that need not run, for whoever writes it into a file: with 401, 403 and 503
        where the dependencies answer them, and without a need to sign in where the user is optional. An app that has
        started with `lifespan` serves the same."""
        describe_refusals(app)
        return app.openapi()

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Starts the first fetch of the keys, without waiting for it, and closes the verifier at the end.

        `FastAPI(lifespan=auth.lifespan)`, or `async with auth.lifespan(app):` inside a lifespan of one's own. The app
        does not start with settings that cannot work, nor with a route that `verify_user_access` could not serve; the
        routes of mounted apps are looked at as well.
        """
        check_routes(app)
        answer_auth_errors_everywhere(app)
        describe_refusals(app)
        if {"session", "key"} & set(self._get_verifier().credentials):
            keep_answers_private(app)
        self._warn_of_memberships()
        try:
            yield
        finally:
            made = self._made.pop("verifier", None)
            if made is not None:
                made.close()

    def _warn_of_memberships(self) -> None:
        """Of those that refuse every session, since sessions that are read name no organizations."""
        place = self._get_verifier().sessions_read_from
        silent = sorted({member.compared.parameter for member in self._memberships.values() if member.needs_token})
        if place is not None and silent:
            _log.warning(
                "require_membership(%s) has no fallback, and a session from %s names no organizations: such a session "
                "is refused with 403 membership_missing. Give it a fallback that reads the user's roles.",
                ", ".join(f'"{parameter}"' for parameter in silent),
                "storage" if place == "storage" else "the cookie that caches it",
            )

    def _get_verifier(self) -> Verifier[Uuid_co]:
        verifier = self._given or self._made.get("verifier")
        if verifier is not None:
            return verifier
        # What the settings make of `uuid` the overloads above have said.
        made: Verifier[Any] = Verifier(self._better_auth_url, user_claim=self._user_claim, **self._settings)
        kept = self._made.setdefault("verifier", made)
        if kept is not made:  # another thread was first
            made.close()
        return kept

    def _arguments(self) -> dict[str, object]:
        return {"better_auth_url": self._better_auth_url, **self._settings}

    def _shown_credentials(self) -> ShownCredentials:
        if self._given:
            return ShownCredentials(self._given.credentials, self._given.session_cookie or "")
        return shown_credentials(self._arguments())
