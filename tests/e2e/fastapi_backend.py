"""How examples/fastapi is started: by uvicorn, one worker."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from process import ROOT

# The one that has the package and what examples/fastapi needs.
PYTHON = os.environ.get("DRAWBRIDGE_TEST_PYTHON", sys.executable)
FOLDER = ROOT / "examples/fastapi"
OPTIONS = ["--http", "h11", "--loop", "uvloop", "--backlog", "64", "--no-access-log"]  # as its README says


def serve_command(port: int) -> list[str | Path]:
    address = ["--host", "127.0.0.1", "--port", str(port)]
    return [PYTHON, "-m", "uvicorn", "--app-dir", FOLDER, "tasks_api.main:app", *OPTIONS, *address]
