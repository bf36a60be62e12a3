"""What an app with FastAPI has to import more for the package: its own modules, and no other's. Each would be paid for
at every start of the app."""

from __future__ import annotations

import subprocess
import sys

# As uvicorn has them when it imports the app.
ADDED = """
import sys
import uvicorn.main, fastapi
before = set(sys.modules)
from drawbridge.fastapi import BetterAuth
from drawbridge.sessions import redis_sessions, sqlalchemy_sessions
print(*(set(sys.modules) - before))
"""


def test_the_package_imports_nothing_that_an_app_with_fastapi_lacks() -> None:
    done = subprocess.run([sys.executable, "-c", ADDED], capture_output=True, text=True, timeout=60, check=True)
    added = done.stdout.split()
    assert "drawbridge.fastapi" in added
    assert {name for name in added if name.partition(".")[0] != "drawbridge"} == set()
    not_of_an_app = {"drawbridge.testing", "drawbridge.sqlalchemy", "drawbridge.alembic", "drawbridge.metrics"}
    assert not_of_an_app.intersection(added) == set()
