"""The API, and the migration, behind a pooler that gives each transaction another session of the server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from cancel_counting_relay import CancelCountingRelay
from conftest import StartBackend
from database import PostgresDatabase
from pooler import SESSIONS, Pooler
from private_postgres import PrivatePostgres
from process import DRAWBRIDGE, wait_until

KINDS = ("cpp", "fastapi")


@pytest.fixture(scope="module")
def pooler(issuer: BetterAuth, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pooler]:
    assert isinstance(issuer.database, PostgresDatabase)
    with Pooler(issuer.database, tmp_path_factory.mktemp("pooler")).running() as pooler:
        yield pooler


@pytest.fixture(scope="module", params=KINDS)
def pooled(
    request: pytest.FixtureRequest, pooler: Pooler, issuer: BetterAuth, start_backend: StartBackend
) -> Backend:
    return start_backend(issuer, kind=request.param, database_url=pooler.url_of(issuer.database.serve_url))


def work_of(backend: Backend, person: Person) -> set[int]:
    """The statuses of what one user does: 16 calls that read and write, in transactions of one statement and of several."""
    token, path = person.token(), f"/api/v1/{person.uuid}"
    tag = backend.call("POST", f"{path}/tags", token, json={"name": "home"})
    answers = [tag]
    for number in range(3):
        fields = {"title": f"T{number}", "tag_ids": [tag.json()["id"]]}
        made = backend.call("POST", f"{path}/tasks", token, json=fields)
        task = f"{path}/tasks/{made.json()['id']}"
        answers += [
            made,
            backend.call("GET", task, token),
            backend.call("PATCH", f"{task}/complete", token),
            backend.call("PUT", task, token, json=fields | {"title": "Changed"}),
            backend.call("GET", f"{path}/tasks?search=chan&sort_by=title", token),
        ]
    return {answer.status_code for answer in answers}


def test_many_users_work_at_once(pooled: Backend, issuer: BetterAuth) -> None:
    people = [issuer.sign_up(f"pooled{number}") for number in range(6)]
    with ThreadPoolExecutor(len(people)) as crowd:
        statuses = list(crowd.map(lambda person: work_of(pooled, person), people))
    assert statuses == [{200, 201}] * len(people)
    assert pooled.call("GET", "/readyz").json()["database"] == "ready"
    for person in people:
        listed = pooled.call("GET", f"/api/v1/{person.uuid}/tasks", person.token()).json()
        assert (listed["total"], {item["user_id"] for item in listed["items"]}) == (3, {person.uuid})


def test_nothing_is_left_in_the_sessions_of_others(pooled: Backend, pooler: Pooler, issuer: BetterAuth) -> None:
    """Who comes behind us gets the sessions as the server makes them."""
    assert work_of(pooled, issuer.sign_up("tidy")) == {200, 201}
    with ThreadPoolExecutor(SESSIONS) as all_of_them:
        found = list(all_of_them.map(lambda _: state_of_a_session(pooler, issuer), range(SESSIONS)))
    assert found == [("0", "0", "off", "on", 0)] * SESSIONS


def state_of_a_session(pooler: Pooler, issuer: BetterAuth) -> tuple[object, ...]:
    with psycopg.connect(pooler.url_of(issuer.database.serve_url), prepare_threshold=None) as connection:
        connection.execute("select pg_sleep(0.2)")  # in its transaction, so that the others get another one
        found = connection.execute(
            """select current_setting('statement_timeout'), current_setting('lock_timeout'),
                      current_setting('default_transaction_read_only'), current_setting('enable_seqscan'),
                      (select count(*) from pg_prepared_statements)"""
        ).fetchone()
    assert found is not None
    return found


@contextmanager
def nobody_may_read(database: PostgresDatabase) -> Iterator[None]:
    with database.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        yield


def test_a_read_has_its_limit_and_the_next_one_works(pooled: Backend, issuer: BetterAuth, people: list[Person]) -> None:
    assert isinstance(issuer.database, PostgresDatabase)
    path, token = f"/api/v1/{people[0].uuid}/tasks", people[0].token()
    with nobody_may_read(issuer.database):
        late = pooled.call("GET", path, token)
    assert (late.status_code, late.json()["code"]) == (503, "statement_timeout")
    assert pooled.call("GET", path, token).status_code == 200


@pytest.mark.parametrize("way", ["through a pooler", "directly"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_request_to_cancel_is_sent_to_the_server_alone(
    issuer: BetterAuth, pooler: Pooler, start_backend: StartBackend, people: list[Person], kind: str, way: str
) -> None:
    """It names a connection and no statement: behind a pooler it could end somebody else's."""
    assert isinstance(issuer.database, PostgresDatabase)
    url = urlsplit(issuer.database.serve_url)
    is_pooled = way == "through a pooler"
    port = pooler.port if is_pooled else url.port
    assert port is not None
    path, token = f"/api/v1/{people[0].uuid}/tasks", people[0].token()

    with CancelCountingRelay(port) as relay:
        through = url._replace(netloc=f"{url.username}@127.0.0.1:{relay.port}").geturl()
        backend = start_backend(issuer, kind=kind, database_url=through)
        assert backend.call("GET", path, token).status_code == 200

        def leave() -> None:
            with pytest.raises(httpx.ReadTimeout):
                backend.call("GET", f"{path}?search=x", token, timeout=0.5)

        with nobody_may_read(issuer.database), ThreadPoolExecutor() as crowd:
            left = crowd.submit(leave)
            read = crowd.submit(backend.call, "GET", path, token, timeout=20)
            written = crowd.submit(backend.call, "POST", path, token, json={"title": "Late"}, timeout=20)
            left.result()
            assert read.result().json()["code"] == "statement_timeout"
            assert written.result().status_code == 503
        assert {backend.call("GET", path, token).status_code for _ in range(5)} == {200}
        assert backend.make_task(people[0].uuid, token, "In time")
        assert backend.call("GET", "/readyz").status_code == 200
        assert (relay.cancels > 0) == (not is_pooled)


