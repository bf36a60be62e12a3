"""Files that the C++ server can do nothing with, or not yet."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from conftest import StartBackend
from contract import assert_refused
from process import wait_until


def test_without_better_auths_tables_it_starts_but_is_not_ready(
    issuer: BetterAuth, start_backend: StartBackend, tmp_path: Path, alice: Person
) -> None:
    backend = start_backend(issuer, database_url=f"sqlite://{tmp_path}/empty.db")
    ready = backend.call("GET", "/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "not_ready")
    token = alice.token()
    assert backend.call("GET", "/api/v1/me", token).status_code == 200
    assert_refused(
        backend.call("POST", f"/api/v1/{alice.uuid}/tasks", token, json={"title": "lost?"}), "store_unavailable"
    )
    wait_until(lambda: 'Better Auth\'s table "user"' in backend.program.log(), 20, "its log says why")
    # It made its own, and says so: with the rows of a version before, that may take a minute.
    assert re.search(r" info +database: 1 tasks_and_tags: done\n", backend.program.log())


def text_file(folder: Path) -> str:
    (folder / "text.db").write_text("This is no database. " * 100)
    return f"sqlite://{folder}/text.db"


def a_directory(folder: Path) -> str:
    return f"sqlite://{folder}"


def below_a_file(folder: Path) -> str:
    (folder / "file").touch()
    return f"sqlite://{folder}/file/app.db"


@pytest.mark.parametrize("make_url", [text_file, a_directory, below_a_file])
def test_a_database_that_cannot_be_opened_is_one_clear_line(
    issuer: BetterAuth, tmp_path: Path, make_url: Callable[[Path], str]
) -> None:
    backend = Backend(tmp_path, issuer, database_url=make_url(tmp_path))
    backend.program.start()
    assert backend.program.wait() == 1
    (line,) = backend.program.log().splitlines()
    assert line.startswith("drawbridge: ") and "database" in line and str(tmp_path) in line
