"""`drawbridge migrate`, run to its end or watched while it runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from database import Database
from process import DRAWBRIDGE, PASSED_ON, Program

BETTER_AUTHS = ["user", "session", "account", "verification", "jwks"]


@dataclass
class Run:
    """One that has ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def done(self) -> list[str]:
        """The names of what it did, in order."""
        return re.findall(r"^(.+): done$", self.out, re.MULTILINE)


def run(*arguments: str, **env: str) -> Run:
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    ended = subprocess.run(
        [DRAWBRIDGE, "migrate", *arguments], text=True, capture_output=True, env=passed | env, timeout=120, check=False
    )
    return Run(ended.returncode, ended.stdout, ended.stderr)


def steps() -> list[str]:
    """The names of all steps of our own tables, as the program gives them."""
    ended = run("status", "--json", "--with-better-auth", DATABASE_URL="sqlite:none.db")
    return [name for name in ended.json["pending"] if name[0].isdigit()]


OURS = steps() if DRAWBRIDGE.is_file() else []  # there are tests beside these that need no program


def migrate(database: Database, verb: str, *arguments: str) -> Run:
    return run(verb, *arguments, DATABASE_URL=database.url)


def up(database: Database, *arguments: str) -> Run:
    """One that must end well."""
    ended = migrate(database, "up", *arguments)
    said = [line for line in ended.err.splitlines() if "  [" not in line]  # a busy machine sees the bar of progress
    assert (ended.status, said) == (0, []), ended
    return ended


def pending(database: Database, *arguments: str) -> list[str]:
    """What `status` names; its exit status says the same."""
    ended = migrate(database, "status", "--json", *arguments)
    names = ended.json["pending"]
    assert ended.status == (1 if names else 0), ended
    return names


def plan(database: Database, *arguments: str) -> str:
    """The SQL."""
    ended = migrate(database, "plan", *arguments)
    assert (ended.status, ended.err) == (0, ""), ended
    return ended.out


class RunningUp(Program):
    """A `migrate up` that is under way; what it says is in its log."""

    def __init__(self, database: Database, folder: Path, name: str = "up") -> None:
        super().__init__(name, [DRAWBRIDGE, "migrate", "up"], {"DATABASE_URL": database.url}, folder)
        self.database = database

    def has_the_lock(self) -> bool:
        """Whether it keeps other migrations out. On PostgreSQL: whether anyone does."""
        assert self.child is not None
        if self.database.kind == "sqlite":
            held = re.compile(rf"^\d+: FLOCK +ADVISORY +WRITE {self.child.pid} ", re.MULTILINE)
            return bool(held.search(Path("/proc/locks").read_text()))
        locks = """select count(*) from pg_locks where locktype = 'advisory' and granted
            and database = (select oid from pg_database where datname = current_database())"""
        return self.database.execute(locks) == [(1,)]

    @property
    def done(self) -> list[str]:
        return Run(0, self.log(), "").done
