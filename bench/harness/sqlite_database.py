"""Databases as Better Auth and `drawbridge migrate up` make them, filled in bulk."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import UUID

from measurement import BrokenMeasurement
from process import PASSED_ON
from servers import DRAWBRIDGE

OWNER = "d5e1ed25-7146-4435-b2bd-005278237699"

# As Better Auth 1.7 makes it, with the additional field `uuid`.
USER_TABLE = """create table "user" ("id" text not null primary key, "name" text not null,
  "email" text not null unique, "emailVerified" integer not null, "image" text, "createdAt" date not null,
  "updatedAt" date not null, "uuid" text not null unique)"""

INSERT_USER = """insert into "user" (id, name, email, emailVerified, createdAt, updatedAt, uuid)
  values (:uuid, 'Zoë', :uuid || '@example.com', 1, '2026-11-23T10:00:00.000Z', '2026-11-23T10:00:00.000Z', :uuid)"""


def create(file: Path) -> None:
    """Our tables beside Better Auth's, with one user, OWNER."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(USER_TABLE)
        connection.execute(INSERT_USER, {"uuid": OWNER})
    connection.close()
    env = {key: os.environ[key] for key in PASSED_ON if key in os.environ} | {"DATABASE_URL": f"sqlite://{file}"}
    done = subprocess.run([DRAWBRIDGE, "migrate", "up"], env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BrokenMeasurement(f"drawbridge migrate up ended with {done.returncode}: {done.stderr.strip()}")


TAGS = ("home", "work", "errand", "urgent", "later", "reading", "garden", "money", "travel", "health")
INSERT_TAG = "insert into tags (id, user_id, name, color) values (?, ?, ?, '#3366CC')"
# Folded as the program does it, or its start would: the texts are ASCII.
INSERT_TASK = """insert into tasks (user_id, id, title, description, completed, priority, due_date, reminder_at,
  created_at, updated_at, title_folded, description_folded)
  values (?, ?, ?3, ?4, ?, ?, ?, ?, ?, ?, lower(?3), lower(?4))"""
INSERT_TASK_TAG = "insert into task_tags (user_id, task_id, tag_id) values (?, ?, ?)"


def uuids(random: Random) -> Iterator[str]:
    """As the program makes them: random, version 4."""
    while True:
        yield str(UUID(int=random.getrandbits(128), version=4))


def time_text(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(1_790_000_000 + seconds))


def task_row(owner: str, task_id: str, number: int, seconds: int) -> tuple[object, ...]:
    """Half of the tasks have what is optional."""
    described = f"What is to be done about number {number}, in about eighty characters of text" if number % 2 else None
    due = time_text(seconds + 200_000) if number % 2 else None
    reminder = time_text(seconds + 100_000) if number % 4 == 1 else None
    created = time_text(seconds)
    title = f"Task {number:04} of the bridge, to be lowered"
    return owner, task_id, title, described, number % 3 == 0, number % 4 or None, due, reminder, created, created


def fill(file: Path, own_tasks: int, others: int, tasks_of_each: int) -> None:
    """OWNER's tasks, each with two or three of ten tags, among those of as many other users, each with one. The tasks
    of all are written in turn, so that nobody's rows lie together."""
    ids = uuids(Random(1))
    everybody = [next(ids) for _ in range(others)]
    everybody.insert(others // 2, OWNER)
    tag_ids = {user: range(1 + len(TAGS) * n, 1 + len(TAGS) * (n + 1)) for n, user in enumerate(everybody)}
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -2000000")
        connection.executemany(INSERT_USER, ({"uuid": user} for user in everybody if user != OWNER))
        connection.executemany(
            INSERT_TAG, ((tag, user, name) for user in everybody for tag, name in zip(tag_ids[user], TAGS))
        )
        tagged: list[tuple[str, str, int]] = []
        for number in range(max(own_tasks, tasks_of_each)):
            who = [u for u in everybody if number < (own_tasks if u == OWNER else tasks_of_each)]
            rows = [task_row(u, next(ids), number, number * others + n) for n, u in enumerate(who)]
            connection.executemany(INSERT_TASK, rows)
            tagged += [
                (user, task, tag_ids[user][(number + 3 * n) % 10])
                for user, task, *_ in rows
                for n in range(2 + number % 2 if user == OWNER else 1)
            ]
        connection.executemany(INSERT_TASK_TAG, sorted(tagged))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
