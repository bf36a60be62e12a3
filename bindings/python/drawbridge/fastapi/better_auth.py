"""BetterAuth: one object for an app, which has the dependencies for its routes."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from drawbridge import Identity, Verifier
from drawbridge.fastapi.dependencies import ActiveUser, CurrentUser, OptionalUser, UserOfPath, UserWithRole
from drawbridge.fastapi.problem_response import answer_auth_errors_everywhere
from drawbridge.fastapi.route_check import check_routes

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from drawbridge.fastapi.verifier_settings import VerifierSettings

_log = logging.getLogger("drawbridge")


class BetterAuth:
    """Lets the routes of a FastAPI app trust the users of one Better Auth.

    May be made when a module is imported: it reads the environment and opens nothing until the app starts, or, where
    no lifespan runs, until the first request. Safe to use from any number of threads, event loops and workers.

    `better_auth_url` and `settings` are what `Verifier` takes; what is not given comes from the environment.
    `user_id_parameter` is the path parameter that `verify_user_access` compares. A `verifier` of one's own is used
    as it is and not closed.
    """

    get_current_user: CurrentUser
    """Whoever sends a good token: `Identity`; 401 or 503 otherwise."""

    get_optional_user: OptionalUser
    """`Identity`, or None without a token. A token that is not good is refused."""

    verify_user_access: UserOfPath
    """The user whom the path names: `Identity`; 401 first, then 403 `user_mismatch`, also for an id that is no UUID."""

    verify_user_match: UserOfPath
    """Another name of `verify_user_access`."""

    def __init__(
        self,
        better_auth_url: str | None = None,
        *,
        user_id_parameter: str = "user_id",
        verifier: Verifier | None = None,
        **settings: Unpack[VerifierSettings],
    ) -> None:
        if verifier is not None and (better_auth_url is not None or settings):
            raise ValueError(
                "BetterAuth takes a verifier or the settings for one, not both: give them to the verifier."
            )
        self._given = verifier
        # The verifier that was made, or none. No lock: a fork would leave it to the child as it is, held or not.
        self._made: dict[str, Verifier] = {}
        self._better_auth_url = better_auth_url
        self._settings = settings
        self._roles: dict[str, UserWithRole] = {}
        self.get_current_user = CurrentUser(self._get_verifier)
        self.get_optional_user = OptionalUser(self._get_verifier)
        self.verify_user_access = UserOfPath(self._get_verifier, user_id_parameter)
        self.verify_user_match = self.verify_user_access

    @property
    def verifier(self) -> Verifier:
        """The verifier behind the dependencies, made when it is first asked for; ValueError when it cannot be."""
        return self._get_verifier()

    def require_role(self, role: str) -> UserWithRole:
        """A dependency: `Identity` with this role, 403 `role_missing` otherwise.

        Roles are the token's: one that was taken away meanwhile counts until the token ends. The same role gives the
        same object, so that FastAPI runs it once for a request and `dependency_overrides` finds it.
        """
        return self._roles.setdefault(role, UserWithRole(self._get_verifier, role))

    def get_current_active_user(self, check: Callable[[Identity], object]) -> ActiveUser:
        """A dependency: what `check` returns for the identity, 403 `user_unknown` for None and anything false.

        `check` may be a coroutine function; a plain one runs in a thread, as FastAPI's own dependencies do. For True
        the route gets the `Identity`, otherwise the object that was found, such as a row of the table `user`. A check
        that yields is a TypeError here; one that returns a query, its unread result, a session or a text a RuntimeError
        later, since each of these is true whatever the database holds.
        """
        return ActiveUser(self._get_verifier, check)

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Starts the first fetch of the keys, without waiting for it, and closes the verifier at the end.

        `FastAPI(lifespan=auth.lifespan)`, or `async with auth.lifespan(app):` inside a lifespan of one's own. The app
        does not start with settings that cannot work, nor with a route that `verify_user_access` could not serve; the
        routes of mounted apps are looked at as well.
        """
        check_routes(app)
        answer_auth_errors_everywhere(app)
        self._get_verifier()
        try:
            yield
        finally:
            made = self._made.pop("verifier", None)
            if made is not None:
                made.close()

    def _get_verifier(self) -> Verifier:
        verifier = self._given or self._made.get("verifier")
        if verifier is not None:
            return verifier
        made = Verifier(self._better_auth_url, **self._settings)
        kept = self._made.setdefault("verifier", made)
        if kept is not made:  # another thread was first
            made.close()
        return kept
