"""Fixtures: an empty database of each product, for each test. A pytest plugin of the tests that name it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import alembic_project  # noqa: F401 - it says where the next three are
import pytest
from database import Database, SqliteDatabase
from private_postgres import PrivatePostgres
from process import DRAWBRIDGE

NewDatabase = Callable[[], Database]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivatePostgres]:
    if not DRAWBRIDGE.is_file():
        raise pytest.UsageError(f"no {DRAWBRIDGE}: ./dev build release makes it; DRAWBRIDGE_BIN names another")
    with PrivatePostgres(tmp_path_factory.mktemp("postgres")).running() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
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
def postgres(server: PrivatePostgres) -> Database:
    return server.new_database()
