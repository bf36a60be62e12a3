"""Fixtures: set-ups of the real Better Auth, databases and API of tests/e2e, healthy until a test spoils them.

`healthy` is one on SQLite and one on PostgreSQL for all tests, which leave it as they found it. What a test alters it
starts for itself, with `start_issuer` and `start_backend`, or with `start_set_up` for all of it.
"""

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
from python_apis import PythonApi, example, wrong_apis  # noqa: E402
from set_up import SetUp  # noqa: E402

PRODUCTS = ("sqlite", "postgresql")

NewDatabase = Callable[[str], Database]
StartIssuer = Callable[..., BetterAuth]
StartBackend = Callable[..., Backend]
StartSetUp = Callable[..., SetUp]


def pytest_configure() -> None:
    if not DRAWBRIDGE.is_file():
        raise pytest.UsageError(f"no {DRAWBRIDGE}: ./dev build release makes it; DRAWBRIDGE_BIN names another")


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewDatabase]:
    """new_database(product) gives an empty one; the server of PostgreSQL starts with its first."""
    # Ended here, after what depends on this fixture: a server waits for whoever is still connected.
    with ExitStack() as stopping:
        servers: list[PrivatePostgres] = []

        def new(product: str) -> Database:
            if product == "sqlite":
                return SqliteDatabase(tmp_path_factory.mktemp("sqlite") / "app.db")
            if not servers:
                server = PrivatePostgres(tmp_path_factory.mktemp("postgres"))
                servers.append(stopping.enter_context(server.running()))
            return servers[0].new_database()

        yield new


class Starter:
    """What it has started runs until its end."""

    def __init__(self, folders: pytest.TempPathFactory, new_database: NewDatabase, stopping: ExitStack) -> None:
        self.folders, self.new_database, self.stopping = folders, new_database, stopping

    def issuer(self, database: Database | None = None, **settings: object) -> BetterAuth:
        issuer = BetterAuth(self.folders.mktemp("issuer"), database or self.new_database("sqlite"), **settings)
        self.stopping.callback(issuer.stop)
        return issuer.start()

    def backend(self, issuer: BetterAuth, **settings: object) -> Backend:
        backend = Backend(self.folders.mktemp("backend"), issuer, **settings)
        self.stopping.callback(backend.stop)
        return backend.start()

    def set_up(self, product: str = "sqlite", **settings: object) -> SetUp:
        issuer = self.issuer(self.new_database(product), **settings)
        issuer.database.migrate()
        person = issuer.sign_up("alice")
        return SetUp(issuer, self.backend(issuer), person, person.token())


@pytest.fixture(scope="session")
def for_all_tests(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> Iterator[Starter]:
    with ExitStack() as stopping:
        yield Starter(tmp_path_factory, new_database, stopping)


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> Iterator[Starter]:
    """For the tests of a module."""
    with ExitStack() as stopping:
        yield Starter(tmp_path_factory, new_database, stopping)


@pytest.fixture(scope="module")
def start_issuer(starter: Starter) -> StartIssuer:
    """start_issuer(database, **settings) gives a Better Auth that runs; without a database on a SQLite file."""
    return starter.issuer


@pytest.fixture(scope="module")
def start_backend(starter: Starter) -> StartBackend:
    """start_backend(issuer, **settings) gives an API that answers, on that issuer's database as it is."""
    return starter.backend


@pytest.fixture(scope="module")
def start_set_up(starter: Starter) -> StartSetUp:
    """start_set_up(product, **settings of Better Auth) gives a healthy one of a test's own."""
    return starter.set_up


@pytest.fixture(scope="session")
def healthy_sqlite(for_all_tests: Starter) -> SetUp:
    return for_all_tests.set_up("sqlite")


@pytest.fixture(scope="session")
def healthy_postgres(for_all_tests: Starter) -> SetUp:
    return for_all_tests.set_up("postgresql")


@pytest.fixture(params=PRODUCTS)
def healthy(request: pytest.FixtureRequest) -> SetUp:
    name = {"sqlite": "healthy_sqlite", "postgresql": "healthy_postgres"}[request.param]
    set_up: SetUp = request.getfixturevalue(name)
    return set_up


@pytest.fixture(scope="session")
def start_example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., PythonApi]]:
    """start_example(issuer, settings) gives examples/fastapi on that issuer's database."""
    with ExitStack() as stopping:

        def start(issuer: BetterAuth, settings: dict[str, str] | None = None) -> PythonApi:
            api = example(tmp_path_factory.mktemp("example"), issuer, settings or {})
            stopping.callback(api.stop)
            return api.start()

        yield start


@pytest.fixture(scope="session")
def wrong(tmp_path_factory: pytest.TempPathFactory, healthy_sqlite: SetUp) -> Iterator[PythonApi]:
    """The APIs of wrong_apis.py, with the Better Auth of `healthy_sqlite`."""
    api = wrong_apis(tmp_path_factory.mktemp("wrong"), healthy_sqlite.issuer)
    try:
        yield api.start()
    finally:
        api.stop()
