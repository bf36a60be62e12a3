"""Settings for session cookies and API keys that do not fit the Better Auth that there is."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from examination import Check, arguments_of, examine
from fastapi_backend import PYTHON
from findings import only
from set_up import SetUp

SESSIONS, KEYS = ({"DRAWBRIDGE_CREDENTIALS": f"token,{kind}"} for kind in ("session", "key"))
GOOD = {
    "sessions": SESSIONS,
    "the name that is usual": SESSIONS | {"DRAWBRIDGE_SESSION_COOKIE": "better-auth.session_token"},
    "tokens alone, beside a secret": {"BETTER_AUTH_SECRET": "a secret"},
}
BAD = {
    "a name for https": (
        SESSIONS | {"DRAWBRIDGE_SESSION_COOKIE": "__Secure-better-auth.session_token"},
        "credentials.cookie_name",
        "remove DRAWBRIDGE_SESSION_COOKIE",
    ),
    "another name": (
        SESSIONS | {"DRAWBRIDGE_SESSION_COOKIE": "my.session_token"},
        "credentials.cookie_name",
        "remove DRAWBRIDGE_SESSION_COOKIE",
    ),
    "the name of an issuer that browsers reach over https": (
        SESSIONS | {"BETTER_AUTH_ISSUER": "https://app.example.com"},
        "credentials.cookie_name",
        "set DRAWBRIDGE_SESSION_COOKIE=better-auth.session_token",
    ),
    "versioned secrets that cannot be read": (
        SESSIONS | {"BETTER_AUTH_SECRETS": "a secret"},
        "credentials.secret",
        "VERSION:SECRET",
    ),
    "a value": (SESSIONS | {"DRAWBRIDGE_SESSION_COOKIE": "a secret"}, "credentials.cookie_name", "DRAWBRIDGE_SESSION"),
    "another page": (
        SESSIONS | {"DRAWBRIDGE_ALLOWED_ORIGINS": "https://app.example.com"},
        "credentials.page_origin",
        "origin_not_allowed",
    ),
    "no plugin for keys": (KEYS, "credentials.api_keys", "enableSessionForAPIKeys"),
}


@pytest.mark.parametrize("env", GOOD.values(), ids=GOOD.keys())
def test_what_fits(healthy_sqlite: SetUp, env: dict[str, str]):
    only(examine(better_auth_url=healthy_sqlite.issuer.url, env=env))


@pytest.mark.parametrize(("env", "check", "says"), BAD.values(), ids=BAD.keys())
def test_what_does_not_fit(healthy_sqlite: SetUp, env: dict[str, str], check: str, says: str):
    text = only(examine(better_auth_url=healthy_sqlite.issuer.url, env=env), check)
    assert says in text and "a secret" not in text


def test_keys_that_better_auth_reads(start_issuer):
    issuer = start_issuer(api_keys="on")
    checks = examine(better_auth_url=issuer.url, env=KEYS)
    only(checks)
    assert checks["credentials.api_keys"].summary == "Better Auth recognizes API keys"


IDLE = {
    "tokens alone": (
        {
            "DRAWBRIDGE_SESSIONS": "redis",
            "DRAWBRIDGE_REDIS_URL": "redis://a-secret@localhost",
            "DRAWBRIDGE_SESSION_COOKIE": "a secret",
        },
        "DRAWBRIDGE_REDIS_URL, because DRAWBRIDGE_CREDENTIALS does not include session",
    ),
    "a Redis that nobody looks into": (
        SESSIONS | {"DRAWBRIDGE_REDIS_PREFIX": "app:"},
        "DRAWBRIDGE_REDIS_PREFIX, because DRAWBRIDGE_SESSIONS is not redis",
    ),
    "how long nothing is remembered": (
        {"DRAWBRIDGE_CREDENTIAL_MAX_AGE": "5"},
        "DRAWBRIDGE_CREDENTIAL_MAX_AGE, because the backend does not ask Better Auth",
    ),
}


@pytest.mark.parametrize(("env", "says"), IDLE.values(), ids=IDLE.keys())
def test_settings_without_effect(healthy_sqlite: SetUp, env: dict[str, str], says: str):
    text = only(examine(better_auth_url=healthy_sqlite.issuer.url, env=env), warning="config.effect")
    assert says in text and "a secret" not in text and "a-secret" not in text


def test_the_python_packages_command_judges_the_same(healthy_sqlite: SetUp):
    """But for what only the C++ program can open."""
    command = [Path(PYTHON).with_name("drawbridge"), "doctor", "--json", *arguments_of(healthy_sqlite.options())]
    env = SESSIONS | {"DRAWBRIDGE_SESSIONS": "database", "BETTER_AUTH_SECRET": 32 * "k"}
    done = subprocess.run(command, text=True, capture_output=True, env=env, timeout=60, check=False)
    checks = {check["id"]: check for check in json.loads(done.stdout)["checks"]}
    # This API takes tokens alone, which doctor is not told.
    faults = [id for id, check in checks.items() if check["status"] == "fault"]
    assert faults == ["credentials.cookie_secret", "cors.credentials"]
    assert checks["credentials.storage"]["summary"].startswith("the Python package reads no database")


def test_a_prefix_of_better_auths_cookies(start_issuer):
    """The name that the application chose is the one to be set."""
    issuer = start_issuer(cookie_prefix="shop")
    text = only(examine(better_auth_url=issuer.url, env=SESSIONS), "credentials.cookie_name")
    assert "set DRAWBRIDGE_SESSION_COOKIE=shop.session_token" in text
    only(examine(better_auth_url=issuer.url, env=SESSIONS | {"DRAWBRIDGE_SESSION_COOKIE": "shop.session_token"}))


def reach(set_up: SetUp, **options: object) -> Check:
    """Of the session cookie to the API, the page being allowed."""
    page = str(options.get("origin", set_up.issuer.url))
    env = SESSIONS | {"DRAWBRIDGE_ALLOWED_ORIGINS": page}
    checks = examine(**({"better_auth_url": set_up.issuer.url, "api_url": set_up.backend.url} | options), env=env)
    return checks["credentials.cookie_reach"]


def test_a_cookie_that_reaches_the_api(healthy_sqlite: SetUp):
    assert reach(healthy_sqlite).status == "ok"


def test_a_cookie_that_does_not_reach_the_api(healthy_sqlite: SetUp):
    """`localhost` and `127.0.0.1` are two hosts for a browser."""
    found = reach(healthy_sqlite, api_url=f"http://localhost:{healthy_sqlite.backend.port}")
    assert found.status == "fault"
    assert "only for 127.0.0.1, but the API is at localhost" in found.text()


def test_a_page_of_another_site_from_which_the_cookie_is_not_sent(healthy_sqlite: SetUp):
    found = reach(healthy_sqlite, origin="http://localhost:3000")
    assert found.status == "fault"
    assert "SameSite=Lax" in found.text()


def test_a_cookie_that_no_browser_keeps(start_issuer):
    issuer = start_issuer(cookie_domain="example.com")
    found = examine(better_auth_url=issuer.url, api_url=issuer.url, env=SESSIONS)["credentials.cookie_reach"]
    assert found.status == "fault"
    assert "sets its cookie for example.com" in found.text() and "not within that domain" in found.text()


def test_a_better_auth_without_a_database(start_issuer):
    issuer = start_issuer(memory="on", payload="own")
    text = only(examine(better_auth_url=issuer.url, env=SESSIONS), warning="credentials.issuer_storage")
    assert "in the memory of one process" in text
    assert examine(better_auth_url=issuer.url)["credentials.issuer_storage"].status == "ok"


def test_a_banned_user(start_set_up):
    set_up = start_set_up("sqlite", admin="on")
    set_up.issuer.database.execute('update "user" set banned = 1')
    env = SESSIONS | {"BETTER_AUTH_SECRET": set_up.issuer.program.env["BETTER_AUTH_SECRET"]}
    for place in ("issuer", "database"):
        checks = set_up.examine(token=None, api_url=None, env=env | {"DRAWBRIDGE_SESSIONS": place})
        assert "BANNED_USER: the session's user is banned" in only(checks, "issuer.signs")
    assert checks["credentials.stored_session"].summary == "its user is banned"
