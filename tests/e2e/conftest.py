"""Fixtures: a real Better Auth and a real backend on one database, shared by all tests of a process.

DRAWBRIDGE_TEST_DATABASE=postgresql has all of them on PostgreSQL, in databases of one private server.
DRAWBRIDGE_TEST_BACKEND=fastapi has what any backend must do, test_bridge_*.py, done by examples/fastapi.
Of both it is a choice of files, and all of them with DRAWBRIDGE_TEST_LONG=1.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

import backend as backends
from backend import Backend, needs_migrating
from better_auth import BetterAuth, Person
from database import KIND, Database, SqliteDatabase
from private_postgres import PrivatePostgres
from process import DRAWBRIDGE, LONG, Program

StartIssuer = Callable[..., BetterAuth]
StartBackend = Callable[..., Backend]
NewDatabase = Callable[[Path], Database]


# Files whose subject is the database.
ON_POSTGRES = {
    "test_bridge_concurrency.py",
    "test_bridge_isolation.py",
    "test_bridge_model.py",
    "test_bridge_sign_out.py",
    "test_bridge_tags.py",
    "test_bridge_task_lists.py",
    "test_bridge_tasks.py",
    "test_bridge_times.py",
    "test_bridge_user_deletion.py",
    "test_server_durability.py",
    "test_server_session_sources.py",
}
BY_ANOTHER_BACKEND = {
    "test_bridge_feed_outage.py",
    "test_bridge_isolation.py",
    "test_bridge_metrics.py",
    "test_bridge_model.py",
    "test_bridge_refusals.py",
    "test_bridge_sign_out.py",
    "test_bridge_tags.py",
    "test_bridge_tasks.py",
    "test_server_session_sources.py",
}


def pytest_configure() -> None:
    # A shell starts what runs in its background with SIGINT ignored, and our programs would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not DRAWBRIDGE.is_file():
        raise pytest.UsageError(f"no {DRAWBRIDGE}: ./dev build release makes it; DRAWBRIDGE_BIN names another")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Not what is the other database's own; and on one of them alone what chooses its databases itself. Of another
    backend than the program, what any backend must do."""
    name = collection_path.name
    if not name.startswith("test_"):
        return None
    others = {"sqlite": ("test_postgres_",), "postgresql": ("test_sqlite_", "test_dev.py")}[KIND]
    if name.startswith(others):
        return True
    if backends.KIND != "cpp" and (name not in BY_ANOTHER_BACKEND and not (LONG and name.startswith("test_bridge_"))):
        return True
    if KIND == "postgresql" and not LONG and name not in ON_POSTGRES and not name.startswith("test_postgres_"):
        return True
    return None


LONGEST = (
    "test_dev.py",
    "test_bridge_feed_outage.py",
    "test_bridge_tokens.py",
    "test_bridge_outage.py",
    "test_server_slow_clients.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first: of two processes none is left alone with one of them."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewDatabase]:
    """new_database(folder) gives an empty one; that of SQLite is in the folder."""
    if KIND == "sqlite":
        yield lambda folder: SqliteDatabase(folder / "app.db")
        return
    with PrivatePostgres(tmp_path_factory.mktemp("postgres")).running() as server:
        yield lambda folder: server.new_database()


@contextmanager
def starting_issuers(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> Iterator[StartIssuer]:
    with ExitStack() as stopping:

        def start(**settings: object) -> BetterAuth:
            folder = tmp_path_factory.mktemp("issuer")
            issuer = BetterAuth(folder, new_database(folder), **settings)
            stopping.callback(issuer.stop)
            return issuer.start()

        yield start


@contextmanager
def starting_backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartBackend]:
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
def start_issuer(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> Iterator[StartIssuer]:
    """start_issuer(**settings) gives a Better Auth that runs, on a database of its own, until the module's end."""
    with starting_issuers(tmp_path_factory, new_database) as start:
        yield start


@pytest.fixture(scope="module")
def start_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartBackend]:
    """start_backend(issuer, **settings) gives a backend that answers, on that issuer's database, until the module's
    end."""
    with starting_backends(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> Iterator[BetterAuth]:
    """No test stops it or changes its settings."""
    with starting_issuers(tmp_path_factory, new_database) as start:
        yield start()


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory, issuer: BetterAuth) -> Iterator[Backend]:
    """Nor this one."""
    with starting_backends(tmp_path_factory) as start:
        yield start(issuer)


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
    item.stash[LOG_SIZES] = {program: program.log_size() for program in Program.started}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.failed:
        for program in Program.started:
            said = program.log(item.stash[LOG_SIZES].get(program, 0))
            if said:
                report.sections.append((f"{program.name} in {Path(program.folder).name}", said[-SHOWN:]))
    return report
