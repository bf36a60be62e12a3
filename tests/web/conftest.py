"""Fixtures: the real front end, API and database, and visitors in a real browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

os.environ.setdefault("DRAWBRIDGE_TEST_DATABASE", "sqlite")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from playwright.sync_api import Browser  # noqa: E402

from browser import Visitor, open_browser  # noqa: E402
from database import Database, SqliteDatabase  # noqa: E402
from front_end import Bridge  # noqa: E402
from private_postgres import PrivatePostgres  # noqa: E402
from process import DRAWBRIDGE, ROOT  # noqa: E402

StartBridge = Callable[..., Bridge]
Visit = Callable[..., Visitor]


def pytest_configure() -> None:
    for needed in (DRAWBRIDGE, ROOT / "examples/web/.next/BUILD_ID", Path("/usr/bin/chromium-headless-shell")):
        if not needed.is_file():
            raise pytest.UsageError(f"no {needed}: ./dev test web makes it")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivatePostgres]:
    with PrivatePostgres(tmp_path_factory.mktemp("postgres")).running() as server:
        yield server


@contextmanager
def starting_bridges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartBridge]:
    with ExitStack() as stopping:

        def start(database: Database | None = None, **settings: object) -> Bridge:
            folder = tmp_path_factory.mktemp("bridge")
            bridge = Bridge(folder, database or SqliteDatabase(folder / "app.db"), **settings)
            stopping.callback(bridge.stop)
            return bridge.start()

        yield start


@pytest.fixture(scope="module")
def start_bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartBridge]:
    """start_bridge(database=…, **settings of the API) gives a bridge that runs, on SQLite where no database is given."""
    with starting_bridges(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """A test that stops its API starts it again."""
    with starting_bridges(tmp_path_factory) as start:
        yield start()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """visit(bridge, **options of the browser context) gives a visitor who is not signed in."""
    with ExitStack() as closing:

        def start(bridge: Bridge, **options: object) -> Visitor:
            visitor = Visitor(browser, bridge, **options)
            closing.callback(visitor.close)
            return visitor

        yield start
