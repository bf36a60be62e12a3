"""Fixtures: a private PostgreSQL server that may be stopped, and the real Better Auth and API of tests/e2e on it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

os.environ["DRAWBRIDGE_TEST_DATABASE"] = "postgresql"
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from backend import Backend  # noqa: E402
from better_auth import BetterAuth, Person  # noqa: E402
from private_postgres import PrivatePostgres  # noqa: E402
from process import DRAWBRIDGE  # noqa: E402

StartBackend = Callable[..., Backend]


def pytest_configure() -> None:
    if not DRAWBRIDGE.is_file():
        raise pytest.UsageError(f"no {DRAWBRIDGE}: ./dev build release makes it; DRAWBRIDGE_BIN names another")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivatePostgres]:
    with PrivatePostgres(tmp_path_factory.mktemp("postgres"), kept=True).running() as server:
        yield server


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory, server: PrivatePostgres) -> Iterator[BetterAuth]:
    """Better Auth on a database of its own, which is migrated for the API too."""
    issuer = BetterAuth(tmp_path_factory.mktemp("issuer"), server.new_database())
    try:
        issuer.start()
        issuer.database.migrate()
        yield issuer
    finally:
        issuer.stop()


@pytest.fixture(scope="module")
def start_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartBackend]:
    """start_backend(issuer, **settings) gives an API that answers, ready or not."""
    with ExitStack() as stopping:

        def start(issuer: BetterAuth, **settings: object) -> Backend:
            backend = Backend(tmp_path_factory.mktemp("backend"), issuer, **settings)
            stopping.callback(backend.stop)
            return backend.start()

        yield start


@pytest.fixture(scope="module")
def backend(start_backend: StartBackend, issuer: BetterAuth) -> Backend:
    return start_backend(issuer)


@pytest.fixture(scope="module")
def people(issuer: BetterAuth) -> list[Person]:
    return [issuer.sign_up(name) for name in ("alice", "bob", "carol")]
