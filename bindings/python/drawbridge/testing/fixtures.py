"""Fixtures for pytest: `pytest_plugins = ["drawbridge.testing.fixtures"]` in the top `conftest.py`.

The issuer runs, and `BETTER_AUTH_URL` names it, before any test is collected: an app may read it when it is imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import pytest

from drawbridge import Identity, Verifier
from drawbridge.testing.issuer import Issuer
from drawbridge.testing.sessions import SessionCookie

# What would send the app to another issuer than the test's, or make it expect other claims.
_DEPLOYMENT_VARIABLES = (
    "BETTER_AUTH_JWKS_URL",
    "BETTER_AUTH_ISSUER",
    "BETTER_AUTH_AUDIENCE",
    "DRAWBRIDGE_ALGORITHMS",
    "DRAWBRIDGE_KEYS_SNAPSHOT",
    "DRAWBRIDGE_SESSION_COOKIE",
    "DRAWBRIDGE_ALLOWED_ORIGINS",
    "BETTER_AUTH_SECRETS",
)


class AuthHeaders(Protocol):
    """Makes the headers of a signed-in user's request; takes what `Issuer.token` takes."""

    def __call__(
        self,
        user: UUID | str | int | None = None,
        *,
        role: str | None = None,
        expires_in: float = 900,
        **claims: object,
    ) -> dict[str, str]: ...


class SessionHeaders(Protocol):
    """Makes the headers of a page's request by a session cookie; takes what `Issuer.session_cookie` takes, or a cookie
    that it made."""

    def __call__(
        self,
        user: UUID | str | int | SessionCookie | None = None,
        *,
        role: str | None = None,
        expires_in: float = 7 * 86_400,
        **claims: object,
    ) -> dict[str, str]: ...


class ApiKeyHeaders(Protocol):
    """Makes the headers of a request by an API key; takes what `Issuer.api_key` takes."""

    def __call__(
        self,
        user: UUID | str | int | None = None,
        *,
        permissions: Mapping[str, Sequence[str]] | None = None,
        role: str | None = None,
        expires_in: float = 365 * 86_400,
        **claims: object,
    ) -> dict[str, str]: ...


class MakeIdentity(Protocol):
    """Makes the Identity of a user; takes what `Issuer.token` takes."""

    def __call__(
        self,
        user: UUID | str | int | None = None,
        *,
        role: str | None = None,
        expires_in: float = 900,
        **claims: object,
    ) -> Identity[Any]: ...


_ISSUER = pytest.StashKey[Issuer]()


def pytest_configure(config: pytest.Config) -> None:
    _issuer_of(config)


def _issuer_of(config: pytest.Config) -> Issuer:
    """The issuer of this run, started when it is first asked for."""
    if _ISSUER not in config.stash:
        config.stash[_ISSUER] = issuer = Issuer()
        config.add_cleanup(issuer.close)
        environment = pytest.MonkeyPatch()
        config.add_cleanup(environment.undo)
        environment.setenv("BETTER_AUTH_URL", issuer.url)
        environment.setenv("BETTER_AUTH_SECRET", issuer.secret)
        environment.setenv("DRAWBRIDGE_CREDENTIAL_MAX_AGE", "0")  # so that a sign-out is seen at once
        for name in _DEPLOYMENT_VARIABLES:
            environment.delenv(name, raising=False)
    return config.stash[_ISSUER]


@pytest.fixture(scope="session")
def better_auth_issuer(pytestconfig: pytest.Config) -> Issuer:
    """The issuer of the whole test run. `BETTER_AUTH_URL` points to it, so an app that reads it needs no change."""
    return _issuer_of(pytestconfig)


@pytest.fixture(scope="session")
def auth_headers(better_auth_issuer: Issuer) -> AuthHeaders:
    """`auth_headers(user)`, `auth_headers(role="admin")`: the headers of a request by such a user."""

    def make(
        user: UUID | str | int | None = None, *, role: str | None = None, expires_in: float = 900, **claims: object
    ) -> dict[str, str]:
        return {"Authorization": f"Bearer {better_auth_issuer.token(user, role=role, expires_in=expires_in, **claims)}"}

    return make


@pytest.fixture(scope="session")
def session_headers(better_auth_issuer: Issuer) -> SessionHeaders:
    """`session_headers(user)`, `session_headers(role="admin")`: the session cookie of such a user, who is signed in,
    and the `Origin` of the front end, as its pages send them."""

    def make(
        user: UUID | str | int | SessionCookie | None = None,
        *,
        role: str | None = None,
        expires_in: float = 7 * 86_400,
        **claims: object,
    ) -> dict[str, str]:
        cookie = (
            user
            if isinstance(user, SessionCookie)
            else better_auth_issuer.session_cookie(user, role=role, expires_in=expires_in, **claims)
        )
        return {"Cookie": str(cookie), "Origin": better_auth_issuer.url}

    return make


@pytest.fixture(scope="session")
def api_key_headers(better_auth_issuer: Issuer) -> ApiKeyHeaders:
    """`api_key_headers(user, permissions={"files": ["read"]})`: the header of a request by such a key."""

    def make(
        user: UUID | str | int | None = None,
        *,
        permissions: Mapping[str, Sequence[str]] | None = None,
        role: str | None = None,
        expires_in: float = 365 * 86_400,
        **claims: object,
    ) -> dict[str, str]:
        key = better_auth_issuer.api_key(user, permissions=permissions, role=role, expires_in=expires_in, **claims)
        return {"x-api-key": key}

    return make


@pytest.fixture(scope="session")
def identity(better_auth_issuer: Issuer) -> Iterator[MakeIdentity]:
    """`identity(user)`, `identity(role="admin")`: an Identity for what takes one, without a request. It is verified, so
    what a token cannot be is an AuthError: `identity(expires_in=-60)` is `token_expired`."""
    # By `sub`, which takes tokens with and without a `uuid`.
    with Verifier(better_auth_issuer.url, user_claim="sub") as verifier:

        def make(
            user: UUID | str | int | None = None,
            *,
            role: str | None = None,
            expires_in: float = 900,
            **claims: object,
        ) -> Identity[Any]:
            return verifier.verify(better_auth_issuer.token(user, role=role, expires_in=expires_in, **claims))

        yield make
