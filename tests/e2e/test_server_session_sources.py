"""A session is worth the same wherever a backend looks for it: it asks Better Auth, reads its tables, or its Redis."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest

import backend as backends
from better_auth import BetterAuth, Person
from conftest import StartBackend, StartIssuer
from contract import BY_COOKIE, assert_common_headers, assert_refused
from database import KIND, SERVE_ROLE, Database, PostgresDatabase, SqliteDatabase
from private_redis import PrivateRedis
from process import LONG, wait_until
from session_sources import PREFIX, SessionSource

PAST, FUTURE = "2020-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z"
REFUSED_WITHIN = 5  # seconds; the server waits for two
HEALED_WITHIN = 20

BEFORE_ROWS = "redis, then rows"  # which the program cannot read
IN_REDIS = ("redis", "redis, rows kept", BEFORE_ROWS)
ROWS_BESIDE_REDIS = {
    "redis": {},
    "redis, rows kept": {"session_rows": "preserved"},
    "database, beside Redis": {"session_rows": "stored"},
    BEFORE_ROWS: {"session_rows": "stored"},
}


def sources_of_this_run() -> tuple[str, ...]:
    """What a run on the other database can change, or of another backend, that reads them in its own way."""
    if KIND == "postgresql" and not LONG:
        return ("database",)
    if backends.KIND == "fastapi":
        others = ("issuer", "database, beside Redis", "redis", "redis, rows kept")
        return ("database", BEFORE_ROWS, *(others if LONG else ()))
    return ("issuer", "database", "database, beside Redis", "redis", "redis, rows kept")


SOURCES = sources_of_this_run()


def only(*names: str) -> Callable[[Any], Any]:
    """Those of them that are in this run; without any the test is none of it."""
    here = [name for name in SOURCES if name in names]
    return pytest.mark.parametrize("source", here, indirect=True) if here else lambda test: None


@pytest.fixture(scope="module")
def in_tables(start_issuer: StartIssuer) -> BetterAuth:
    return start_issuer(admin="on")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRedis]:
    with PrivateRedis(tmp_path_factory.mktemp("redis")).running() as server:
        yield server


@pytest.fixture(scope="module")
def sources(
    request: pytest.FixtureRequest, start_issuer: StartIssuer, start_backend: StartBackend
) -> Callable[[str], SessionSource]:
    made: dict[str, SessionSource] = {}

    def make(name: str) -> SessionSource:
        if name in ("issuer", "database"):
            issuer: BetterAuth = request.getfixturevalue("in_tables")
            return SessionSource(name, issuer, start_backend, {"drawbridge_sessions": name})
        redis: PrivateRedis = request.getfixturevalue("redis")
        issuer = start_issuer(admin="on", redis=redis.url, **ROWS_BESIDE_REDIS[name])
        read: dict[str, object] = {"drawbridge_sessions": "database"}
        if name in IN_REDIS:
            places = "redis,database" if name == BEFORE_ROWS else "redis"
            read = {"drawbridge_sessions": places, "drawbridge_redis_url": redis.url}
        return SessionSource(name, issuer, start_backend, read, redis, has_rows=name != "redis")

    def get(name: str) -> SessionSource:
        if name not in made:
            made[name] = make(name)
            database = made[name].issuer.database
            if isinstance(database, PostgresDatabase):
                database.url_of_role(SERVE_ROLE, sessions="on")
        return made[name]

    return get


@pytest.fixture(scope="module", params=SOURCES)
def source(request: pytest.FixtureRequest, sources: Callable[[str], SessionSource]) -> SessionSource:
    return sources(request.param)


@pytest.fixture
def alice(source: SessionSource) -> Person:
    return source.issuer.sign_up("alice")


def tasks_of(person: Person) -> str:
    return f"/api/v1/{person.uuid}/tasks"


# ---- who is signed in ----------------------------------------------------------------------------------

OF_THE_CREDENTIAL = ("credential", "issued_at", "expires_at")


def of_the_user(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if name not in OF_THE_CREDENTIAL}


def test_the_user_is_the_one_of_the_token(source: SessionSource, alice: Person) -> None:
    me = source.by_cookie(alice.session_cookie())
    assert of_the_user(me) == of_the_user(source.backend.call("GET", "/api/v1/me", alice.token()))
    members = ("uuid", "subject", "name", "email_verified", "roles", "credential")
    assert [me.json()[name] for name in members] == [alice.uuid, alice.id, "alice", False, ["user"], "session"]
    assert me.json()["session_id"] and me.json()["email"].startswith("alice-")
    assert me.json()["expires_at"] > time.time()


def test_the_user_has_their_own_tasks_and_no_others(source: SessionSource, alice: Person) -> None:
    page = {"Origin": source.issuer.url}
    cookie = alice.session_cookie()
    made = source.by_cookie(cookie, tasks_of(alice), "POST", headers=page, json={"title": "by cookie"})
    assert made.status_code == 201, made.text
    listed = source.by_cookie(cookie, tasks_of(alice))
    assert [task["title"] for task in listed.json()["items"]] == ["by cookie"]
    assert_common_headers(listed, BY_COOKIE)
    assert_refused(source.by_cookie(cookie, tasks_of(source.administrator)), "user_mismatch", by_cookie=True)
    for sent in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
        refused = source.by_cookie(cookie, tasks_of(alice), "POST", headers=sent, json={"title": "by another page"})
        assert_refused(refused, "origin_not_allowed", by_cookie=True)


def test_a_role_counts_at_the_next_request(source: SessionSource, alice: Person) -> None:
    cookie = alice.session_cookie()
    assert source.by_cookie(cookie).json()["roles"] == ["user"]
    source.administer("set-role", userId=alice.id, role="admin")
    assert source.by_cookie(cookie).json()["roles"] == ["admin"]


@only("issuer")
def test_one_cookie_is_one_user_wherever_it_is_looked_for(
    sources: Callable[[str], SessionSource], source: SessionSource, alice: Person
) -> None:
    cookie = alice.session_cookie()
    assert of_the_user(source.by_cookie(cookie)) == of_the_user(sources("database").by_cookie(cookie))


# ---- what ends a session, at the next request ----------------------------------------------------------


def revoke_all(source: SessionSource, person: Person) -> None:
    done = person.browser.post("/revoke-sessions", json={})
    assert done.status_code == 200, done.text


ENDS: dict[str, tuple[Callable[[SessionSource, Person], None], bool]] = {
    "signed out": (lambda _, person: person.sign_out(), False),
    "all sessions revoked": (revoke_all, False),
    "expired": (lambda source, person: source.write(person, session={"expiresAt": PAST}), False),
    "banned by an administrator": (lambda source, person: source.administer("ban-user", userId=person.id), False),
    "banned, and the session left": (lambda source, person: source.write(person, user={"banned": True}), False),
    "banned for a time": (
        lambda source, person: source.write(person, user={"banned": True, "banExpires": FUTURE}),
        False,
    ),
    "a ban that is over": (
        lambda source, person: source.write(person, user={"banned": True, "banExpires": PAST}),
        True,
    ),
    "account deleted": (lambda _, person: person.delete_account(), False),
}


@pytest.mark.parametrize("name", ENDS)
def test_what_ends_a_session(source: SessionSource, alice: Person, name: str) -> None:
    happens, stays = ENDS[name]
    cookie = alice.session_cookie()
    assert source.by_cookie(cookie).status_code == 200
    happens(source, alice)
    answer = source.by_cookie(cookie)
    if stays:
        assert answer.json()["uuid"] == alice.uuid, answer.text
    else:
        assert_refused(answer, "session_unknown", by_cookie=True)


@only(*IN_REDIS)
def test_a_record_from_before_all_were_revoked_stays_revoked(source: SessionSource, alice: Person) -> None:
    """Written again by what was under way meanwhile."""
    cookie, record = alice.session_cookie(), source.record_of(alice)
    revoke_all(source, alice)
    source.put_record(alice, record)
    assert_refused(source.by_cookie(cookie), "session_unknown", by_cookie=True)


@only(BEFORE_ROWS)
def test_what_redis_lost_is_read_where_better_auth_would_look(source: SessionSource, alice: Person) -> None:
    cookie = alice.session_cookie()
    assert source.redis
    source.redis.command("DEL", PREFIX + alice.session_token)
    assert alice.browser.get("/get-session").json()["session"]["token"] == alice.session_token
    assert source.by_cookie(cookie).json()["uuid"] == alice.uuid
    source.write_rows(alice, session={"expiresAt": PAST})
    assert_refused(source.by_cookie(cookie), "session_unknown", by_cookie=True)


# ---- what is no session --------------------------------------------------------------------------------


def flipped(cookie: str, part: int) -> str:
    """With another first character of its token (0) or signature (1)."""
    name, value = cookie.split("=", 1)
    parts = unquote(value).rsplit(".", 1)
    parts[part] = ("B" if parts[part][0] == "A" else "A") + parts[part][1:]
    return f"{name}={quote('.'.join(parts), safe='')}"


NO_SESSIONS: dict[str, tuple[Callable[[str], str], str]] = {
    "another token": (lambda cookie: flipped(cookie, 0), "session_unknown"),
    "another signature": (lambda cookie: flipped(cookie, 1), "session_unknown"),
    "no signature": (lambda cookie: cookie.rsplit(".", 1)[0], "credential_malformed"),
    "cut": (lambda cookie: cookie[:-8], "credential_malformed"),
    "twice": (lambda cookie: f"{cookie}; {cookie}", "credential_malformed"),
    "by another name": (lambda cookie: f"__Secure-{cookie}", "token_missing"),
}


@pytest.mark.parametrize("name", NO_SESSIONS)
def test_what_is_no_session(source: SessionSource, alice: Person, name: str) -> None:
    spoilt, code = NO_SESSIONS[name]
    # The package marks answers that a cookie decides; the program those, too, that one would have decided.
    by_cookie = backends.KIND == "cpp" or code != "token_missing"
    assert_refused(source.by_cookie(spoilt(alice.session_cookie())), code, by_cookie=by_cookie)


def test_a_secret_counts_as_long_as_it_is_listed(source: SessionSource, alice: Person) -> None:
    new = "the-new-secret-of-thirty-two-characters-or-more"
    cookie = alice.session_cookie()
    with_both = source.another_backend(better_auth_secrets=f"2:{new},1:{source.secret}")
    assert source.by_cookie(cookie, backend=with_both).json()["uuid"] == alice.uuid
    with_new = source.another_backend(better_auth_secret=new)
    assert_refused(source.by_cookie(cookie, backend=with_new), "session_unknown", by_cookie=True)


@only("redis")
def test_another_prefix_is_another_storage(source: SessionSource, alice: Person) -> None:
    cookie = alice.session_cookie()
    other = source.another_backend(better_auth_secret=source.secret, drawbridge_redis_prefix="other:")
    assert source.by_cookie(cookie).status_code == 200
    assert_refused(source.by_cookie(cookie, backend=other), "session_unknown", by_cookie=True)


# ---- an outage -----------------------------------------------------------------------------------------


@contextmanager
def without_a_column(database: Database) -> Iterator[None]:
    """As in a migration that renames it."""
    database.execute("alter table session rename column token to former_token")
    try:
        yield
    finally:
        database.execute("alter table session rename column former_token to token")


@contextmanager
def without_its_server(database: Database) -> Iterator[None]:
    """It ends the connections to this database, and takes no other."""
    base, name = database.url.rsplit("/", 1)
    server = PostgresDatabase(f"{base}/postgres")
    server.execute(f"alter database {name} with allow_connections false")
    try:
        server.execute("select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = ?", name)
        yield
    finally:
        server.execute(f"alter database {name} with allow_connections true")


@contextmanager
def without_its_file(file: Path) -> Iterator[None]:
    """Another is not in its place: what is open still has its rows."""
    away = file.with_name("away.db")
    file.rename(away)
    try:
        yield
    finally:
        away.rename(file)


def outages_of(source: SessionSource) -> list[AbstractContextManager[None]]:
    if source.redis and source.name in IN_REDIS:
        return [source.redis.stopped()]
    database = source.issuer.database
    gone = without_its_file(database.file) if isinstance(database, SqliteDatabase) else without_its_server(database)
    return [without_a_column(database), gone]


# test_server_credentials.py has that of Better Auth.
@only("database", "database, beside Redis", *IN_REDIS)
def test_an_outage_signs_nobody_out_and_holds_nobody_up(source: SessionSource, alice: Person) -> None:
    cookie, token = alice.session_cookie(), source.issuer.sign_up("bob").token()
    assert source.by_cookie(cookie).status_code == 200
    for outage in outages_of(source):
        with outage, ThreadPoolExecutor() as pool:
            begun = time.monotonic()
            waiting = [pool.submit(source.by_cookie, cookie) for _ in range(8)]
            for _ in range(5):
                assert source.backend.call("GET", "/api/v1/me", token).status_code == 200
            assert time.monotonic() - begun < REFUSED_WITHIN
            for answer in waiting:
                assert_refused(answer.result(), "session_unavailable", by_cookie=True)
            assert time.monotonic() - begun < REFUSED_WITHIN

        def is_back() -> bool:
            answer = source.by_cookie(cookie)
            if answer.status_code != 200:
                assert_refused(answer, "session_unavailable", by_cookie=True)
            return answer.status_code == 200

        wait_until(is_back, HEALED_WITHIN, "sessions are judged again")
