"""What several tests expect."""

from __future__ import annotations

from uuid import UUID

from better_auths import add_users, uuids
from database import Database
from migration import migrate
from schema import contents_of


def assert_refused(database: Database, because: str) -> None:
    """With one line, the same by each command, and with nothing changed."""
    before = contents_of(database)
    said = set()
    for command in (["up"], ["up", "--with-better-auth"], ["status"], ["plan"]):
        ended = migrate(database, *command)
        assert ended.status == 1, ended
        assert ended.done == []
        said.add(ended.err)
    (line,) = said
    assert line.startswith("drawbridge: ") and line.count("\n") == 1, line
    assert because in line
    assert contents_of(database) == before


def assert_all_have_a_uuid(database: Database) -> None:
    """Each another one, as does a user who comes later."""
    add_users(database, "later")
    found = uuids(database)
    assert len(found) == len(set(found.values())) == database.execute('select count(*) from "user"')[0][0]
    for uuid in found.values():
        assert str(UUID(uuid)) == uuid
