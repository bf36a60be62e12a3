"""Fixtures: one PostgreSQL server for all projects, and a site for each: a folder, an empty database, what it started."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / suite) for suite in ("e2e", "migrate", "doctor")]

from private_postgres import PrivatePostgres  # noqa: E402
from process import DRAWBRIDGE  # noqa: E402
from site_of_project import Site, new_folder  # noqa: E402

NewSite = Callable[[str], Site]


def pytest_configure() -> None:
    if not DRAWBRIDGE.is_file():
        raise pytest.UsageError(f"no {DRAWBRIDGE}: ./dev build release makes it; DRAWBRIDGE_BIN names another")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivatePostgres]:
    with PrivatePostgres(tmp_path_factory.mktemp("postgres")).running() as server:
        yield server


@pytest.fixture
def new_site(server: PrivatePostgres) -> Iterator[NewSite]:
    """new_site(name) gives one on an empty database of PostgreSQL; what it starts ends with the test."""
    with ExitStack() as stopping:
        yield lambda name: Site(new_folder(name), server.new_database(), stopping)
