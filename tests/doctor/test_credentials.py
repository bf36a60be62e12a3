"""Settings for session cookies and API keys that do not fit the Better Auth that there is."""

from __future__ import annotations

import pytest

from examination import examine
from findings import only
from set_up import SetUp

SESSIONS, KEYS = ({"DRAWBRIDGE_CREDENTIALS": f"token,{kind}"} for kind in ("session", "key"))
GOOD = {
    "sessions": SESSIONS,
    "a name of one's own": SESSIONS | {"DRAWBRIDGE_SESSION_COOKIE": "my.session_token"},
    "tokens alone, whatever else is set": {"DRAWBRIDGE_SESSION_COOKIE": "a secret", "BETTER_AUTH_SECRET": "a secret"},
}
BAD = {
    "a name for https": (
        SESSIONS | {"DRAWBRIDGE_SESSION_COOKIE": "__Secure-better-auth.session_token"},
        "credentials.cookie_name",
        "a name for https",
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
    assert checks["credentials.api_keys"].summary == "Better Auth reads API keys"


def test_a_name_without_its_prefix_for_https(healthy_sqlite: SetUp):
    env = SESSIONS | {"BETTER_AUTH_ISSUER": "https://app.example.com", "DRAWBRIDGE_SESSION_COOKIE": "my.session_token"}
    text = only(examine(better_auth_url=healthy_sqlite.issuer.url, env=env), warning="credentials.cookie_name")
    assert "does not begin with __Secure-" in text
