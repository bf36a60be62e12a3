"""Sessions in a real PostgreSQL: what a look does to the connections of the app, by which driver, and as which role."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from alembic_project import sqlalchemy_url
from database import Database
from key_server import KeyServer
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from stored_sessions import FUTURE, SECRET, cookie_of, new_token

from drawbridge import AuthError, Verifier
from drawbridge.sessions import sqlalchemy_sessions
from drawbridge.testing import Issuer

pytest_plugins = ["alembic_databases"]
pytestmark = pytest.mark.repository

TABLES = """
create table "user" ("id" text primary key, "uuid" uuid not null unique, "name" text, "email" text,
    "emailVerified" boolean, "role" text, "banned" boolean, "banExpires" timestamptz, "createdAt" timestamptz,
    "updatedAt" timestamptz);
create table "session" ("id" text primary key, "token" text not null unique, "expiresAt" timestamptz not null,
    "createdAt" timestamptz not null, "updatedAt" timestamptz, "ipAddress" text, "userAgent" text,
    "userId" text not null references "user" ("id") on delete cascade);
create role {role} login;
grant select on "session", "user" to {role};
"""
WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


class App:
    """With a session of Alice's, and an engine that signs in as a role which may do no more than it needs."""

    def __init__(self, database: Database, engine: AsyncEngine, verifier: Verifier, token: str) -> None:
        self.database, self.engine, self.verifier, self.token = database, engine, verifier, token

    async def says(self, token: str = "") -> str:
        try:
            identity = await self.verifier.authenticate_request_async(
                [(b"cookie", cookie_of(token or self.token).encode())], method="GET"
            )
        except AuthError as error:
            return error.code
        return str(identity.name)

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """As by a migration that takes long: nobody reads sessions meanwhile."""
        owner = create_async_engine(sqlalchemy_url(self.database, "asyncpg"))
        async with owner.begin() as connection:
            await connection.execute(text('lock table "session" in access exclusive mode'))
            yield
        await owner.dispose()

    async def until(self, condition: str, value: int) -> None:
        while self.database.execute(condition) != [(value,)]:
            await asyncio.sleep(0.01)

    async def until_all_are_back(self) -> None:
        while self.engine.pool.checkedout():  # type: ignore[attr-defined]  # of a pool that counts
            await asyncio.sleep(0.01)


@asynccontextmanager
async def app_on(database: Database, issuer: Issuer, keys: KeyServer, driver: str = "asyncpg") -> AsyncIterator[App]:
    url = sqlalchemy_url(database, driver)
    role, token = f"role_of_{url.database}", new_token()
    for statement in TABLES.format(role=role).strip().rstrip(";").split(";"):
        database.execute(statement)
    database.execute('insert into "user" ("id", "uuid", "name") values (?, gen_random_uuid(), ?)', "u1", "Alice")
    database.execute(
        'insert into "session" ("id", "token", "expiresAt", "createdAt", "userId") values (?, ?, ?, now(), ?)',
        *("s1", token, FUTURE, "u1"),
    )
    engine = create_async_engine(url.set(username=role), pool_size=2, max_overflow=0)
    sessions = sqlalchemy_sessions(engine)
    with Verifier(
        issuer.url, jwks_url=keys.url, credentials="token,session", secret=SECRET, sessions=sessions
    ) as verifier:
        yield App(database, engine, verifier, token)
    await engine.dispose()


def test_a_database_that_stands_still_is_503_in_two_seconds(
    postgres: Database, issuer: Issuer, keys: KeyServer
) -> None:
    async def run() -> None:
        async with app_on(postgres, issuer, keys) as app:
            assert await app.says() == "Alice"
            async with app.locked():
                begun = time.monotonic()
                assert await asyncio.gather(*(app.says() for _ in range(6))) == ["session_unavailable"] * 6
                assert 1.9 < time.monotonic() - begun < 10
            await app.until_all_are_back()
            assert await app.says() == "Alice"

    asyncio.run(asyncio.wait_for(run(), 60))


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
def test_fifty_at_once_are_few_statements_and_a_sign_out_counts(
    driver: str, postgres: Database, issuer: Issuer, keys: KeyServer
) -> None:
    async def run() -> None:
        async with app_on(postgres, issuer, keys, driver) as app:
            checkouts = 0

            @event.listens_for(app.engine.sync_engine, "checkout")
            def count(*_: object) -> None:
                nonlocal checkouts
                checkouts += 1

            assert await app.says() == "Alice"
            for expected in ("Alice", "session_unknown"):
                checkouts = 0
                tokens = [app.token if number % 2 else new_token() for number in range(50)]
                said = await asyncio.gather(*map(app.says, tokens))
                assert said == [expected if token == app.token else "session_unknown" for token in tokens]
                assert checkouts <= 4  # two, but where the machine stands still for a quarter of a second
                postgres.execute('delete from "session" where "token" = ?', app.token)

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_cancelled_request_gives_its_connection_back(postgres: Database, issuer: Issuer, keys: KeyServer) -> None:
    async def run() -> None:
        async with app_on(postgres, issuer, keys) as app:
            assert await app.says() == "Alice"
            async with app.locked():
                requests = [asyncio.ensure_future(app.says()) for _ in range(2)]
                await app.until(WAITING, 2)  # the second one waits no longer for the first
                for request in requests:
                    request.cancel()
                assert await asyncio.gather(*requests, return_exceptions=True) != []
                await app.until_all_are_back()
                await app.until(WAITING, 0)
                async with app.engine.connect() as one, app.engine.connect() as other:
                    assert [await each.scalar(text("select 1")) for each in (one, other)] == [1, 1]
            assert await app.says() == "Alice"

    asyncio.run(asyncio.wait_for(run(), 60))


def test_connections_that_have_ended_while_they_rested_cost_no_answer(
    postgres: Database, issuer: Issuer, keys: KeyServer
) -> None:
    async def run() -> None:
        async with app_on(postgres, issuer, keys) as app:
            assert await asyncio.gather(app.says(), app.says()) == ["Alice", "Alice"]
            postgres.execute(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            assert await app.says() == "Alice"
            postgres.execute('alter table "session" rename column "expiresAt" to expires_at')
            assert await app.says() == "Alice"

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_look_leaves_no_transaction_and_no_other_isolation(
    postgres: Database, issuer: Issuer, keys: KeyServer
) -> None:
    async def run() -> None:
        async with app_on(postgres, issuer, keys) as app:
            assert await app.says() == "Alice"
            async with app.engine.connect() as connection:
                await connection.execute(text("select set_config('work_mem', '5MB', true)"))
                assert await connection.scalar(text("show work_mem")) == "5MB"  # a transaction has begun
            assert postgres.execute("select count(*) from pg_stat_activity where state like 'idle in%'") == [(0,)]

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_role_that_may_not_read_sessions_is_named_by_its_sqlstate(
    postgres: Database, issuer: Issuer, keys: KeyServer
) -> None:
    async def run() -> str:
        async with app_on(postgres, issuer, keys) as app:
            postgres.execute(f'revoke select on "session" from {app.engine.url.username}')
            with pytest.raises(AuthError) as refused:
                await app.verifier.authenticate_request_async(
                    [(b"cookie", cookie_of(app.token).encode())], method="GET"
                )
        return refused.value.hint

    said = asyncio.run(asyncio.wait_for(run(), 60))
    assert said.startswith("The sessions in the database cannot be read: ProgrammingError")
    assert "42501" in said
