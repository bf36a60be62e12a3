"""Fixtures: an empty database of each product, for each test, and the real Better Auth and program of tests/e2e on it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from backend import Backend  # noqa: E402
from better_auth import BetterAuth  # noqa: E402
from database import Database, PostgresDatabase, SqliteDatabase  # noqa: E402
from private_postgres import PrivatePostgres  # noqa: E402
from process import DRAWBRIDGE  # noqa: E402

PRODUCTS = ("sqlite", "postgresql")

NewDatabase = Callable[[], Database]
StartIssuer = Callable[..., BetterAuth]
StartBackend = Callable[..., Backend]


def pytest_configure() -> None:
    if not DRAWBRIDGE.is_file():
        raise pytest.UsageError(f"no {DRAWBRIDGE}: ./dev build release makes it; DRAWBRIDGE_BIN names another")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivatePostgres]:
    with PrivatePostgres(tmp_path_factory.mktemp("postgres")).running() as server:
        yield server


@pytest.fixture
def postgres(server: PrivatePostgres) -> PostgresDatabase:
    return server.new_database()


@pytest.fixture
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabase:
    return SqliteDatabase(tmp_path_factory.mktemp("sqlite") / "app.db")


@pytest.fixture(params=PRODUCTS)
def new_database(
    request: pytest.FixtureRequest, server: PrivatePostgres, tmp_path_factory: pytest.TempPathFactory
) -> NewDatabase:
    """new_database() gives an empty one each time, all of one product."""
    if request.param == "postgresql":
        return server.new_database
    return lambda: SqliteDatabase(tmp_path_factory.mktemp("sqlite") / "app.db")


@pytest.fixture
def database(new_database: NewDatabase) -> Database:
    return new_database()


@pytest.fixture
def start_issuer(tmp_path: Path) -> Iterator[StartIssuer]:
    """start_issuer(database, **settings) gives a Better Auth that runs there, and leaves the tables as they are."""
    with ExitStack() as stopping:

        def start(database: Database, **settings: object) -> BetterAuth:
            issuer = BetterAuth(tmp_path, database, migrate="off", **settings)
            stopping.callback(issuer.stop)
            return issuer.start()

        yield start


@pytest.fixture
def start_backend(tmp_path: Path) -> Iterator[StartBackend]:
    """start_backend(issuer) gives a backend that answers, on that issuer's database."""
    with ExitStack() as stopping:

        def start(issuer: BetterAuth) -> Backend:
            backend = Backend(tmp_path, issuer)
            stopping.callback(backend.stop)
            return backend.start()

        yield start
