"""`alembic revision --autogenerate` in a project whose database others use too: what it writes down to be dropped."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from alembic_project import Project
from better_auths import run_migrations, script
from database import Database
from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from drawbridge.alembic.revisions import TableKey, calls_of_upgrades, follow
from drawbridge.sqlalchemy import BetterAuthTime, BetterAuthUser, UserUuid

pytest_plugins = ["alembic_databases"]
pytestmark = pytest.mark.repository

# What organization(), twoFactor(), a rate limit in the database and revocations make.
PLUGINS = {"drawbridgeRevocation", "invitation", "member", "organization", "rateLimit", "twoFactor"}

FIRST = """
from alembic import op
import sqlalchemy as sa

revision, down_revision = "mine", None

TABLE = "named_elsewhere"

def upgrade():
    op.create_table("notes", sa.Column("id", sa.Text, primary_key=True), sa.Column("old", sa.Text))
    op.create_table("labels", sa.Column("id", sa.Text, primary_key=True))
    op.create_table(TABLE, sa.Column("id", sa.Text, primary_key=True))
    op.create_table("gone", sa.Column("id", sa.Text, primary_key=True))
    op.create_table("before", sa.Column("id", sa.Text, primary_key=True))
    op.rename_table("before", "after")

def downgrade():
    op.create_table("organization")  # as an autogenerate writes it that wanted to drop the table
"""
SECOND = """
from alembic import op

revision, down_revision = "mine_too", "mine"

def upgrade():
    op.drop_table("gone")
"""

Written = Callable[[Database, MetaData], str]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """written(database, models) runs the revisions, then `alembic revision --autogenerate`, and gives what it wrote."""

    def write(database: Database, models: MetaData) -> str:
        project = Project(tmp_path, database, revisions=[])
        config = project.config()
        (tmp_path / "versions/mine.py").write_text(FIRST)
        (tmp_path / "versions/mine_too.py").write_text(SECOND)
        (tmp_path / "script.py.mako").write_text(
            "revision, down_revision = ${repr(up_revision)}, ${repr(down_revision)}\nfrom alembic import op\n"
            "import sqlalchemy as sa\n\ndef upgrade():\n    ${upgrades if upgrades else 'pass'}\n"
        )
        command.upgrade(config, "head")
        config.attributes["metadata"] = models
        made = command.revision(config, "later", autogenerate=True)
        assert made is not None
        assert not isinstance(made, list)
        return Path(made.path).read_text()

    return write


def dropped(text: str) -> set[str]:
    return set(re.findall(r"drop_table\('(\w+)'", text))


def test_only_what_a_revision_of_the_app_made_is_dropped(
    database: Database, written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    models = MetaData()
    Table("notes", models, Column("id", Text, primary_key=True))
    with caplog.at_level(logging.INFO, "alembic.drawbridge"):
        run_migrations(database, other_tables="on", revocations="on")
        script(database, "create table theirs (id text primary key)")
        text = written(database, models)
    assert dropped(text) == {"labels", "after"}
    assert "drop_column('notes', 'old')" in text, "a column of a table that a revision made"
    left_alone = {
        f"The table {name} is left alone: it has no model, and no revision created that table"
        for name in PLUGINS | {"theirs", "named_elsewhere"}
    }
    assert left_alone <= set(caplog.messages)


def test_a_table_that_the_app_dropped_and_another_made_again_is_the_others(
    database: Database, written: Written
) -> None:
    written(database, MetaData())
    script(database, "create table gone (id text primary key)")
    assert "gone" not in dropped(written(database, MetaData()))


LATER = {
    "a drop in a loop": ('for table in ("notes",): op.drop_table(table)', {"later"}),
    "SQL that drops": ('op.execute("DROP TABLE notes")', {"later"}),
    "SQL of the driver that drops": ('op.get_bind().exec_driver_sql("DROP TABLE notes")', {"later"}),
    "SQL that renames": ('op.execute(sa.text("alter table notes rename to others"))', {"later"}),
    "SQL that is not a literal": ("op.execute(sql)", {"later"}),
    "a name that is renamed unseen": ('op.rename_table(name, "others")', {"later"}),
    "SQL that changes rows": ('op.execute("UPDATE notes SET old = 1")', {"notes", "later"}),
}


@pytest.mark.parametrize("name", LATER)
def test_what_cannot_be_read_may_have_been_any_table(tmp_path: Path, name: str) -> None:
    statement, kept = LATER[name]
    file = tmp_path / "revision.py"
    file.write_text(f'def upgrade():\n    op.create_table("notes")\n    {statement}\n    op.create_table("later")\n')
    made: set[TableKey] = set()
    for call in calls_of_upgrades(file):
        follow(call, made)
    assert made == {(None, table) for table in kept}


def test_of_a_table_that_others_made_no_part_is_dropped(database: Database, written: Written) -> None:
    """Though the app has a model, which knows some of its columns."""
    run_migrations(database, other_tables="on")
    script(database, 'create index theirs on "organization" (name)')
    models = MetaData()
    seen = Table("organization", models, Column("id", Text, primary_key=True), Column("mine", Text))
    Table("notes", models, Column("id", Text, primary_key=True), Column("old", Text), Index("by_old", "old"))
    text = written(database, models)
    assert not re.findall(r"op\.drop_\w+\([^\n]*organization", text), text
    assert "sa.Column('mine'" in text, "what the model adds is written"
    assert "create_index('by_old'" in text
    assert seen.name == "organization"


class Base(DeclarativeBase): ...


class User(BetterAuthUser, Base):
    """As Drizzle has it: under other names, and with defaults that are none of the model's."""

    __tablename__ = "users"

    email_verified: Mapped[bool] = mapped_column("email_verified")


class Remark(Base):
    __tablename__ = "remarks"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(UserUuid, ForeignKey("users.uuid"))
    at: Mapped[datetime] = mapped_column(BetterAuthTime("timestamp"))


USERS = """create table users (id text primary key, name text default 'x', email text,
    email_verified boolean default false, image text, "createdAt" timestamp, "updatedAt" timestamp, role text,
    uuid text default 'y')"""


@pytest.mark.parametrize("sql", ["", USERS], ids=["no table", "a table of another form"])
def test_the_table_of_a_model_of_better_auths_users_is_left_alone(
    database: Database, written: Written, sql: str
) -> None:
    script(database, sql)
    text = written(database, Base.metadata)
    assert not re.findall(r"op\.\w+\(\s*'users'", text), text
    assert "'users.uuid'" in text
    assert "BetterAuthTime('timestamp')" in text
