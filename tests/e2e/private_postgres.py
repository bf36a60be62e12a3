"""A PostgreSQL server of the tests' own; tests/support/private_postgres starts and ends it."""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from database import PostgresDatabase
from process import ROOT, Program, free_port

SCRIPT = ROOT / "tests/support/private_postgres"


def room_for_data() -> Path | None:
    """Memory where there is plenty, as the script has it for what it makes itself; None for the usual place."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 4 << 30 else None


class PrivatePostgres:
    """Its data go at the end; with `kept` only in close(), and until then it may be stopped and started again."""

    def __init__(self, folder: Path, kept: bool = False) -> None:
        """The log is in that folder, the data are not: the server's user could not reach them there."""
        self.home = Path(tempfile.mkdtemp(prefix="drawbridge-postgres-", dir=room_for_data())) if kept else None
        self.url = ""  # as the script prints it
        command: list[str | Path] = [SCRIPT]
        env = {"FSYNC": "off"}
        if self.home:
            self.home.chmod(0o711)
            command.append(self.home / "cluster")
            env["PORT"] = str(free_port())
        self.program = Program("postgres", command, env, folder, ends_with_us=True)

    def start(self) -> PrivatePostgres:
        """Returns when it answers."""
        before = len(self.program.log())

        def has_said_its_url() -> bool:
            said = re.search(r"^postgresql://\S+$", self.program.log()[before:], re.MULTILINE)
            self.url = said[0] if said else ""
            return bool(said)

        self.program.start()
        self.program.wait_ready(has_said_its_url)
        return self

    def stop(self) -> None:
        self.program.stop()

    def close(self) -> None:
        self.stop()
        if self.home:
            shutil.rmtree(self.home)

    @contextmanager
    def running(self) -> Iterator[PrivatePostgres]:
        """Started, and closed at the end, whatever happened."""
        try:
            yield self.start()
        finally:
            self.close()

    def superuser(self) -> PostgresDatabase:
        """In the database that every server has."""
        return PostgresDatabase(self.url)

    def new_database(self) -> PostgresDatabase:
        """An empty one."""
        name = f"app_{secrets.token_hex(6)}"
        self.superuser().execute(f"create database {name}")
        return PostgresDatabase(self.url.removesuffix("postgres") + name)