def test_a_pooler_that_comes_back_is_found(
    issuer: BetterAuth, start_backend: StartBackend, people: list[Person], tmp_path: Path
) -> None:
    assert isinstance(issuer.database, PostgresDatabase)
    pooler = Pooler(issuer.database, tmp_path)
    with pooler.running():
        backend = start_backend(issuer, database_url=pooler.url_of(issuer.database.serve_url))
        ask = ("GET", f"/api/v1/{people[0].uuid}/tasks", people[0].token())
        assert backend.call(*ask).status_code == 200
        pooler.program.stop()
        assert backend.call(*ask).status_code == 503
        pooler.program.start()
        wait_until(lambda: backend.call(*ask).status_code == 200, 20, "it serves again")


def test_readiness_asks_as_requests_do(issuer: BetterAuth, start_backend: StartBackend) -> None:
    """On any connection: a role that may look at the catalogue and at no row is not ready."""
    backend = start_backend(issuer)
    revoke = "revoke select on tasks from drawbridge_serve"
    issuer.database.execute(revoke)
    try:
        wait_until(lambda: backend.call("GET", "/readyz").status_code == 503, 20, "it is not ready")
    finally:
        issuer.database.execute(revoke.replace("revoke", "grant").replace("from", "to"))
    wait_until(lambda: backend.call("GET", "/readyz").status_code == 200, 20, "it is ready")


def migrate(database: PostgresDatabase, verb: str) -> subprocess.Popen[str]:
    command = [DRAWBRIDGE, "migrate", verb, "--with-better-auth", "--database-url", database.url]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={})


def ended(child: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = child.communicate(timeout=60)
    return child.returncode, out, err


def test_migrations_work_and_of_two_one_waits(server: PrivatePostgres, pooler: Pooler) -> None:
    database = server.new_database()
    through = pooler.before(database)
    with database.connect() as other:
        other.execute("select pg_advisory_lock(x'6472617762726964'::bigint)")
        waiting = migrate(through, "up")
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == "another drawbridge is migrating this database: waiting for it\n"
        assert database.execute("select to_regclass('tasks')::text") == [(None,)]
    status, out, err = ended(waiting)
    assert (status, err) == (0, "")
    assert "nothing is pending" in out
    assert ended(migrate(through, "status"))[0] == 0
    assert ended(migrate(through, "plan")) == (0, "-- nothing is pending\n", "")


def test_users_of_another_name_and_schema_go_by_their_ids(
    server: PrivatePostgres, start_backend: StartBackend, tmp_path: Path
) -> None:
    """The foreign key of `tasks` says which table and which column of it, through a pooler and without."""
    database = server.new_database()
    name = database.url.rpartition("/")[2]
    database.execute("create schema auth; create schema app")
    better_auths = PostgresDatabase(f"{database.url}?options=-csearch_path%3Dauth")
    issuer = BetterAuth(tmp_path, better_auths, ids="uuid", uuid_column="user.id").start()
    try:
        alice, bob = (issuer.sign_up(person) for person in ("alice", "bob"))
        tokens = {person.id: person.token() for person in (alice, bob)}
        database.execute(f'alter table auth."user" rename to people; alter database {name} set search_path = app, auth')
        database.migrate()
        referred = (
            "select confrelid::regclass::text from pg_constraint where conrelid = 'tags'::regclass and contype = 'f'"
        )
        assert database.execute(referred) == [("people",)]
        database.execute(f"alter database {name} set search_path = app")  # and off the path it is the same table
        with Pooler(database, tmp_path).running() as pooler:
            for url in (database.serve_url, pooler.url_of(database.serve_url)):
                backend = start_backend(issuer, database_url=url)
                assert backend.call("GET", "/readyz").json()["database"] == "ready"
                task = backend.make_task(alice.id, tokens[alice.id], "First")
                path = f"/api/v1/{alice.id}/tasks/{task}"
                assert backend.call("GET", path, tokens[alice.id]).json()["user_id"] == alice.id
                assert backend.call("GET", path, tokens[bob.id]).json()["code"] == "user_mismatch"
            database.execute(f"delete from auth.people where id = '{alice.id}'")
            assert database.execute("select count(*) from tasks") == [(0,)]
            gone = backend.call(
                "POST",
                f"/api/v1/{alice.id}/tasks",
                tokens[alice.id],
                json={"title": "Late"},
            )
            assert (gone.status_code, gone.json()["code"]) == (403, "user_unknown")
    finally:
        issuer.stop()


def test_a_pooler_that_allows_no_transactions_is_named(server: PrivatePostgres, tmp_path: Path) -> None:
    database = server.new_database()
    with Pooler(database, tmp_path, mode="statement").running() as pooler:
        status, out, err = ended(migrate(pooler.before(database), "status"))
    assert (status, out) == (3, "")
    assert "pool_mode = statement" in err
