"""Fixtures: one real Better Auth with the API beside it, and somebody who is signed in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "e2e"), str(Path(__file__).resolve().parents[2] / "scripts")]

from backend import Backend  # noqa: E402
from better_auth import BetterAuth, Person  # noqa: E402
from process import DRAWBRIDGE  # noqa: E402


@dataclass
class Bridge:
    issuer: BetterAuth
    backend: Backend
    alice: Person


def pytest_configure() -> None:
    if not DRAWBRIDGE.is_file():
        raise pytest.UsageError(f"no {DRAWBRIDGE}: ./dev build release makes it; DRAWBRIDGE_BIN names another")


@pytest.fixture(scope="session")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    issuer = BetterAuth(tmp_path_factory.mktemp("issuer")).start()
    backend = Backend(tmp_path_factory.mktemp("backend"), issuer).start()
    yield Bridge(issuer, backend, issuer.sign_up("alice"))
    backend.stop()
    issuer.stop()
