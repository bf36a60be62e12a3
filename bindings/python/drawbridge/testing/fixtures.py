"""Fixtures for pytest: `pytest_plugins = ["drawbridge.testing.fixtures"]` in the top `conftest.py`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol
from uuid import UUID

import pytest

from drawbridge.testing.issuer import Issuer

# What would send the app to another issuer than the test's, or make it expect other claims.
_DEPLOYMENT_VARIABLES = (
    "BETTER_AUTH_JWKS_URL",
    "BETTER_AUTH_ISSUER",
    "BETTER_AUTH_AUDIENCE",
    "DRAWBRIDGE_ALGORITHMS",
    "DRAWBRIDGE_KEYS_SNAPSHOT",
)


class AuthHeaders(Protocol):
    """Makes the headers of a signed-in user's request; takes what `Issuer.token` takes."""

    def __call__(
        self, uuid: UUID | str | None = None, *, role: str | None = None, expires_in: float = 900, **claims: object
    ) -> dict[str, str]: ...


@pytest.fixture(scope="session")
def better_auth_issuer() -> Iterator[Issuer]:
    """An issuer for the whole test run. `BETTER_AUTH_URL` points to it, so an app that reads it needs no change."""
    with Issuer() as issuer, pytest.MonkeyPatch.context() as environment:
        environment.setenv("BETTER_AUTH_URL", issuer.url)
        for name in _DEPLOYMENT_VARIABLES:
            environment.delenv(name, raising=False)
        yield issuer


@pytest.fixture(scope="session")
def auth_headers(better_auth_issuer: Issuer) -> AuthHeaders:
    """`auth_headers(uuid)`, `auth_headers(role="admin")`: the headers of a request by such a user."""

    def make(
        uuid: UUID | str | None = None, *, role: str | None = None, expires_in: float = 900, **claims: object
    ) -> dict[str, str]:
        return {"Authorization": f"Bearer {better_auth_issuer.token(uuid, role=role, expires_in=expires_in, **claims)}"}

    return make
