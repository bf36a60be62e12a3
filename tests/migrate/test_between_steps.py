"""A migration that ended after any of its steps, or in the middle of the backfill: the next one goes on from there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from assertions import assert_all_have_a_uuid
from better_auths import NOTHING, add_many_users, make_tables, planned, script, uuids
from conftest import NewDatabase
from database import Database
from migration import pending, plan, up
from schema import schema_of

MANY = 10


def with_users(database: Database) -> Database:
    make_tables(database)
    add_many_users(database, MANY)
    return database


def empty(database: Database) -> Database:
    return database


def with_text_column(database: Database) -> Database:
    with_users(database)
    script(
        database,
        """alter table "user" add column uuid text;
           update "user" set uuid = 'a11ce000-0000-4000-8000-00000000000a' where id = 'user1'""",
    )
    return database


STARTS: dict[str, tuple[Callable[[Database], Database], list[str]]] = {
    "an empty database": (empty, ["--with-better-auth"]),
    "users without uuid": (with_users, []),
    "a text column": (with_text_column, []),
}


def steps_of(sql: str) -> list[str]:
    """Each begins with a comment that names it, and is one transaction."""
    return [step for step in re.split(r"^(?=-- )", sql, flags=re.MULTILINE) if step]


@pytest.mark.parametrize("name", STARTS)
def test_after_each_step(new_database: NewDatabase, name: str) -> None:
    start, options = STARTS[name]
    undisturbed = start(new_database())
    steps = steps_of(plan(undisturbed, *options))
    assert len(steps) > 3
    up(undisturbed, *options)
    for count in range(1, len(steps) + 1):
        database = start(new_database())
        script(database, "".join(steps[:count]))
        given = uuids(database) if any(line.startswith("user.uuid ") for line in schema_of(database)) else {}
        assert (pending(database, *options) == []) == (count == len(steps)), steps[count - 1]
        up(database, *options)
        assert schema_of(database) == schema_of(undisturbed), steps[count - 1]
        assert given.items() <= uuids(database).items()
        assert_all_have_a_uuid(database)


def test_in_the_middle_of_the_backfill(new_database: NewDatabase) -> None:
    undisturbed, database = with_users(new_database()), with_users(new_database())
    up(undisturbed)
    steps = steps_of(plan(database))
    fill = next(number for number, step in enumerate(steps) if "\nUPDATE" in step and "CREATE" not in step)
    script(database, "".join(steps[:fill]))
    script(database, steps[fill].replace("uuid IS NULL;", "uuid IS NULL AND id IN ('user1', 'user7');"))
    given = uuids(database)
    assert set(given) == {"user1", "user7"}
    up(database)
    assert schema_of(database) == schema_of(undisturbed)
    assert given.items() <= uuids(database).items()
    assert_all_have_a_uuid(database)
    assert planned(database) == NOTHING
