"""Sessions that Better Auth knows, sent to an API that has the same settings as doctor, or others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import StartBackend
from examination import Examination
from findings import only
from process import free_port
from python_apis import PythonApi
from set_up import SESSION_COOKIE, SetUp

SESSIONS = {"DRAWBRIDGE_CREDENTIALS": "token,session"}
ANOTHER_SECRET = 32 * "k"
OF_TOKENS = {"api.own_path", "api.tampered_token", "api.foreign_path"}


def secret_of(set_up: SetUp) -> dict[str, str]:
    return {"BETTER_AUTH_SECRET": set_up.issuer.program.env["BETTER_AUTH_SECRET"]}


def lower(settings: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in settings.items()}


def examined(set_up: SetUp, api_url: str, env: dict[str, str], **options: object) -> Examination:
    checks = set_up.examine(api_url=api_url, env=env, **options)
    said = " ".join(check.text() for check in checks.values())
    assert set_up.session_cookie not in said and set_up.person.session_token not in said
    assert ANOTHER_SECRET not in said and secret_of(set_up)["BETTER_AUTH_SECRET"] not in said
    return checks


@pytest.mark.parametrize("place", ["issuer", "database"])
def test_an_api_with_the_same_settings(healthy_sqlite: SetUp, start_backend: StartBackend, place: str):
    env = SESSIONS | secret_of(healthy_sqlite) | {"DRAWBRIDGE_SESSIONS": place}
    checks = examined(healthy_sqlite, start_backend(healthy_sqlite.issuer, **lower(env)).url, env)
    assert checks.of("ok") == set(checks)
    assert checks["api.session"].summary.startswith("the API accepts the session cookie")


def test_the_cookie_may_come_with_its_name(healthy_sqlite: SetUp, start_backend: StartBackend):
    api = start_backend(healthy_sqlite.issuer, **lower(SESSIONS))
    given = f"theme=dark; {SESSION_COOKIE}={healthy_sqlite.session_cookie}"
    checks = examined(healthy_sqlite, api.url, SESSIONS, token=None, session=given)
    assert checks.of("ok") == set(checks)


def test_the_example_in_python_with_the_same_settings(healthy_sqlite: SetUp, start_example: Callable[..., PythonApi]):
    env = SESSIONS | secret_of(healthy_sqlite)
    checks = examined(healthy_sqlite, start_example(healthy_sqlite.issuer, env).url, env)
    assert checks.of("ok") == set(checks)


# Settings of the API beside those that doctor has; the code of its answer, and a part of the remedy.
OTHERS: dict[str, tuple[dict[str, str], str, str]] = {
    "takes none": ({"DRAWBRIDGE_CREDENTIALS": "token"}, "401 (token_missing)", "DRAWBRIDGE_CREDENTIALS"),
    "another secret": ({"BETTER_AUTH_SECRET": ANOTHER_SECRET}, "401 (session_unknown)", "BETTER_AUTH_SECRET"),
    "another name": (
        {"DRAWBRIDGE_SESSION_COOKIE": "shop.session_token"},
        "401 (token_missing)",
        "DRAWBRIDGE_SESSION_COOKIE",
    ),
    "a prefix of https": (
        {"DRAWBRIDGE_SESSION_COOKIE": f"__Secure-{SESSION_COOKIE}"},
        "401 (token_missing)",
        "DRAWBRIDGE_SESSION_COOKIE",
    ),
    "a storage that is away": (
        {"DRAWBRIDGE_SESSIONS": "redis", "DRAWBRIDGE_REDIS_URL": "redis://127.0.0.1:{nobody}"},
        "503 (session_unavailable)",
        "DRAWBRIDGE_REDIS_URL",
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_an_api_with_other_settings(healthy_sqlite: SetUp, start_backend: StartBackend, name: str):
    others, code, remedy = OTHERS[name]
    env = SESSIONS | secret_of(healthy_sqlite)
    of_api = env | {setting: value.format(nobody=free_port()) for setting, value in others.items()}
    checks = examined(healthy_sqlite, start_backend(healthy_sqlite.issuer, **lower(of_api)).url, env)
    assert f"the API returns {code} for a session that is valid here" in only(checks, "api.session")
    assert remedy in (checks["api.session"].remedy or "")


def test_a_role_of_the_apis_that_may_not_read_sessions(healthy_postgres: SetUp, start_backend: StartBackend):
    """Doctor is run as the owner of the tables, who may."""
    env = SESSIONS | secret_of(healthy_postgres) | {"DRAWBRIDGE_SESSIONS": "database"}
    checks = examined(healthy_postgres, start_backend(healthy_postgres.issuer, **lower(env)).url, env)
    assert "returns 503 (session_unavailable)" in only(checks, "api.session")
    assert checks["credentials.storage"].status == "ok"


def test_the_example_in_python_with_another_secret(healthy_sqlite: SetUp, start_example: Callable[..., PythonApi]):
    of_api = SESSIONS | {"BETTER_AUTH_SECRET": ANOTHER_SECRET}
    env = SESSIONS | secret_of(healthy_sqlite)
    checks = examined(healthy_sqlite, start_example(healthy_sqlite.issuer, of_api).url, env)
    assert "session_unknown" in only(checks, "api.session")


def test_a_secret_that_is_wrong_on_both_sides_is_told_once(healthy_sqlite: SetUp, start_backend: StartBackend):
    env = SESSIONS | {"BETTER_AUTH_SECRET": ANOTHER_SECRET}
    checks = healthy_sqlite.examine(api_url=start_backend(healthy_sqlite.issuer, **lower(env)).url, env=env)
    only(checks, "credentials.cookie_secret")
    assert checks["api.session"].summary == "because of the fault credentials.cookie_secret"


def test_an_api_that_takes_sessions_alone(healthy_sqlite: SetUp, start_backend: StartBackend):
    env = {"DRAWBRIDGE_CREDENTIALS": "session"}
    checks = examined(healthy_sqlite, start_backend(healthy_sqlite.issuer, **lower(env)).url, env)
    only(checks)
    assert checks["api.session"].status == "ok"
    assert {checks[left].summary for left in OF_TOKENS} == {"DRAWBRIDGE_CREDENTIALS does not include token"}


def test_a_doctor_without_the_apis_settings_says_so(healthy_sqlite: SetUp, start_backend: StartBackend):
    api = start_backend(healthy_sqlite.issuer, **lower(SESSIONS | {"BETTER_AUTH_SECRET": ANOTHER_SECRET}))
    checks = examined(healthy_sqlite, api.url, {})
    only(checks)
    assert checks.not_checked == {"api.session"}
    assert "run doctor with the API's settings (--env-file)" in checks["api.session"].summary


def test_settings_without_a_session(healthy_sqlite: SetUp, start_backend: StartBackend, tmp_path: Path):
    env_file = tmp_path / "api.env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in SESSIONS.items()))
    api = start_backend(healthy_sqlite.issuer, **lower(SESSIONS))
    checks = examined(healthy_sqlite, api.url, {}, session=None, env_file=env_file)
    only(checks)
    assert checks["api.session"].status == "not_checked"
    assert "give a session (DRAWBRIDGE_SESSION), or pipe it in" in checks["api.session"].summary


def test_a_page_that_may_not_read_what_it_sent_with_its_cookie(healthy_sqlite: SetUp, wrong: PythonApi):
    checks = examined(healthy_sqlite, f"{wrong.url}/right", SESSIONS, session=None)
    text = only(checks, "cors.credentials")
    assert "without Access-Control-Allow-Credentials: true" in text and "allow_credentials=True" in text
