"""How `drawbridge serve` starts on databases that are not as it needs them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from backend import Backend
from better_auth import BetterAuth
from conftest import StartBackend
from private_postgres import PrivatePostgres
from process import DRAWBRIDGE, free_port, wait_until


def is_ready(backend: Backend) -> bool:
    return backend.call("GET", "/readyz").status_code == 200


def test_it_waits_for_a_server_that_is_down(
    server: PrivatePostgres, issuer: BetterAuth, start_backend: StartBackend
) -> None:
    token = issuer.sign_up("early").token()
    server.stop()
    try:
        backend = start_backend(issuer)
        assert not is_ready(backend)
        wait_until(lambda: "the database cannot be reached" in backend.program.log(), 20, "its log says why")
    finally:
        server.start()
    wait_until(lambda: is_ready(backend), 20, "it heals by itself")
    assert backend.call("GET", "/api/v1/me", token).status_code == 200


def test_tables_that_are_behind_end_it_with_the_command_to_run(
    server: PrivatePostgres, issuer: BetterAuth, tmp_path: Path
) -> None:
    database = server.new_database()
    behind = BetterAuth(tmp_path, database).start()
    try:
        done = subprocess.run(
            [DRAWBRIDGE, "serve"],
            env={
                "BETTER_AUTH_URL": behind.url,
                "DATABASE_URL": database.url,
                "DRAWBRIDGE_LISTEN": f"127.0.0.1:{free_port()}",
            },
            text=True,
            capture_output=True,
            timeout=30,
            check=False,
        )
    finally:
        behind.stop()
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "run drawbridge migrate up" in done.stderr


def test_without_better_auths_tables_it_waits_for_them(
    server: PrivatePostgres, start_backend: StartBackend, tmp_path: Path
) -> None:
    database = server.new_database()
    later = BetterAuth(tmp_path, database)
    backend = start_backend(later)
    assert not is_ready(backend)
    # Looked up by a thread of its own, beside the answers.
    missing = 'table "user" is not in this database'
    wait_until(lambda: missing in backend.program.log(), 20, "its log says what is missing")
    later.start()  # with its own migration
    try:
        assert not is_ready(backend)
        database.migrate()
        wait_until(lambda: is_ready(backend), 20, "it is ready without a restart")
        person = later.sign_up("first")
        wait_until(
            lambda: backend.call("GET", f"/api/v1/{person.uuid}/tasks", person.token()).status_code == 200,
            20,
            "it serves",
        )
    finally:
        later.stop()
