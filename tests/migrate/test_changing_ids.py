"""docs/uuid-ids.md, as it stands there: from the hybrid id to UUIDs as ids, and back, with users who have tasks."""

from __future__ import annotations

import re
import subprocess

from backend import Backend
from better_auth import BetterAuth
from better_auths import NOTHING, planned, run_migrations, script, sign_in
from conftest import StartBackend, StartIssuer
from database import Database
from migration import pending, up
from process import DRAWBRIDGE, ROOT

PAGE = (ROOT / "docs/uuid-ids.md").read_text()
UUID_IDS = {"ids": "uuid", "uuid_column": "user.id"}


def follow(database: Database, heading: str) -> None:
    """Runs the blocks under that heading, in their order."""
    (section,) = re.findall(rf"^### {heading}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```(sql|sh)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert blocks
    for language, block in blocks:
        if language == "sql":
            script(database, block)
            continue
        command = [str(DRAWBRIDGE), *block.split()[1:]]
        ended = subprocess.run(command, env={"DATABASE_URL": database.url}, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended


def stop(backend: Backend, issuer: BetterAuth) -> None:
    """The next Better Auth of these tests has another secret, which opens no key of this one."""
    backend.stop()
    issuer.stop()
    script(issuer.database, "delete from jwks")


def tasks_of(database: Database, uuid: str) -> list[str]:
    return [title for (title,) in database.execute("select title from tasks where user_id = ? order by title", uuid)]


def test_changing_over_and_back(database: Database, start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    run_migrations(database, uuid=False)
    up(database)
    issuer = start_issuer(database)
    alice = issuer.sign_up("alice")
    ((email,),) = database.execute('select email from "user"')
    backend = start_backend(issuer)
    backend.make_task(alice.uuid, alice.token(), "1 before")
    stop(backend, issuer)
    product = {"sqlite": "On SQLite", "postgresql": "On PostgreSQL"}[database.kind]

    follow(database, product)
    assert pending(database) == []
    assert planned(database, **UUID_IDS) == NOTHING
    database.migrate()  # and the role that serves
    issuer = start_issuer(database, **UUID_IDS)
    browser = sign_in(issuer, email)
    assert browser.get("/get-session").json()["user"]["id"] == alice.uuid
    backend = start_backend(issuer)
    backend.make_task(alice.uuid, browser.get("/token").json()["token"], "2 between")
    assert tasks_of(database, alice.uuid) == ["1 before", "2 between"]
    new = issuer.sign_up("new")
    backend.make_task(new.id, new.token(), "mine")
    stop(backend, issuer)

    follow(database, f"{product}, back")
    assert pending(database) == []
    assert planned(database, ids="uuid") == NOTHING
    database.migrate()
    issuer = start_issuer(database, ids="uuid")
    browser = sign_in(issuer, email)
    backend = start_backend(issuer)
    backend.make_task(alice.uuid, browser.get("/token").json()["token"], "3 after")
    assert tasks_of(database, alice.uuid) == ["1 before", "2 between", "3 after"]
    assert tasks_of(database, new.id) == ["mine"]
