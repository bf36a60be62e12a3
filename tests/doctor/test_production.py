"""What works on one's own machine and hurts in production: with TLS in front, Better Auth in production mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from cases import cases
from conftest import NewDatabase
from examination import run_doctor
from production import AUDIENCE, Production, running_production
from set_up import SetUp
from tls import Certificate

StartProduction = Callable[..., Production]


@pytest.fixture(scope="module")
def start_production(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> Iterator[StartProduction]:
    """start_production(product, **settings of running_production)"""
    certificate = Certificate.new(tmp_path_factory.mktemp("certificate"))
    with ExitStack() as stopping:

        def start(product: str, **settings: Any) -> Production:
            folder = tmp_path_factory.mktemp("production")
            return stopping.enter_context(running_production(folder, new_database(product), certificate, **settings))

        yield start


@pytest.fixture(scope="module")
def production(start_production: StartProduction) -> Production:
    """A healthy one."""
    return start_production("postgresql")


def test_a_healthy_set_up_is_all_ok(production: Production):
    checks = production.examine()
    assert checks.of("ok") == set(checks)
    assert len([check for check in checks if check.startswith("production.")]) >= 14


def test_nothing_of_production_is_told_without_being_asked(production: Production):
    checks = production.examine(production=None)
    assert not [check for check in checks if check.startswith("production.")]


@dataclass(frozen=True)
class Shown:
    """What doctor is shown of a set-up that is otherwise healthy: its settings, in the environment and as flags."""

    name: str
    check: str
    status: str
    says: str
    env: dict[str, str] = field(default_factory=dict)
    changes: dict[str, object] = field(default_factory=dict)


DEFAULT_SECRET = "better-auth-secret-12345678901234567890"

SHOWN = [
    Shown("default secret", "production.secret", "fault", "the default", {"BETTER_AUTH_SECRET": DEFAULT_SECRET}),
    Shown("short secret", "production.secret", "fault", "has 31 characters", {"BETTER_AUTH_SECRET": 31 * "k"}),
    Shown("debug log", "production.log", "warning", "DRAWBRIDGE_LOG=info", {"DRAWBRIDGE_LOG": "debug"}),
    Shown("algorithms", "production.algorithms", "warning", "EdDSA, ES256", {"DRAWBRIDGE_ALGORITHMS": "EdDSA,ES256"}),
    Shown(
        "an origin of this machine",
        "production.origins",
        "fault",
        "includes https://localhost:3000",
        {"DRAWBRIDGE_ALLOWED_ORIGINS": "{page},https://localhost:3000"},
    ),
    Shown(
        "an origin with a wildcard",
        "production.origins",
        "fault",
        "includes https://*.example.com",
        {"DRAWBRIDGE_ALLOWED_ORIGINS": "https://*.example.com"},
    ),
]


@pytest.mark.parametrize("name", cases([shown.name for shown in SHOWN], "default secret", "an origin of this machine"))
def test_a_setting_that_hurts(production: Production, name: str):
    (shown,) = (shown for shown in SHOWN if shown.name == name)
    checks = production.examine(env=shown.env, **shown.changes)
    assert checks.of("ok") == set(checks) - {shown.check}
    found = checks[shown.check]
    assert found.status == shown.status
    assert shown.says in found.text()
    assert DEFAULT_SECRET not in found.text()


def test_a_secret_that_is_elsewhere_is_not_checked(production: Production, tmp_path):
    settings = tmp_path / ".env"
    settings.write_text("BETTER_AUTH_SECRET=too-short\n")
    done = run_doctor(f"--better-auth-url={production.issuer.url}", "--production", f"--env-file={settings}")
    assert "BETTER_AUTH_SECRET has 9 characters" in done.stdout
    assert "too-short" not in done.stdout
    done = run_doctor(f"--better-auth-url={production.issuer.url}", "--production", "--all")
    assert "BETTER_AUTH_SECRET is not set here" in done.stdout


@dataclass(frozen=True)
class Made:
    """A Better Auth, a database or an API that is wrong in one way."""

    name: str
    faults: set[str]
    warnings: set[str]
    says: str
    settings: dict[str, Any] = field(default_factory=dict)
    product: str = "sqlite"


# All of them are on SQLite, where it is not said otherwise, so that its own warning is among each one's.
SQLITE = "production.database"

MADE = [
    Made("SQLite", set(), {SQLITE}, "use PostgreSQL"),
    Made("SQLite and no key's end", set(), {SQLITE, "production.rotation"}, "rotationInterval", {"rotate_every": None}),
    Made(
        "no key's end",
        set(),
        {"production.rotation"},
        "rotationInterval",
        {"rotate_every": None},
        product="postgresql",
    ),
    Made(
        "a token for two hours",
        set(),
        {SQLITE, "production.token_lifetime"},
        "valid for 120 minutes",
        {"expires_in": "2h"},
    ),
    Made(
        "an audience of many",
        set(),
        {SQLITE, "production.audience"},
        "for 2 audiences",
        {"audience": f"{AUDIENCE},https://other.example.com"},
    ),
    Made(
        "cookies without Secure, from a Better Auth that knows of no TLS",
        {"production.cookies"},
        {SQLITE},
        "useSecureCookies",
        {"knows_of_tls": False},
    ),
    Made(
        "key fetches that are limited, without the plugin",
        {"production.key_fetch", "production.sign_in"},  # nor does it then know a client's address
        {SQLITE, "token.payload"},
        'customRules: { "/jwks": false }',
        {"payload": "default"},
    ),
    Made(
        "an API that lets pages of this machine in",
        {"production.origins"},
        {SQLITE},
        "http://localhost:3000",
        {"backend_settings": {"drawbridge_allowed_origins": "{page},http://localhost:3000"}},
    ),
    Made(
        "passwords that are limited by an address of the sender's choice",
        {"production.sign_in"},
        {SQLITE},
        "while X-Forwarded-For changed",
        {"trusted_proxies": None},
    ),
    Made(
        "a proxy that is not there, whose header is believed",
        {"production.sign_in"},
        {SQLITE},
        "while X-Forwarded-For changed",
        {"trusted_proxies": "127.0.0.0/8"},
    ),
    Made(
        "a page without headers",
        set(),
        {SQLITE, "production.page_scripts", "production.page_hsts"},
        "Strict-Transport-Security: max-age=",
        {"page_headers": {}},
    ),
]


SHORT = ("SQLite and no key's end", MADE[5].name, MADE[6].name, "an API that lets pages of this machine in")
SHORT += (MADE[8].name, "a page without headers")


@pytest.mark.parametrize("name", cases([made.name for made in MADE], *SHORT))
def test_a_set_up_that_hurts(start_production: StartProduction, name: str):
    (made,) = (made for made in MADE if made.name == name)
    checks = start_production(made.product, **made.settings).examine()
    assert (checks.faults, checks.warnings) == (made.faults, made.warnings)
    assert any(made.says in checks[found].text() for found in made.faults | made.warnings)


WITH_SESSIONS_AND_KEYS = {
    "DRAWBRIDGE_CREDENTIALS": "token,session,key",
    "DRAWBRIDGE_ALLOWED_ORIGINS": "{page}",
    "BETTER_AUTH_AUDIENCE": AUDIENCE,
}
EXCHANGES = {"production.session_exchange", "production.key_exchange"}
ANOTHER_SITE = "credentials.cookie_reach"  # these tests' page is at 0.0.0.0, and their API at 127.0.0.1
TOKENS_ALONE = "api.session"  # which is what that API takes


def test_what_a_backend_asks_is_not_limited(start_production: StartProduction):
    checks = start_production("postgresql", api_keys="on").examine(env=WITH_SESSIONS_AND_KEYS)
    assert (checks.faults, checks.warnings) == ({ANOTHER_SITE, TOKENS_ALONE}, set())
    assert EXCHANGES <= checks.of("ok")
    assert checks["production.session_exchange"].summary == "all 105 session lookups in a row were answered"


def test_what_a_backend_asks_is_limited_without_the_plugin(start_production: StartProduction):
    production = start_production("sqlite", api_keys="on", payload="own")
    checks = production.examine(env=WITH_SESSIONS_AND_KEYS)
    assert checks.faults == EXCHANGES | {ANOTHER_SITE, TOKENS_ALONE, "production.key_fetch", "production.sign_in"}
    assert 'customRules: { "/get-session": false }' in checks["production.session_exchange"].text()
    assert 'customRules: { "/token": false }' in checks["production.key_exchange"].text()


def test_the_default_audience(start_production: StartProduction):
    production = start_production("postgresql", audience=None, backend_settings={"better_auth_audience": None})
    checks = production.examine(audience=None)
    assert (checks.faults, checks.warnings) == (set(), {"production.audience"})
    assert f"is the issuer, {production.issuer.url}" in checks["production.audience"].summary
    assert "BETTER_AUTH_AUDIENCE" in (checks["production.audience"].remedy or "")


@pytest.mark.parametrize("plain", ["better_auth_url", "api_url", "origin"])
def test_what_is_reached_over_plain_http(start_production: StartProduction, production: Production, plain: str):
    if plain == "better_auth_url":
        changes = {plain: f"http://127.0.0.1:{production.issuer.port}"}
    elif plain == "api_url":
        changes = {plain: production.backend.url}
    else:
        changes = {plain: "http://app.example.com"}
    checks = production.examine(**changes)
    expected = {"production.https", "cors.preflight"} if plain == "origin" else {"production.https"}
    assert (checks.faults, checks.warnings) == (expected, set())
    assert next(iter(changes.values())) in checks["production.https"].summary


def test_keys_that_come_over_plain_http(production: Production):
    port = production.issuer.port
    there = {"DRAWBRIDGE_ALLOW_HTTP_HOSTS": "0.0.0.0"}  # this machine, under a name that is not loopback's
    checks = production.examine(jwks_url=f"http://0.0.0.0:{port}/api/auth/jwks", env=there)
    assert (checks.faults, checks.warnings) == (set(), {"production.https"})
    assert f"over plain http: http://0.0.0.0:{port}/" in checks["production.https"].summary
    checks = production.examine(jwks_url=f"http://127.0.0.1:{port}/api/auth/jwks")
    assert checks.of("ok") == set(checks)


def test_a_set_up_of_a_developers_machine(healthy: SetUp):
    checks = healthy.examine(production=True)
    assert checks.faults == {"production.https", "production.sign_in"}
    assert "Better Auth checked 20 of 20 wrong passwords" in checks["production.sign_in"].summary
    sqlite = {SQLITE} if healthy.issuer.database.kind == "sqlite" else set()
    assert checks.warnings == {"production.audience", "production.rotation", "production.docs"} | sqlite
    assert checks["production.docs"].summary == "anyone can read /docs, /openapi.json"
    assert checks["production.cookies"].summary == "because of the fault production.https"
    assert checks["production.origins"].summary == "because of the fault production.https"
