"""On this machine doctor ends with the command to run next; each one followed, they end at a healthy set-up."""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path

from conftest import NewDatabase, StartIssuer
from loopback import answers
from process import DRAWBRIDGE, Program, free_port
from spoilt_tables import script


def environment(folder: Path) -> dict[str, str]:
    (folder / "drawbridge").symlink_to(DRAWBRIDGE)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def run(command: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euc", command], cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
    )


def next_of(shown: str) -> str | None:
    found = re.search(r"\n\nNext:\n  (.+)\n\Z", shown)
    return found[1] if found else None


def test_each_command_brings_the_set_up_a_step_further(
    new_database: NewDatabase, start_issuer: StartIssuer, tmp_path: Path
):
    database = new_database("sqlite")
    issuer = start_issuer(database)
    script(database, "drop table jwks")
    env = environment(tmp_path)
    api = f"http://127.0.0.1:{free_port()}"
    doctor = f"drawbridge doctor --better-auth-url {issuer.url} --database-url '{database.url}' --api-url {api}"

    migrate = next_of(run(doctor, tmp_path, env).stdout)
    assert migrate == f"drawbridge migrate up --with-better-auth --database-url {database.url}"
    done = run(migrate, tmp_path, env)
    assert done.returncode == 0, done.stderr

    found = run(doctor, tmp_path, env).stdout
    assert [line.split()[1] for line in found.splitlines() if line.startswith("fault")] == ["api.reachable"]
    serve = next_of(found)
    assert serve is not None and serve.startswith("drawbridge serve --better-auth-url ")
    with ExitStack() as stopping:
        program = Program("serve", ["bash", "-euc", f"exec {serve}"], env, tmp_path)
        stopping.callback(program.stop)
        program.start()
        program.wait_ready(lambda: answers(f"{api}/healthz"))
        done = run(doctor, tmp_path, env)
    assert done.returncode == 0, done.stdout
    assert next_of(done.stdout) is None


def test_what_was_not_given_is_offered(new_database: NewDatabase, start_issuer: StartIssuer, tmp_path: Path):
    """The API at its usual address, and the database where `serve` would look for it, if one is there."""
    issuer = start_issuer(new_database("sqlite"))
    env = environment(tmp_path)
    doctor = f"drawbridge doctor --better-auth-url {issuer.url}"
    found = run(doctor, tmp_path, env).stdout
    assert next_of(found) == f"{doctor} --api-url http://localhost:8000"
    assert re.search(r"^not checked  \d+ database checks: give --database-url$", found, re.MULTILINE)
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data/drawbridge.db").touch()
    with_database = next_of(run(doctor, tmp_path, env).stdout)
    assert with_database == f"{doctor} --api-url http://localhost:8000 --database-url sqlite:.data/drawbridge.db"
