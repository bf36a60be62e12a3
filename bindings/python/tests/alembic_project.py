"""A project with Alembic, as a user has one, and the way to what the repository's other suites have: the databases, the
real Better Auth, and `drawbridge migrate`."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, make_url

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "tests/migrate")]

from database import Database, SqliteDatabase  # noqa: E402

ENV = """
from alembic import context
from sqlalchemy import create_engine

from drawbridge.alembic import include_object, render_item

if context.is_offline_mode():
    context.configure(url=context.config.get_main_option("sqlalchemy.url"), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
    with {connect} as connection:
        context.configure(
            connection=connection,
            target_metadata=context.config.attributes.get("metadata"),
            include_object=include_object,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
"""
TEMPLATE_CONNECTS = "engine.connect()"

BOTH = ["better_auth_tables", "hybrid_id"]

REVISION = """
from alembic import op
from drawbridge.alembic import better_auth_tables, hybrid_id

revision, down_revision = "{revision}", {down_revision!r}

def upgrade():
    {upgrade}

def downgrade():
    {downgrade}
"""


@dataclass
class Project:
    """Revisions of one operation each, or of several; `up` and `down` are what the command does."""

    folder: Path
    database: Database
    revisions: list[list[str]] = field(default_factory=lambda: [BOTH])
    connect: str = TEMPLATE_CONNECTS
    where: str = ""  # further arguments of each operation

    def config(self) -> Config:
        versions = self.folder / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        (self.folder / "env.py").write_text(ENV.format(connect=self.connect))
        (self.folder / "script.py.mako").write_text("# ${message}\n${upgrades if upgrades else 'pass'}\n")
        down: str | None = None
        for number, operations in enumerate(self.revisions):
            text = REVISION.format(
                revision=f"r{number}",
                down_revision=down,
                upgrade="; ".join(f"{operation}.upgrade(op{self.where})" for operation in operations),
                downgrade="; ".join(f"{operation}.downgrade(op{self.where})" for operation in reversed(operations)),
            )
            (versions / f"r{number}.py").write_text(text)
            down = f"r{number}"
        config = Config()
        config.set_main_option("script_location", str(self.folder))
        config.set_main_option("path_separator", "os")
        config.set_main_option("sqlalchemy.url", sqlalchemy_url(self.database).render_as_string(hide_password=False))
        return config

    def up(self, to: str = "head", sql: bool = False) -> None:
        command.upgrade(self.config(), to, sql=sql)

    def down(self, to: str = "base") -> None:
        command.downgrade(self.config(), to)


def sqlalchemy_url(database: Database, driver: str = "") -> URL:
    """With psycopg and sqlite3, or that driver."""
    if isinstance(database, SqliteDatabase):
        return URL.create(f"sqlite+{driver or 'pysqlite'}", database=str(database.file))
    return make_url(database.url).set(drivername=f"postgresql+{driver or 'psycopg'}")
