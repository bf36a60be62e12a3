"""A real PgBouncer in transaction mode before a PostgreSQL server: each transaction may get another session."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from database import SERVE_ROLE, PostgresDatabase
from process import Program, accepts, free_port

SESSIONS = 2  # with the server, for each role and database: fewer than the API has connections

CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = {mode}
default_pool_size = {sessions}
"""


class Pooler:
    def __init__(self, database: PostgresDatabase, folder: Path, mode: str = "transaction") -> None:
        """Before the server of that database; its log is in the folder."""
        self.port = free_port()
        # PgBouncer is never root, so what it reads is where every user can be.
        self.home = Path(tempfile.mkdtemp(prefix="drawbridge-pooler-"))
        self.home.chmod(0o711)
        users, configuration = self.home / "users", self.home / "pgbouncer.ini"
        users.write_text(f'"postgres" ""\n"{SERVE_ROLE}" ""\n')
        server = urlsplit(database.url).port
        configuration.write_text(
            CONFIGURATION.format(server=server, port=self.port, users=users, sessions=SESSIONS, mode=mode)
        )
        as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
        program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
        self.program = Program("pgbouncer", [program, *as_nobody, configuration], {}, folder, status_of_sigterm=1)

    @contextmanager
    def running(self) -> Iterator[Pooler]:
        try:
            with self.program.running():
                self.program.start()
                self.program.wait_ready(lambda: accepts(self.port))
                yield self
        finally:
            shutil.rmtree(self.home)

    def url_of(self, url: str) -> str:
        """That of the server, led through here."""
        address = urlsplit(url)
        return address._replace(netloc=f"{address.username}@127.0.0.1:{self.port}").geturl()

    def before(self, database: PostgresDatabase) -> PostgresDatabase:
        through = PostgresDatabase(self.url_of(database.url))
        through.serve_url = self.url_of(database.serve_url)
        return through
