"""Fixtures: the real program on either database, for tests that do to it what an attacker would."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from backend import Backend  # noqa: E402
from better_auth import BetterAuth  # noqa: E402
from database import Database, SqliteDatabase  # noqa: E402
from private_postgres import PrivatePostgres  # noqa: E402
from process import DRAWBRIDGE  # noqa: E402

PRODUCTS = ("sqlite", "postgresql")

StartIssuer = Callable[..., BetterAuth]
StartBackend = Callable[..., Backend]


def pytest_configure() -> None:
    if not DRAWBRIDGE.is_file():
        raise pytest.UsageError(f"no {DRAWBRIDGE}: ./dev build release makes it; DRAWBRIDGE_BIN names another")


@pytest.fixture(scope="session")
def postgres_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PrivatePostgres]:
    with PrivatePostgres(tmp_path_factory.mktemp("postgres")).running() as server:
        yield server


@pytest.fixture(scope="module")
def start_issuer(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[StartIssuer]:
    """start_issuer(product, **settings) gives a Better Auth that runs, on a database of its own whose tables are made,
    until the module's end."""
    with ExitStack() as stopping:

        def start(product: str = "sqlite", **settings: object) -> BetterAuth:
            folder = tmp_path_factory.mktemp("issuer")
            database: Database
            if product == "sqlite":
                database = SqliteDatabase(folder / "app.db")
            else:
                database = request.getfixturevalue("postgres_server").new_database()
            issuer = BetterAuth(folder, database, **settings)
            stopping.callback(issuer.stop)
            issuer.start()
            database.migrate()
            return issuer

        yield start


@pytest.fixture(scope="module")
def start_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartBackend]:
    """start_backend(issuer, **settings) gives a backend that answers, on that issuer's database, until the module's
    end."""
    with ExitStack() as stopping:

        def start(issuer: BetterAuth, **settings: object) -> Backend:
            backend = Backend(tmp_path_factory.mktemp("backend"), issuer, **settings)
            stopping.callback(backend.stop)
            return backend.start()

        yield start


@pytest.fixture(scope="module", params=PRODUCTS)
def issuer(request: pytest.FixtureRequest, start_issuer: StartIssuer) -> BetterAuth:
    """On each database in turn."""
    return start_issuer(request.param)


@pytest.fixture(scope="module")
def backend(issuer: BetterAuth, start_backend: StartBackend) -> Backend:
    return start_backend(issuer)
