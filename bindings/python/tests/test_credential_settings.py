"""Settings of sessions and API keys: read only where those are taken, and no secret is ever said."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from drawbridge import Verifier
from drawbridge.fastapi import BetterAuth
from drawbridge.settings import VARIABLES, Settings, read_settings

URL = "http://localhost:3000"
SECRET = "of-this-test-alone-0123456789"
COOKIE_VALUE = f"{'t' * 32}.{'A' * 43}%3D"
ALL_KINDS = {"BETTER_AUTH_URL": URL, "DRAWBRIDGE_CREDENTIALS": "token,session,key"}
OF_CREDENTIALS = ("base_url", "credential_max_age", "session_cache", "session_cookie", "secrets", "allowed_origins")


def read(arguments: Mapping[str, object], environment: Mapping[str, str]) -> Settings:
    return read_settings(arguments, {**ALL_KINDS, **environment})


def of_credentials(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in OF_CREDENTIALS}


@pytest.mark.parametrize(
    ("argument", "given", "variable", "member", "expected"),
    [
        ("session_cookie", "shop.session_token", "shop.session_token", "session_cookie", "shop.session_token"),
        ("secret", SECRET, SECRET, "secrets", (SECRET,)),
        ("secrets", "2:new,1:old", "2:new, 1:old", "secrets", ("new", "old")),
        ("allowed_origins", ["https://a.example"], "https://a.example", "allowed_origins", ("https://a.example",)),
        ("allowed_origins", ["http://a.test"], "http://a.test,http://a.test", "allowed_origins", ("http://a.test",)),
        ("credential_max_age", 0, "0", "credential_max_age", 0),
        ("sessions", "cookie", "cookie", "session_cache", True),
    ],
)
def test_each_is_an_argument_and_a_variable(
    argument: str, given: object, variable: str, member: str, expected: object
) -> None:
    by_argument = read({argument: given}, {})
    assert getattr(by_argument, member) == expected
    assert read({}, {VARIABLES[argument]: variable}) == by_argument
    assert by_argument != read({}, {})


def test_what_they_are_by_default() -> None:
    assert of_credentials(read({}, {})) == {
        "base_url": f"{URL}/api/auth",
        "credential_max_age": 30,
        "session_cache": False,
        "session_cookie": "better-auth.session_token",
        "secrets": (),
        "allowed_origins": (URL,),
    }


@pytest.mark.parametrize(
    ("kinds", "read_of"),
    [
        ("token", {}),
        ("token,key", {"base_url": f"{URL}/api/auth", "credential_max_age": 7}),
        (
            "session",
            {
                **{"base_url": f"{URL}/api/auth", "credential_max_age": 7, "session_cookie": "a"},
                **{"secrets": (SECRET,), "allowed_origins": ("https://a.example",)},
            },
        ),
    ],
)
def test_what_is_set_for_a_kind_that_is_not_taken_changes_nothing(kinds: str, read_of: dict[str, object]) -> None:
    environment = {
        "BETTER_AUTH_URL": URL,
        "DRAWBRIDGE_CREDENTIALS": kinds,
        "DRAWBRIDGE_SESSION_COOKIE": "a",
        "BETTER_AUTH_SECRET": SECRET,
        "DRAWBRIDGE_ALLOWED_ORIGINS": "https://a.example",
        "DRAWBRIDGE_CREDENTIAL_MAX_AGE": "7",
    }
    untouched = of_credentials(read_settings({}, {"BETTER_AUTH_URL": URL}))
    assert of_credentials(read_settings({}, environment)) == {**untouched, **read_of}


def test_what_cannot_work_does_not_stop_an_app_that_takes_tokens_alone() -> None:
    faulty = {
        **{"DRAWBRIDGE_SESSION_COOKIE": "a b", "BETTER_AUTH_SECRET": "", "BETTER_AUTH_SECRETS": "x"},
        **{"DRAWBRIDGE_ALLOWED_ORIGINS": "*", "DRAWBRIDGE_CREDENTIAL_MAX_AGE": "-1"},
    }
    assert read_settings({}, {"BETTER_AUTH_URL": URL, **faulty}) == read_settings({}, {"BETTER_AUTH_URL": URL})


@pytest.mark.parametrize(
    ("issuers", "name"),
    [
        ("https://app.example.com", "__Secure-better-auth.session_token"),
        ("http://localhost:3000", "better-auth.session_token"),
        ("https://a.example,https://b.example", "__Secure-better-auth.session_token"),
    ],
)
def test_the_name_of_the_cookie_follows_the_issuer(issuers: str, name: str) -> None:
    assert read({}, {"BETTER_AUTH_ISSUER": issuers}).session_cookie == name


@pytest.mark.parametrize(
    ("jwks_url", "base_url"),
    [
        (None, f"{URL}/api/auth"),
        ("http://web:3000/api/auth/jwks", "http://web:3000/api/auth"),
        ("https://keys.example/set.json", URL),
    ],
)
def test_better_auth_is_asked_where_its_keys_are(jwks_url: str | None, base_url: str) -> None:
    assert read({"jwks_url": jwks_url}, {}).base_url == base_url


def test_versioned_secrets_alone_sign() -> None:
    assert read({}, {"BETTER_AUTH_SECRETS": "2:new,1:old", "BETTER_AUTH_SECRET": "legacy"}).secrets == ("new", "old")


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        ({"credentials": ["cookie"]}, {}, 'credentials names "cookie": give one or more of token, session, key'),
        ({"credentials": ["key", "key"]}, {}, 'credentials names "key" twice: give each once'),
        ({}, {"DRAWBRIDGE_CREDENTIALS": "token,session, token"}, 'DRAWBRIDGE_CREDENTIALS names "token" twice'),
        ({}, {"DRAWBRIDGE_CREDENTIALS": "token,"}, 'DRAWBRIDGE_CREDENTIALS is "token,": an item is empty'),
        ({}, {"DRAWBRIDGE_CREDENTIALS": ""}, "DRAWBRIDGE_CREDENTIALS is empty"),
        ({"credentials": []}, {}, "credentials is empty"),
        ({"session_cookie": "a=b"}, {}, "session_cookie is not a cookie name: give only the full name"),
        ({}, {"DRAWBRIDGE_SESSION_COOKIE": "a b"}, "DRAWBRIDGE_SESSION_COOKIE is not a cookie name"),
        ({}, {"DRAWBRIDGE_SESSION_COOKIE": COOKIE_VALUE}, "DRAWBRIDGE_SESSION_COOKIE holds a cookie's value, which is"),
        ({"secret": ""}, {}, "secret is empty"),
        ({"secret": 7}, {}, "secret is a int: give a str"),
        ({"secrets": SECRET}, {}, "secrets cannot be read: give each as VERSION:SECRET, the newest first"),
        ({}, {"BETTER_AUTH_SECRETS": f"1:{SECRET},1:x"}, "BETTER_AUTH_SECRETS cannot be read"),
        ({}, {"DRAWBRIDGE_ALLOWED_ORIGINS": "*"}, 'DRAWBRIDGE_ALLOWED_ORIGINS names "*", which would let any page in'),
        ({"allowed_origins": ["null"]}, {}, 'allowed_origins names "null", which would let any page in'),
        ({"allowed_origins": "app"}, {}, 'allowed_origins names "app", which is not an origin'),
        (
            {"allowed_origins": "https://App.example/"},
            {},
            'allowed_origins names "https://App.example/", but a browser sends the origin "https://app.example"',
        ),
        ({"sessions": "memory"}, {}, 'sessions is "memory": give one of issuer, cookie'),
        (
            {},
            {"DRAWBRIDGE_SESSIONS": "database"},
            'DRAWBRIDGE_SESSIONS is "database": give one of issuer, cookie; where it is storage, pass sessions=',
        ),
        (
            {"sessions": "cookie", "session_cookie": "sid"},
            {},
            "session_cookie does not end in session_token, so the name",
        ),
        ({"credential_max_age": 31}, {}, 'credential_max_age is "31": give a whole number of seconds from 0 to 30'),
        ({}, {"DRAWBRIDGE_CREDENTIAL_MAX_AGE": "-1"}, 'DRAWBRIDGE_CREDENTIAL_MAX_AGE is "-1": give'),
        (
            {"issuer": ["http://a.example", "https://a.example"]},
            {},
            "DRAWBRIDGE_SESSION_COOKIE is not set, and BETTER_AUTH_ISSUER has both http and https issuers",
        ),
    ],
)
def test_what_cannot_work_is_said_in_one_line_without_a_secret(
    arguments: Mapping[str, object], environment: Mapping[str, str], said: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}") as fault:
        read(arguments, environment)
    text = str(fault.value)
    assert "\n" not in text
    assert SECRET not in text
    assert COOKIE_VALUE not in text


def test_better_auth_has_to_be_known_to_be_asked() -> None:
    environment = {
        **{"BETTER_AUTH_JWKS_URL": f"{URL}/keys", "BETTER_AUTH_ISSUER": "i", "BETTER_AUTH_AUDIENCE": "a"},
        "DRAWBRIDGE_CREDENTIALS": "key",
    }
    with pytest.raises(ValueError, match=r"^BETTER_AUTH_URL is not set, but sessions and keys are checked"):
        read_settings({}, environment)


def test_a_session_is_not_sent_over_plain_http() -> None:
    issuer = "http://app.example.com"
    with pytest.raises(ValueError, match="http") as fault:
        Verifier(issuer, jwks_url=f"{URL}/keys", credentials="session")
    assert "\n" not in str(fault.value)
    assert "KeySource" not in str(fault.value)


def test_no_secret_is_shown_of_what_holds_it() -> None:
    settings = read({"secret": SECRET}, {})
    auth = BetterAuth(URL, credentials="session", secret=SECRET)
    with auth.verifier as verifier:
        for shown in (repr(settings), repr(verifier), repr(auth), str(vars(verifier).keys())):
            assert SECRET not in shown


@pytest.mark.parametrize(
    ("settings", "environment", "origins"),
    [
        ({}, {}, [URL]),
        ({}, {"DRAWBRIDGE_ALLOWED_ORIGINS": "https://a.example"}, ["https://a.example"]),
        ({"allowed_origins": ["https://b.example"]}, {"DRAWBRIDGE_ALLOWED_ORIGINS": "*"}, ["https://b.example"]),
        ({"allowed_origins": []}, {}, []),
    ],
)
def test_the_allowed_origins_are_at_hand_for_cors(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, list[str]], environment: dict[str, str], origins: list[str]
) -> None:
    monkeypatch.delenv("DRAWBRIDGE_ALLOWED_ORIGINS", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    auth = BetterAuth(URL, allowed_origins=settings.get("allowed_origins"))
    assert (auth.allowed_origins, auth._made) == (origins, {})  # nothing was opened for it
    with Verifier(URL, allowed_origins=settings.get("allowed_origins")) as verifier:
        assert BetterAuth(verifier=verifier).allowed_origins == origins


def test_sessions_from_storage_need_the_secret_and_no_address_to_ask() -> None:
    source = {"sessions": object(), "jwks_url": "https://keys.example/set.json"}
    environment = {"BETTER_AUTH_ISSUER": "https://a.example", "BETTER_AUTH_AUDIENCE": "https://a.example"}
    origins = {"DRAWBRIDGE_ALLOWED_ORIGINS": "https://a.example", "DRAWBRIDGE_CREDENTIALS": "session"}
    for secret in ({"BETTER_AUTH_SECRET": SECRET}, {"BETTER_AUTH_SECRETS": f"1:{SECRET}"}):
        settings = read_settings(source, environment | origins | secret)
        assert (settings.reads_sessions, settings.base_url, settings.secrets) == (True, "", (SECRET,))
    with pytest.raises(ValueError, match="BETTER_AUTH_SECRET is not set, but sessions are read from storage"):
        read_settings(source, environment | origins)
    with_keys = environment | origins | {"DRAWBRIDGE_CREDENTIALS": "session,key", "BETTER_AUTH_SECRET": SECRET}
    with pytest.raises(ValueError, match="BETTER_AUTH_URL is not set, but sessions and keys are checked"):
        read_settings(source, with_keys)
