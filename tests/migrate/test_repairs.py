"""Better Auth's tables with something missing that the bridge, or Better Auth 1.7, cannot do without."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from better_auths import NOTHING, make_tables, planned, run_migrations, script
from conftest import StartIssuer
from database import Database
from migration import OURS, migrate, pending, up
from process import wait_until
from schema import columns_of
from test_required_column import sign_in


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
    "session.token, no sessions": Missing(
        "drop table session; {session}", ["session.token"]
    ),
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


@pytest.mark.parametrize("name", MISSING)
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
    both = ["account", "verification"]
    assert pending(database, "--with-better-auth") == both + names
    assert up(database, "--with-better-auth").done == both + names
    assert planned(database) == NOTHING


NOTE = 'table "session" had no column token: {} could not be kept, their users sign in again'


@pytest.mark.parametrize("count", [1, 2])
def test_sessions_without_a_token_end(database: Database, start_issuer: StartIssuer, count: int) -> None:
    run_migrations(database)
    before = start_issuer(database)
    people = [before.sign_up(f"user{number}") for number in range(count)]
    emails = [email for (email,) in database.execute('select email from "user"')]
    before.stop()
    sessions = "create table kept as select * from session; drop table session; {session}"
    take_away(database, sessions)
    columns = 'id, "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId"'
    database.execute(f"insert into session ({columns}) select {columns} from kept")
    database.execute("drop table kept")

    broken = start_issuer(database)
    answer = people[0].browser.__class__(base_url=broken.url, trust_env=False).post(
        "/api/auth/sign-in/email",
        json={"email": emails[0], "password": "correct horse battery staple"},
        headers={"Origin": broken.url},
    )
    assert answer.status_code == 500
    wait_until(lambda: "SCHEMA_MISMATCH" in broken.program.log(), 20, "Better Auth says what it misses")
    broken.stop()

    note = NOTE.format("1 session" if count == 1 else f"{count} sessions")
    assert note in migrate(database, "plan").out
    assert note in up(database).out.splitlines()
    assert database.execute("select count(*) from session") == [(0,)]
    assert database.execute('select count(*) from "user"') == [(count,)]
    assert planned(database) == NOTHING

    mended = start_issuer(database)
    for email in emails:
        assert sign_in(mended, email).get("/token").status_code == 200
