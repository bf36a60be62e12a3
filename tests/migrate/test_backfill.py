"""Existing users get UUIDs: many of them, with progress, while others sign up."""

from __future__ import annotations

import os
import pty
import re
import threading
from pathlib import Path
from uuid import UUID

from better_auths import add_many_users, add_users, make_tables, uuids
from database import Database
from migration import RunningUp, up
from process import DRAWBRIDGE, LONG, wait_until

MANY = 50_000 if LONG else 25_000  # several batches


def assert_good(database: Database, count: int) -> None:
    given = uuids(database)
    assert len(given) == count
    assert len(set(given.values())) == count
    for text in given.values():
        uuid = UUID(text)
        assert (uuid.version, str(uuid)) == (4, text)


def on_a_terminal(database: Database) -> str:
    """What a terminal shows of `migrate up`."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ["DATABASE_URL"] = database.url
        os.execv(DRAWBRIDGE, [str(DRAWBRIDGE), "migrate", "up"])
    shown = b""
    try:
        while part := os.read(terminal, 65536):
            shown += part
    except OSError:  # how Linux says that the other end is closed
        pass
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, shown
    return shown.decode()


def test_many_users_get_uuids_under_a_progress_bar(database: Database) -> None:
    make_tables(database, jwt=True)
    add_many_users(database, MANY)
    shown = on_a_terminal(database)
    assert_good(database, MANY)
    drawn = re.findall(rf"user\.uuid  \[(#*)(-*)\] +(\d+) %  ([\d,]+) of {MANY:,}", shown)
    assert len(drawn) > 1
    for filled, rest, percent, done in drawn:
        assert len(filled) + len(rest) == 30
        assert int(percent) == int(done.replace(",", "")) * 100 // MANY
    assert drawn[-1] == ("#" * 30, "", "100", f"{MANY:,}")
    # The bar is gone before what stays is printed.
    assert "\r\x1b[Kuser.uuid: done\r\n" in shown


def test_who_comes_afterwards_has_one_whoever_made_the_row(database: Database) -> None:
    make_tables(database, jwt=True)
    up(database)
    add_users(database, "imported", "by hand")
    assert_good(database, 2)


def test_sign_ups_go_on_meanwhile(database: Database, tmp_path: Path) -> None:
    make_tables(database, jwt=True)
    add_many_users(database, MANY)
    ended = threading.Event()
    came: list[str] = []

    def sign_up() -> None:
        while not ended.is_set():
            name = f"came{len(came)}"
            add_users(database, name)
            came.append(name)

    running = RunningUp(database, tmp_path)
    signing_up = threading.Thread(target=sign_up)
    signing_up.start()
    try:
        wait_until(lambda: len(came) > 3, 10, "somebody signs up before")
        running.start()
        assert running.wait(60) == 0, running.log()
        goal = len(came) + 3
        wait_until(lambda: len(came) >= goal, 10, "and after")
    finally:
        ended.set()
        signing_up.join()
    assert_good(database, MANY + len(came))
