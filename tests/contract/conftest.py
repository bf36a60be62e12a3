"""Fixtures: the contract, and the real issuer and backend of tests/e2e on a database of their own for each module.

DRAWBRIDGE_TEST_BACKEND=fastapi holds examples/fastapi to the contract in place of the program.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from backend import DRAWBRIDGE, Backend, needs_migrating  # noqa: E402
from better_auth import BetterAuth, Person  # noqa: E402
from schemathesis_run import token_seconds  # noqa: E402

def pytest_configure() -> None:
    if not DRAWBRIDGE.is_file():
        raise pytest.UsageError(f"no {DRAWBRIDGE}: ./dev build release makes it; DRAWBRIDGE_BIN names another")


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BetterAuth]:
    issuer = BetterAuth(tmp_path_factory.mktemp("issuer"), expires_in=f"{token_seconds()}s").start()
    try:
        yield issuer
    finally:
        issuer.stop()


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory, issuer: BetterAuth) -> Iterator[Backend]:
    if needs_migrating(issuer.database):
        issuer.database.migrate()
    backend = Backend(tmp_path_factory.mktemp("backend"), issuer)
    try:
        yield backend.start()
    finally:
        backend.stop()


@pytest.fixture
def people(issuer: BetterAuth) -> dict[str, Person]:
    return {name: issuer.sign_up(name) for name in ("owner", "stranger")}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have recorded as `cases`."""
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        if isinstance(report, pytest.TestReport) and report.when == "call":
            for line in [value for name, value in report.user_properties if name == "cases"]:
                terminalreporter.write_line(str(line))
