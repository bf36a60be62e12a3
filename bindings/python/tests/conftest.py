"""Fixtures of the verifier's tests: an issuer, and a server of its keys that counts, waits and fails as it is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from key_server import KeyServer, key_server

from drawbridge.testing import Issuer


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def keys(issuer: Issuer) -> Iterator[KeyServer]:
    with key_server(issuer.jwks) as server:
        yield server
