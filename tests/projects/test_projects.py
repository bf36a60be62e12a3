"""Projects as people have them, each made from an empty database. In each somebody signs up, reaches a protected
route, is refused where another user's is, and doctor finds nothing."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

import loopback
from backend import Backend
from better_auth import BetterAuth, Person
from better_auths import script
from conftest import NewSite
from database import Database, PostgresDatabase, SqliteDatabase
from examination import examine
from on_sqlite import write_files_on_sqlite
from pages import blocks_of, write_files
from pooler import Pooler
from process import ROOT
from site_of_project import Site

GREETING = "/api/v1/{user_id}/greeting"
TASKS = "/api/v1/{user_id}/tasks"
CHECK_TYPES = (
    "tsc --noEmit --strict --skipLibCheck --target es2022 --module esnext --moduleResolution bundler --types node *.ts"
)
# With models.py of the page: the user who has just signed up.
READ_BY_MODELS = """
import os
from datetime import datetime, timedelta, timezone
from models import Base, Note, User
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

engine = create_engine(os.environ["SQLALCHEMY_URL"])
Base.metadata.create_all(engine, [Note.__table__])
a_moment_ago = datetime.now(timezone.utc) - timedelta(minutes=10)
with Session(engine) as session:
    user = session.scalars(select(User).where(User.created_at > a_moment_ago)).one()
    assert user.email_verified is False
    assert a_moment_ago < user.updated_at < a_moment_ago + timedelta(minutes=11)
    session.add(Note(user_id=user.uuid))
    session.commit()
