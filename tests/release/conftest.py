from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from dist import ROOT

sys.path.insert(0, str(ROOT / "tests/e2e"))

from better_auth import BetterAuth  # noqa: E402


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BetterAuth]:
    issuer = BetterAuth(tmp_path_factory.mktemp("issuer")).start()
    yield issuer
    issuer.stop()
