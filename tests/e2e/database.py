"""The database that Better Auth and the backend share, as a third program sees it: a file of SQLite, or a database
on a PostgreSQL server. DRAWBRIDGE_TEST_DATABASE says which of them the tests are to use.

A statement has `?` where a parameter goes, on both.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from process import DRAWBRIDGE, ROOT, wait_until

KIND = os.environ.get("DRAWBRIDGE_TEST_DATABASE", "sqlite")
assert KIND in ("sqlite", "postgresql"), f"DRAWBRIDGE_TEST_DATABASE is {KIND}"

SERVE_ROLE = "drawbridge_serve"

OURS = ("tasks", "tags", "task_tags")


class Database(ABC):
    kind: str
    url: str  # as DATABASE_URL has it
    serve_url: str  # the backend's: the same, or that of a role with fewer rights

    @abstractmethod
    def execute(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """The rows that it gives; what it changes is committed."""

    @abstractmethod
    def write_lock(self) -> AbstractContextManager[None]:
        """As another program may hold it: nobody writes tasks or tags meanwhile, all may read."""

    @abstractmethod
    def settle_after_a_kill(self, scratch: Path) -> None:
        """After the backend was killed: what it had under way is over, and the data are sound."""

    def migrate(self) -> None:
        """`drawbridge migrate up`, which must work."""
        command = [DRAWBRIDGE, "migrate", "up", "--database-url", self.url]
        done = subprocess.run(command, text=True, capture_output=True, env={}, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def rows_of(self, user: str) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of ours that belong to that user, by table."""
        return {table: self.execute(f"select * from {table} where user_id = ?", user) for table in OURS}


class SqliteDatabase(Database):
    kind = "sqlite"

    def __init__(self, file: Path) -> None:
        self.file = file
        self.url = self.serve_url = f"sqlite://{file}"

    def execute(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
            return connection.execute(statement, parameters).fetchall()

    @contextmanager
    def write_lock(self) -> Iterator[None]:
        with closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                connection.execute("ROLLBACK")

    def settle_after_a_kill(self, scratch: Path) -> None:
        """A copy is looked at: to open the file itself would mend what the server is to mend."""
        scratch.mkdir()
        for file in self.file.parent.glob(f"{self.file.name}*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, scratch)
        copy = SqliteDatabase(scratch / self.file.name)
        assert copy.execute("PRAGMA integrity_check") == [("ok",)]
        assert copy.execute("PRAGMA foreign_key_check") == []
        shutil.rmtree(scratch)


class PostgresDatabase(Database):
    kind = "postgresql"

    def __init__(self, url: str) -> None:
        self.url = self.serve_url = url

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Each statement is a transaction of its own, unless one is begun."""
        return psycopg.connect(self.url, autocommit=True, connect_timeout=10)

    def execute(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with closing(self.connect()) as connection:
            # psycopg reads `%` only where there are parameters.
            cursor = connection.execute(statement.replace("?", "%s") if parameters else statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def migrate(self) -> None:
        """And makes the role that serves, as an operator does; it is the backend's from now on."""
        super().migrate()
        self.serve_url = self.url_of_role(SERVE_ROLE)

    def url_of_role(self, name: str, **variables: str) -> str:
        """Makes the role by the script for it, with these variables of psql's."""
        given = [f"--variable={variable}={value}" for variable, value in {"role": name, **variables}.items()]
        command = ["psql", "-Xq", *given, "-f", ROOT / "deploy/postgres_serve_role.sql", self.url]
        done = subprocess.run(command, text=True, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return self.url.replace("//postgres@", f"//{name}@")

    @contextmanager
    def write_lock(self) -> Iterator[None]:
        with closing(self.connect()) as connection, connection.transaction(force_rollback=True):
            connection.execute(f"LOCK TABLE {', '.join(OURS)} IN EXCLUSIVE MODE")
            yield

    def settle_after_a_kill(self, scratch: Path) -> None:
        """PostgreSQL goes on with a statement that it has received; it sees only then that nobody is there."""
        others = """select count(*) from pg_stat_activity where datname = current_database()
            and backend_type = 'client backend' and pid <> pg_backend_pid() and application_name <> 'better-auth'"""
        wait_until(lambda: self.execute(others) == [(0,)], 20, "the killed program's connections are over")
