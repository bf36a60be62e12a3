"""Better Auth's tables with something missing that the bridge, or Better Auth 1.7, cannot do without."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from better_auth import BetterAuth
from better_auths import NOTHING, make_tables, planned, run_migrations, script, sign_in, uuids
from cases import cases
from conftest import StartIssuer
from database import Database
from loopback import get
from migration import OURS, pending, plan, up
from process import wait_until
from schema import columns_of


@dataclass
class Missing:
    sql: str  # that takes it away
    names: list[str]  # what is pending then


MISSING: dict[str, Missing] = {
    "jwks": Missing("drop table jwks", ["jwks"]),
    "jwks.alg": Missing("alter table jwks drop column alg", ["jwks.alg"]),
    "jwks.crv": Missing("alter table jwks drop column crv", ["jwks.crv"]),
    "jwks.expiresAt": Missing('alter table jwks drop column "expiresAt"', ["jwks.expiresAt"]),
    "all that jwks got later": Missing(
        'alter table jwks drop column "expiresAt"; alter table jwks drop column crv; alter table jwks drop column alg',
        ["jwks.alg", "jwks.crv", "jwks.expiresAt"],
    ),
    "session.token, no sessions": Missing("drop table session; {session}", ["session.token"]),
    "session.token and jwks": Missing("drop table jwks; drop table session; {session}", ["session.token", "jwks"]),
}

# As it was before it had a token; SQLite drops no column that is unique.
SESSION = """create table session (id text not null primary key, "expiresAt" {date} not null, "createdAt" {date} not null,
    "updatedAt" {date} not null, "ipAddress" text, "userAgent" text,
    "userId" text not null references "user" (id) on delete cascade);
    create index "session_userId_idx" on session ("userId");"""


def take_away(database: Database, sql: str) -> None:
    date = "date" if database.kind == "sqlite" else "timestamptz"
    script(database, sql.format(session=SESSION.format(date=date)))


@pytest.mark.parametrize("name", cases(MISSING, "jwks", "all that jwks got later", "session.token, no sessions"))
def test_what_is_missing_is_added_and_nothing_dropped(database: Database, start_issuer: StartIssuer, name: str) -> None:
    missing = MISSING[name]
    make_tables(database, uuid=True, jwt=True)
    up(database)
    take_away(database, missing.sql)
    before = columns_of(database)
    assert pending(database) == missing.names
    ended = up(database)
    assert ended.done == missing.names
    assert "could not be kept" not in ended.out
    assert before < columns_of(database)
    assert planned(database) == NOTHING
    start_issuer(database).sign_up("alice").token()


def test_the_names_come_in_one_order(database: Database) -> None:
    make_tables(database, jwt=True)
    take_away(database, "drop table verification; drop table account; drop table session; {session}")
    take_away(database, MISSING["all that jwks got later"].sql)
    names = ["session.token", "jwks.alg", "jwks.crv", "jwks.expiresAt", "user.uuid", *OURS]
    assert pending(database) == names
    names[1:1] = ["account", "verification"]
    assert pending(database, "--with-better-auth") == names
    assert up(database, "--with-better-auth").done == names
    assert planned(database) == NOTHING


NOTE = 'table "session" had no column token: {} could not be kept, so their users must sign in again'


def assert_better_auth_refuses_to_work(database: Database, folder: Path, because: str) -> None:
    folder.mkdir()
    issuer = BetterAuth(folder, database, migrate="off")
    with issuer.program.running() as program:
        program.start()
        program.wait_ready(lambda: '"ready":true' in program.log())
        assert get(f"{issuer.url}/api/auth/ok").status_code == 500
        wait_until(lambda: because in program.log(), 20, "it says why")


@pytest.mark.parametrize("count", [1, 2])
def test_sessions_without_a_token_end_and_their_users_sign_in_again(
    database: Database, start_issuer: StartIssuer, tmp_path: Path, count: int
) -> None:
    run_migrations(database)
    before = start_issuer(database)
    for number in range(count):
        before.sign_up(f"user{number}")
    before.stop()
    emails = [email for (email,) in database.execute('select email from "user"')]
    given = uuids(database)
    take_away(database, "create table kept as select * from session; drop table session; {session}")
    columns = 'id, "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId"'
    script(database, f"insert into session ({columns}) select {columns} from kept; drop table kept")
    assert_better_auth_refuses_to_work(database, tmp_path / "broken", "Missing columns\n    session.token")

    note = NOTE.format("1 session" if count == 1 else f"{count} sessions")
    assert f"-- {note}" in plan(database).splitlines()
    assert note in up(database).out.splitlines()
    assert database.execute("select count(*) from session") == [(0,)]
    assert uuids(database) == given
    assert planned(database) == NOTHING
    mended = start_issuer(database)
    for email in emails:
        assert sign_in(mended, email).get("/token").status_code == 200