"""
EXISTING_APP = Path(__file__).with_name("existing_app")


@dataclass(frozen=True)
class Project:
    make: Callable[[Site], tuple[BetterAuth, str]]  # starts its Better Auth and its API, and gives the API's URL
    path: str = GREETING
    user: Callable[[Person], str] = lambda person: person.uuid  # as paths name them


def greeting(site: Site, issuer: BetterAuth) -> tuple[BetterAuth, str]:
    write_files("docs/drizzle.md", site.folder)
    return issuer, site.start_app(issuer)


def serve(site: Site, issuer: BetterAuth, kind: str = "cpp") -> tuple[BetterAuth, str]:
    """The tasks API, of the program or of examples/fastapi."""
    backend = Backend(site.folder, issuer, port=site.api_port, kind=kind)
    site.stopping.callback(backend.stop)
    return issuer, backend.start().url


def text_ids(site: Site) -> tuple[BetterAuth, str]:
    site.database = SqliteDatabase(site.folder / "app.db")
    return serve(site, site.start_better_auth())


def uuid_ids(site: Site) -> tuple[BetterAuth, str]:
    issuer = site.start_better_auth(ids="uuid", uuid_column="user.id")
    assert "user.id is the uuid; nothing to add" in site.run("drawbridge migrate up --only user")
    site.database.migrate()
    return serve(site, issuer, "fastapi")


def serial_ids(site: Site) -> tuple[BetterAuth, str]:
    issuer = site.start_better_auth(ids="serial")
    site.run("drawbridge migrate up --only user")
    return greeting(site, issuer)


def sqlalchemy_url(database: Database) -> str:
    if isinstance(database, SqliteDatabase):
        return f"sqlite:///{database.file}"
    return database.url.replace("postgresql://", "postgresql+psycopg://")


def page(document: str, on_sqlite: bool = False) -> Callable[[Site], tuple[BetterAuth, str]]:
    """As its blocks say it, in their order; but for the packages, which are those of tests/projects/package.json."""

    def make(site: Site) -> tuple[BetterAuth, str]:
        write_files_on_sqlite(document, site) if on_sqlite else write_files(document, site.folder)
        (tables,) = blocks_of(document, "The tables")
        before, _, last = tables.rstrip().rpartition("\n")
        assert last == "npx tsx server.ts"  # which start_server() runs
        assert site.run_on_a_terminal(before).rstrip().endswith("nothing is pending")
        site.run(CHECK_TYPES)
        issuer = site.start_server()
        url = site.start_app(issuer)
        (tried, doctor) = blocks_of(document, "Try it")
        assert site.run(tried + doctor).startswith('"Hello, Alice"')
        if (site.folder / "models.py").exists():
            site.run(f"python -c '{READ_BY_MODELS}'", SQLALCHEMY_URL=sqlalchemy_url(site.database))
        return issuer, url

    return make


def schema_of_its_own(site: Site) -> tuple[BetterAuth, str]:
    assert isinstance(site.database, PostgresDatabase)
    script(site.database, "create schema auth; create schema app")
    url = f"{site.database.url}?options=-csearch_path%3D"
    site.database = PostgresDatabase(f"{url}auth")
    issuer = site.start_better_auth()
    issuer.database = site.database = PostgresDatabase(f"{url}app,auth")
    site.database.migrate()
    return serve(site, issuer)


def behind_a_pooler(site: Site) -> tuple[BetterAuth, str]:
    assert isinstance(site.database, PostgresDatabase)
    pooler = site.stopping.enter_context(Pooler(site.database, site.folder).running())
    site.database = through = pooler.before(site.database)
    issuer = site.start_better_auth()
    through.migrate()
    return serve(site, issuer)


def existing_app(site: Site) -> tuple[BetterAuth, str]:
    """It has users and tasks of its own, with rows, before it knows of Better Auth."""
    shutil.copytree(EXISTING_APP, site.folder, dirs_exist_ok=True)
    site.run("alembic upgrade 0001")
    script(
        site.database,
        """insert into users (email, password_hash) values ('old@example.com', 'x');
           insert into tasks (user_id, title) select id, 'Old' from users""",
    )
    site.run("alembic upgrade head && alembic check")
    assert "nothing is pending" in site.run("drawbridge migrate up --only user")
    issuer = site.start_better_auth(migrate="off")
    url = site.start_app(issuer)
    assert site.database.execute("select title from tasks") == [("Old",)]
    return issuer, url


PROJECTS = {
    "text ids": Project(text_ids, TASKS),
    "uuid ids": Project(uuid_ids, TASKS, user=lambda person: person.id),
    "serial ids": Project(serial_ids),
    "Drizzle": Project(page("docs/drizzle.md")),
    "Prisma": Project(page("docs/prisma.md")),
    "Drizzle on SQLite": Project(page("docs/drizzle.md", on_sqlite=True)),
    "Prisma on SQLite": Project(page("docs/prisma.md", on_sqlite=True)),
    "a schema of its own": Project(schema_of_its_own, TASKS),
    "behind a pooler": Project(behind_a_pooler, TASKS),
    "an existing app": Project(existing_app, TASKS),
}


@pytest.mark.parametrize("name", PROJECTS)
def test_its_users_reach_their_own_and_nobody_elses(new_site: NewSite, name: str) -> None:
    project = PROJECTS[name]
    site = new_site(name.replace(" ", "-"))
    issuer, url = project.make(site)
    alice, bob = issuer.sign_up("alice"), issuer.sign_up("bob")
    token = alice.token()

    def get(person: Person, **headers: str) -> httpx.Response:
        return loopback.get(url + project.path.format(user_id=project.user(person)), headers)

    assert (get(alice).status_code, get(alice).json()["code"]) == (401, "token_missing")
    own = get(alice, Authorization=f"Bearer {token}")
    assert own.status_code == 200, own.text
    if project.path == TASKS:
        with loopback.open_client() as client:
            made = client.post(str(own.url), json={"title": "First"}, headers={"Authorization": f"Bearer {token}"})
        assert made.status_code == 201, made.text
        assert "First" in get(alice, Authorization=f"Bearer {token}").text
        assert "First" not in get(bob, Authorization=f"Bearer {bob.token()}").text
    others = get(bob, Authorization=f"Bearer {token}")
    assert (others.status_code, others.json()["code"]) == (403, "user_mismatch")
    checks = examine(
        better_auth_url=issuer.url,
        database_url=issuer.database.url,
        token=token,
        session=alice.browser.cookies["better-auth.session_token"],
        api_url=url,
        api_path=project.path,
    )
    assert [check for check in checks.values() if check.status in ("warning", "fault")] == []
    assert len(checks.of("ok")) > 20


@pytest.mark.parametrize("document", ["docs/drizzle.md", "docs/prisma.md"])
def test_the_packages_that_a_page_installs_are_those_of_the_tests(document: str) -> None:
    (installed, *more) = blocks_of(document, "Better Auth")
    assert more == []
    installed += blocks_of(document, "On SQLite")[0]
    named = set(re.findall(r" ((?:@[\w-]+/)?[a-z][\w-]+)(?= |$)", installed, re.MULTILINE)) - {
        "install",
        "npm",
        "init",
        "pkg",
        "set",
    }
    named = {name for name in named if not name.startswith("type")} | ({"typescript"} & named)
    tests_have = json.loads((ROOT / "tests/projects/package.json").read_text())["dependencies"]
    assert named <= tests_have.keys()
    assert len(named) >= 7
