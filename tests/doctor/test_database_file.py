"""Who else of the machine can read SQLite's file, or change it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from database import SqliteDatabase
from examination import Examination, examine
from process import DRAWBRIDGE
from set_up import SetUp
from spoilt_tables import make


def look_at(healthy: SetUp, url: str) -> Examination:
    """A good Better Auth, and a database of nobody whom it knows."""
    return examine(better_auth_url=healthy.issuer.url, database_url=url)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that every user gets to; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_a_file_that_other_users_can_read(healthy_sqlite: SetUp, open_folder: Path):
    database = SqliteDatabase(open_folder / "app.db")
    before = os.umask(0o022)
    try:
        make(database, None, {"u1": None}, migrated=True)
    finally:
        os.umask(before)
    database.file.chmod(0o644)
    checks = look_at(healthy_sqlite, database.url)
    assert (checks.faults, checks.warnings) == (set(), {"database.file"})
    assert f"can read {database.file}" in checks["database.file"].summary
    database.file.chmod(0o666)
    assert look_at(healthy_sqlite, database.url).faults == {"database.file"}
    open_folder.chmod(0o700)
    assert look_at(healthy_sqlite, database.url)["database.file"].status == "ok"
    open_folder.chmod(0o777)
    database.file.chmod(0o600)
    assert f"can change {open_folder}" in look_at(healthy_sqlite, database.url)["database.file"].summary
    open_folder.chmod(0o755)
    assert look_at(healthy_sqlite, database.url)["database.file"].status == "ok"


@pytest.mark.parametrize("command", ["migrate up", "migrate up --with-better-auth"])
def test_a_file_that_the_program_makes(healthy_sqlite: SetUp, open_folder: Path, command: str):
    database = SqliteDatabase(open_folder / "app.db")
    run = [str(DRAWBRIDGE), *command.split()]
    subprocess.run(run, env={"DATABASE_URL": database.url}, capture_output=True, umask=0o022, timeout=30, check=False)
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in open_folder.glob("app.db*")}
    assert modes == dict.fromkeys(modes, "0o600")
    assert look_at(healthy_sqlite, database.url)["database.file"].status == "ok"
