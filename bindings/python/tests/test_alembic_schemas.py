"""Better Auth's tables in a schema that no search path leads to: `schema=` says where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic_project import BOTH, Project
from better_auths import NOTHING, add_users, planned, run_migrations, script, uuids
from database import PostgresDatabase
from migration import BETTER_AUTHS
from schema import columns_of, tables_of

from drawbridge.alembic import MigrationRefused

pytest_plugins = ["alembic_databases"]
pytestmark = pytest.mark.repository

OURS = ["alembic_version", "drawbridge_additions"]


@pytest.fixture
def auth(postgres: PostgresDatabase) -> PostgresDatabase:
    """The same database as Better Auth sees it, with its own search path."""
    script(postgres, "create schema auth")
    return PostgresDatabase(f"{postgres.url}?options=-csearch_path%3Dauth")


def test_users_there_get_their_uuids(postgres: PostgresDatabase, auth: PostgresDatabase, tmp_path: Path) -> None:
    run_migrations(auth, uuid=False)
    add_users(auth, "a", "b")
    before = columns_of(auth)
    with pytest.raises(MigrationRefused, match=r'in a schema that is not on the search path.*: "auth"\."user"'):
        Project(tmp_path / "without", postgres, revisions=[["hybrid_id"]]).up()
    project = Project(tmp_path / "with", postgres, revisions=[["hybrid_id"]], where=', schema="auth"')
    project.up()
    assert uuids(auth).keys() == {"a", "b"}
    assert planned(auth) == NOTHING
    assert tables_of(postgres) == OURS
    project.down()
    assert columns_of(auth) == before


def test_missing_tables_are_made_there(postgres: PostgresDatabase, auth: PostgresDatabase, tmp_path: Path) -> None:
    project = Project(tmp_path, postgres, revisions=[BOTH], where=', schema="auth"')
    project.up()
    assert tables_of(auth) == sorted(BETTER_AUTHS)
    assert tables_of(postgres) == OURS
    assert planned(auth) == NOTHING
    project.down()
    assert tables_of(auth) == []
