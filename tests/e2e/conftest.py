"""Fixtures: a real Better Auth and a real backend on one database, shared by the tests of a module.

DRAWBRIDGE_TEST_DATABASE=postgresql has all of them on PostgreSQL, in databases of one private server.
DRAWBRIDGE_TEST_BACKEND=fastapi has what any backend must do, test_bridge_*.py, done by examples/fastapi.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import backend as backends
from backend import Backend, needs_migrating
from better_auth import BetterAuth, Person
from database import KIND, Database, SqliteDatabase
from private_postgres import PrivatePostgres
from process import DRAWBRIDGE, Program

StartIssuer = Callable[..., BetterAuth]
StartBackend = Callable[..., Backend]
NewDatabase = Callable[[Path], Database]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "serial: measures time or memory, or fills the machine: nothing beside it")
    # A shell starts what runs in its background with SIGINT ignored, and our programs would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not DRAWBRIDGE.is_file():
        raise pytest.UsageError(f"no {DRAWBRIDGE}: ./dev build release makes it; DRAWBRIDGE_BIN names another")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Not what is the other database's own; and on one of them alone what chooses its databases itself. Of another
    backend than the program, what any backend must do."""
    if backends.KIND != "cpp" and collection_path.is_file() and not collection_path.name.startswith("test_bridge_"):
        return True
    others = {"sqlite": ("test_postgres_",), "postgresql": ("test_sqlite_", "test_dev.py")}[KIND]
    return True if collection_path.name.startswith(others) else None


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewDatabase]:
    """new_database(folder) gives an empty one; that of SQLite is in the folder."""
    if KIND == "sqlite":
        yield lambda folder: SqliteDatabase(folder / "app.db")
        return
    with PrivatePostgres(tmp_path_factory.mktemp("postgres")).running() as server:
        yield lambda folder: server.new_database()


@pytest.fixture(scope="module")
def start_issuer(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> Iterator[StartIssuer]:
    """start_issuer(**settings) gives a Better Auth that runs, on a database of its own."""
    with ExitStack() as stopping:

        def start(**settings: object) -> BetterAuth:
            folder = tmp_path_factory.mktemp("issuer")
            issuer = BetterAuth(folder, new_database(folder), **settings)
            stopping.callback(issuer.stop)
            return issuer.start()

        yield start


@pytest.fixture(scope="module")
def start_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartBackend]:
    """start_backend(issuer, **settings) gives a backend that answers, on that issuer's database."""
    migrated: list[BetterAuth] = []
    with ExitStack() as stopping:

        def start(issuer: BetterAuth, **settings: object) -> Backend:
            if needs_migrating(issuer.database) and issuer not in migrated:
                issuer.database.migrate()
                migrated.append(issuer)
            backend = Backend(tmp_path_factory.mktemp("backend"), issuer, **settings)
            stopping.callback(backend.stop)
            return backend.start()

        yield start


@pytest.fixture(scope="module")
def issuer(start_issuer: StartIssuer) -> BetterAuth:
    return start_issuer()


@pytest.fixture(scope="module")
def backend(start_backend: StartBackend, issuer: BetterAuth) -> Backend:
    return start_backend(issuer)


@pytest.fixture
def alice(issuer: BetterAuth) -> Person:
    return issuer.sign_up("alice")


@pytest.fixture
def bob(issuer: BetterAuth) -> Person:
    return issuer.sign_up("bob")


# ---- the logs of the programs, shown with a test that failed -----------------------------------------

LOG_SIZES = pytest.StashKey[dict[Program, int]]()
SHOWN = 8_000  # characters of each log


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[LOG_SIZES] = {program: len(program.log()) for program in Program.started}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.failed:
        for program in Program.started:
            said = program.log()[item.stash[LOG_SIZES].get(program, 0) :]
            if said:
                report.sections.append((f"{program.name} in {Path(program.folder).name}", said[-SHOWN:]))
    return report
