"""Users that were there get their UUIDs in batches: others write meanwhile, and a stopped run is gone on with."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic_project import TEMPLATE_CONNECTS, Project
from better_auths import NOTHING, add_many_users, add_users, make_tables, planned, uuids
from database import Database
from schema import schema_of

pytest_plugins = ["alembic_databases"]
pytestmark = pytest.mark.repository

MANY = 30_000
HELD_BY_ENV = "engine.begin()"  # a transaction of env.py's own, around all migrations


@contextmanager
def after_each_batch(act: Callable[[str], None]) -> Iterator[list[str]]:
    """Gives what was said after each of them; `act` is called with it then."""
    said: list[str] = []

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())
            act(said[-1])

    watch, logger = Watch(), logging.getLogger("alembic.drawbridge")
    level = logger.level
    logger.addHandler(watch)
    logger.setLevel(logging.INFO)
    try:
        yield said
    finally:
        logger.removeHandler(watch)
        logger.setLevel(level)


@pytest.mark.parametrize("connect", [TEMPLATE_CONNECTS, HELD_BY_ENV])
def test_each_user_gets_one(database: Database, tmp_path: Path, connect: str) -> None:
    make_tables(database, jwt=True)
    add_many_users(database, MANY)
    with after_each_batch(lambda _: None) as said:
        Project(tmp_path, database, connect=connect).up()
    given = uuids(database)
    assert len(given) == len(set(given.values())) == MANY
    assert len(said) > 1
    assert said[-1] == "user.uuid: 30000 of 30000 users have one"
    assert planned(database) == NOTHING


def test_others_sign_up_between_the_batches(database: Database, tmp_path: Path) -> None:
    make_tables(database, jwt=True)
    add_many_users(database, MANY)
    later: list[str] = []

    def sign_up(_: str) -> None:
        name = f"later{len(later)}"
        add_users(database, name)
        assert name in uuids(database)
        later.append(name)

    with after_each_batch(sign_up):
        Project(tmp_path, database).up()
    assert len(later) > 1
    assert len(uuids(database)) == MANY + len(later)


def test_a_run_that_was_stopped_is_gone_on_with(database: Database, tmp_path: Path) -> None:
    make_tables(database, jwt=True)
    before = schema_of(database)
    add_many_users(database, MANY)
    project = Project(tmp_path, database)

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with after_each_batch(stop), pytest.raises(KeyboardInterrupt):
        project.up()
    first = uuids(database)
    assert 0 < len(first) < MANY
    project.up()
    given = uuids(database)
    assert len(given) == MANY
    assert given.items() >= first.items()
    assert planned(database) == NOTHING
    project.down()
    assert [line for line in schema_of(database) if not line.startswith("alembic_version")] == before
