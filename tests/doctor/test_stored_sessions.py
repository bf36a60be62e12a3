"""Sessions that the backend reads from where Better Auth is said to keep them, and it keeps them elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conftest import StartSetUp
from examination import Examination, run_doctor
from findings import only
from private_redis import PrivateRedis
from process import free_port
from set_up import SetUp

Env = dict[str, str]
SECRET = "BETTER_AUTH_SECRET"
NO_TABLE = "database.better_auth"  # of verifications, which Better Auth then keeps in Redis, too
FOUND = {"database": "the session is found in the database", "redis": "the session is found in Redis"}


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRedis]:
    with PrivateRedis(tmp_path_factory.mktemp("redis")).running() as server:
        yield server


@pytest.fixture(scope="module")
def in_redis(start_set_up: StartSetUp, redis: PrivateRedis) -> SetUp:
    """Better Auth keeps sessions in Redis alone."""
    return start_set_up("sqlite", redis=redis.url)


@pytest.fixture(scope="module")
def in_both(start_set_up: StartSetUp, redis: PrivateRedis) -> SetUp:
    """And in its tables, where it looks for what Redis has lost."""
    return start_set_up("sqlite", redis=redis.url, session_rows="stored")


def secret_of(set_up: SetUp) -> str:
    return set_up.issuer.program.env[SECRET]


def looked_for(set_up: SetUp, place: str, env: Env | None = None, **options: Any) -> Examination:
    """By a backend that looks for sessions there, with the right secret unless `env` says otherwise; the API itself
    takes tokens, and is not looked at."""
    always = {"DRAWBRIDGE_CREDENTIALS": "token,session", "DRAWBRIDGE_SESSIONS": place, SECRET: secret_of(set_up)}
    shown = {name: value for name, value in (always | (env or {})).items() if value}
    checks = set_up.examine(env=shown, api_url=None, **options)
    told = " ".join(check.text() for check in checks.values())
    assert secret_of(set_up) not in told and set_up.person.session_token not in told
    return checks


def at(redis: PrivateRedis, **more: str) -> Env:
    return {"DRAWBRIDGE_REDIS_URL": redis.url} | more


# --- the secret ----------------------------------------------------------------------------------------


def test_the_session_is_found_in_the_database(healthy: SetUp):
    checks = looked_for(healthy, "database")
    only(checks)
    assert checks["credentials.stored_session"].summary == FOUND["database"]
    assert checks["credentials.cookie_secret"].summary == f"{SECRET} signed the session cookie"


def test_of_several_secrets_the_one_that_signed_is_named(healthy_sqlite: SetUp):
    env = {"BETTER_AUTH_SECRETS": f"2:{32 * 'k'},1:{secret_of(healthy_sqlite)}", SECRET: ""}
    checks = looked_for(healthy_sqlite, "database", env)
    only(checks)
    assert checks["credentials.cookie_secret"].summary == "number 2 of BETTER_AUTH_SECRETS signed the session cookie"


SECRETS = {
    "none": ({SECRET: ""}, "credentials.secret", "neither BETTER_AUTH_SECRET nor BETTER_AUTH_SECRETS is set"),
    "another": ({SECRET: 32 * "k"}, "credentials.cookie_secret", "not Better Auth's secret"),
    "others": ({SECRET: "", "BETTER_AUTH_SECRETS": f"1:{32 * 'k'}"}, "credentials.cookie_secret", "401 session_unknown"),
    "others before the right one": (
        {"BETTER_AUTH_SECRETS": f"1:{32 * 'k'}"},
        "credentials.cookie_secret",
        "ignores it if BETTER_AUTH_SECRETS is set",
    ),
}


@pytest.mark.parametrize(("env", "check", "says"), SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_that_is_not_better_auths(healthy_sqlite: SetUp, env: Env, check: str, says: str):
    text = only(looked_for(healthy_sqlite, "database", env), check)
    assert says in text and 32 * "k" not in text


def test_a_secret_is_compared_where_better_auth_is_asked_too(healthy_sqlite: SetUp):
    only(looked_for(healthy_sqlite, "issuer", {SECRET: ""}))
    only(looked_for(healthy_sqlite, "issuer", {SECRET: 32 * "k"}), "credentials.cookie_secret")


def test_without_a_session_nothing_is_compared(healthy_sqlite: SetUp):
    checks = looked_for(healthy_sqlite, "database", session=None)
    only(checks)
    assert {"credentials.cookie_secret", "credentials.stored_session"} <= checks.not_checked


# --- where it is ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [None, "stored", "preserved"])
def test_the_session_is_found_in_redis(start_set_up: StartSetUp, redis: PrivateRedis, rows: str | None):
    set_up = start_set_up("sqlite", redis=redis.url, **({"session_rows": rows} if rows else {}))
    checks = looked_for(set_up, "redis", at(redis), database_url=None)
    only(checks)
    assert checks["credentials.stored_session"].summary == FOUND["redis"]
    if rows:
        only(looked_for(set_up, "database"), warning=NO_TABLE)


def test_another_prefix(in_redis: SetUp, redis: PrivateRedis):
    env = at(redis, DRAWBRIDGE_REDIS_PREFIX="app:")
    text = only(looked_for(in_redis, "redis", env, database_url=None), "credentials.stored_session")
    assert "in Redis with the prefix better-auth:, but the backend looks for it with the prefix app:" in text
    assert "set DRAWBRIDGE_REDIS_PREFIX=better-auth:" in text


def test_what_better_auth_does_not_find_either(in_redis: SetUp, redis: PrivateRedis):
    token = in_redis.person.session_token
    redis.command("RENAME", f"better-auth:{token}", f"app:{token}")
    try:  # Better Auth with `keyPrefix: "app:"` would find it, and doctor cannot know
        checks = looked_for(in_redis, "redis", at(redis, DRAWBRIDGE_REDIS_PREFIX="app:"), database_url=None)
        assert checks.faults == {"issuer.session"}
        assert "credentials.stored_session" in checks.not_checked
    finally:
        redis.command("RENAME", f"app:{token}", f"better-auth:{token}")


def test_better_auth_keeps_it_in_redis_and_the_backend_looks_into_the_database(
    in_redis: SetUp, healthy_sqlite: SetUp, redis: PrivateRedis
):
    checks = looked_for(in_redis, "database", database_url=healthy_sqlite.issuer.database.url, token=None)
    assert "credentials.stored_session" in checks.faults
    text = checks["credentials.stored_session"].text()
    assert "the database does not have it" in text and "set DRAWBRIDGE_SESSIONS=redis with DRAWBRIDGE_REDIS_URL" in text
    checks = looked_for(in_redis, "database", at(redis), database_url=healthy_sqlite.issuer.database.url, token=None)
    assert "set DRAWBRIDGE_SESSIONS=redis" in checks["credentials.stored_session"].text()
    assert "in Redis with the prefix better-auth:" in checks["credentials.stored_session"].summary


def test_better_auth_has_no_table_for_it(in_redis: SetUp):
    checks = looked_for(in_redis, "database")
    assert checks.faults == {"credentials.storage"}
    assert "DRAWBRIDGE_SESSIONS=redis" in checks["credentials.storage"].text()


def test_better_auth_keeps_it_in_the_database_and_the_backend_looks_into_redis(
    healthy_sqlite: SetUp, redis: PrivateRedis
):
    text = only(looked_for(healthy_sqlite, "redis", at(redis)), "credentials.stored_session")
    assert "the session is in the database, not in Redis" in text
    assert "set DRAWBRIDGE_SESSIONS=database" in text
    text = only(looked_for(healthy_sqlite, "redis", at(redis), database_url=None), "credentials.stored_session")
    assert "Redis does not have it with the prefix better-auth:" in text


def test_redis_has_lost_what_better_auth_then_reads_in_its_tables(in_both: SetUp, redis: PrivateRedis):
    only(looked_for(in_both, "redis", at(redis)), warning=NO_TABLE)
    redis.command("DEL", f"better-auth:{in_both.person.session_token}")
    text = only(looked_for(in_both, "redis", at(redis)), "credentials.stored_session", NO_TABLE)
    assert "storeSessionInDatabase" in text and "set DRAWBRIDGE_SESSIONS=database" in text
    only(looked_for(in_both, "database"), warning=NO_TABLE)


# --- a Redis that cannot be read -----------------------------------------------------------------------


def test_a_redis_that_is_not_there(in_redis: SetUp):
    env = {"DRAWBRIDGE_REDIS_URL": f"redis://user:a-password@127.0.0.1:{free_port()}"}
    text = only(looked_for(in_redis, "redis", env, database_url=None), "credentials.storage")
    assert "Redis cannot be reached" in text and "503 session_unavailable" in text and "a-password" not in text


def test_a_redis_that_is_not_named(in_redis: SetUp):
    text = only(looked_for(in_redis, "redis", database_url=None), "credentials.storage")
    assert "DRAWBRIDGE_REDIS_URL is not set" in text


@pytest.mark.parametrize(
    ("password", "says"), [("a-password", "may not read these keys with GETRANGE"), ("another", "user or password is wrong")]
)
def test_a_user_of_redis_who_may_not_read(in_redis: SetUp, redis: PrivateRedis, password: str, says: str):
    assert redis.command("ACL", "SETUSER", "reader", "on", ">a-password", "~app:*", "+getrange") == "OK"
    env = {"DRAWBRIDGE_REDIS_URL": redis.url.replace("//", f"//reader:{password}@")}
    text = only(looked_for(in_redis, "redis", env, database_url=None), "credentials.storage")
    assert says in text and "needs +getrange and ~better-auth:*" in text and password not in text.replace(says, "")


def test_a_url_that_is_none_is_wrong_usage():
    env = {
        "DRAWBRIDGE_CREDENTIALS": "session",
        "DRAWBRIDGE_SESSIONS": "redis",
        "DRAWBRIDGE_REDIS_URL": "http://a-secret",
    }
    done = run_doctor("--better-auth-url=http://127.0.0.1:1", env=env)
    assert done.returncode == 2
    assert "DRAWBRIDGE_REDIS_URL cannot be used" in done.stderr and "a-secret" not in done.stderr
