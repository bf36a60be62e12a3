"""Settings from arguments and from the environment, and what cannot work."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drawbridge import Verifier
from drawbridge.fastapi import BetterAuth
from drawbridge.settings import VARIABLES, Settings, read_settings

URL = "http://localhost:3000"
DEFAULTS = Settings(
    jwks_url=f"{URL}/api/auth/jwks",
    issuer=(URL,),
    audience=(URL,),
    algorithms=("EdDSA",),
    clock_skew=30,
    user_claim="uuid",
    max_token_size=16_384,
    allow_http_hosts=(),
    ca_file=None,
    keys_snapshot=None,
    keys_max_stale=86_400,
)


@pytest.fixture(autouse=True)
def debian(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system on which libcurl finds the certificates by itself."""
    monkeypatch.setattr("drawbridge.settings.certificate_file", lambda: None)


def test_better_auth_url_is_all_that_is_needed() -> None:
    assert read_settings({"better_auth_url": URL}, {}) == DEFAULTS
    assert read_settings({}, {"BETTER_AUTH_URL": URL}) == DEFAULTS


@pytest.mark.parametrize(
    ("argument", "given", "variable", "read"),
    [
        ("jwks_url", "http://web:3000/keys", "http://web:3000/keys", "http://web:3000/keys"),
        ("issuer", "https://a.example/", "https://a.example/", ("https://a.example/",)),
        ("issuer", ["a", "b", "a"], "a, b,a", ("a", "b")),
        ("audience", "api", "api", ("api",)),
        ("audience", "a,b", "a,b", ("a", "b")),
        ("algorithms", ["ES256", "EdDSA", "ES256"], "ES256, EdDSA,ES256", ("ES256", "EdDSA")),
        ("algorithms", ["Ed25519"], "Ed25519", ("Ed25519",)),
        ("clock_skew", 0, "0", 0),
        ("clock_skew", 300, "300", 300),
        ("user_claim", "sub", "sub", "sub"),
        ("max_token_size", 1, "1", 1),
        ("allow_http_hosts", ("web", "[fd00::1]"), "web,[fd00::1]", ("web", "[fd00::1]")),
        ("ca_file", Path(__file__), __file__, __file__),
        ("keys_snapshot", Path("keys.json"), "keys.json", "keys.json"),
        ("keys_max_stale", 2_592_000, "2592000", 2_592_000),
        ("credentials", ["session", "key"], "session, key", ("session", "key")),
    ],
)
def test_each_is_an_argument_and_a_variable(argument: str, given: object, variable: str, read: object) -> None:
    environment = {"BETTER_AUTH_URL": URL}
    by_argument = read_settings({argument: given}, environment)
    by_variable = read_settings({}, {**environment, VARIABLES[argument]: variable})
    assert getattr(by_argument, argument) == read
    assert by_variable == by_argument
    assert by_argument != DEFAULTS


def test_an_argument_wins() -> None:
    assert read_settings({"clock_skew": 5}, {"BETTER_AUTH_URL": URL, "DRAWBRIDGE_CLOCK_SKEW": "9"}).clock_skew == 5


def test_issuer_and_audience_are_the_origin() -> None:
    settings = read_settings({}, {"BETTER_AUTH_URL": "HTTPS://App.Example.com:443/auth"})
    assert (settings.issuer, settings.audience) == (("https://app.example.com",),) * 2
    assert settings.jwks_url == "https://app.example.com/auth/jwks"


def test_better_auth_url_is_not_needed_where_all_it_would_say_is_said() -> None:
    settings = read_settings({"jwks_url": "http://localhost/keys", "issuer": "i", "audience": "a"}, {})
    assert (settings.jwks_url, settings.issuer, settings.audience) == ("http://localhost/keys", ("i",), ("a",))


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        ({}, {}, "BETTER_AUTH_URL is not set: say where Better Auth is"),
        ({"better_auth_url": ""}, {}, "better_auth_url is empty"),
        ({}, {"BETTER_AUTH_URL": ""}, "BETTER_AUTH_URL is empty: give it a value, or leave it out"),
        ({}, {"BETTER_AUTH_URL": "localhost:3000"}, "BETTER_AUTH_URL cannot be used: "),
        ({}, {"BETTER_AUTH_URL": "http://u:p@localhost"}, "BETTER_AUTH_URL cannot be used: "),
        ({"better_auth_url": 1}, {}, "better_auth_url is a int: give a str"),
        ({"jwks_url": URL}, {}, "BETTER_AUTH_ISSUER is not set: set it, or set BETTER_AUTH_URL"),
        ({"jwks_url": URL, "issuer": "i"}, {}, "BETTER_AUTH_AUDIENCE is not set"),
        ({"issuer": f"{URL}\n"}, {}, 'issuer is "http://localhost:3000\\n": remove the white space'),
        ({}, {"BETTER_AUTH_AUDIENCE": " api"}, 'BETTER_AUTH_AUDIENCE is " api": remove'),
        ({"issuer": []}, {}, "issuer is empty"),
        ({"issuer": 7}, {}, "issuer is a int: give a str or a list of str"),
        ({"issuer": b"i"}, {}, "issuer is a bytes: give a str or a list of str"),
        ({"issuer": [None]}, {}, "issuer holds a NoneType: give a str or a list of str"),
        ({"issuer": {"a": "b"}}, {}, "issuer is a dict: give a str or a list of str"),
        ({"audience": ["a", " b"]}, {}, 'audience names " b": remove the white space'),
        ({"audience": ["a", ""]}, {}, "audience is \"['a', '']\": an item is empty"),
        ({}, {"BETTER_AUTH_ISSUER": "a,"}, 'BETTER_AUTH_ISSUER is "a,": an item is empty'),
        ({}, {"BETTER_AUTH_ISSUER": "https://*.a.example"}, 'BETTER_AUTH_ISSUER names "https://*.a.example": it is'),
        ({"algorithms": ["HS256"]}, {}, 'algorithms names "HS256", which Drawbridge does not verify'),
        (
            {"algorithms": ["Ed448"]},
            {},
            'algorithms names "Ed448", which Drawbridge does not verify: give one or more of EdDSA,',
        ),
        ({}, {"DRAWBRIDGE_ALGORITHMS": "none"}, 'DRAWBRIDGE_ALGORITHMS names "none"'),
        ({}, {"DRAWBRIDGE_ALGORITHMS": "EdDSA,"}, 'DRAWBRIDGE_ALGORITHMS is "EdDSA,": an item is empty'),
        ({"algorithms": []}, {}, "algorithms is empty"),
        ({"algorithms": 7}, {}, "algorithms is a int: give a str or a list of str"),
        ({"clock_skew": 301}, {}, 'clock_skew is "301": give a whole number of seconds from 0 to 300'),
        ({"clock_skew": True}, {}, 'clock_skew is "True"'),
        ({"clock_skew": 1.5}, {}, 'clock_skew is "1.5"'),
        ({}, {"DRAWBRIDGE_CLOCK_SKEW": "-1"}, 'DRAWBRIDGE_CLOCK_SKEW is "-1"'),
        ({}, {"DRAWBRIDGE_CLOCK_SKEW": "1e2"}, 'DRAWBRIDGE_CLOCK_SKEW is "1e2"'),
        ({}, {"DRAWBRIDGE_CLOCK_SKEW": "٣"}, "DRAWBRIDGE_CLOCK_SKEW is"),
        ({}, {"DRAWBRIDGE_CLOCK_SKEW": "9" * 5000}, "DRAWBRIDGE_CLOCK_SKEW is"),
        ({"user_claim": "email"}, {}, 'user_claim is "email": give one of uuid, sub'),
        ({"max_token_size": 0}, {}, 'max_token_size is "0": give a whole number of bytes from 1 to 1048576'),
        ({"allow_http_hosts": ["http://web"]}, {}, 'allow_http_hosts names "http://web": give only host names'),
        ({}, {"DRAWBRIDGE_ALLOW_HTTP_HOSTS": "web:3000"}, 'DRAWBRIDGE_ALLOW_HTTP_HOSTS names "web:3000"'),
        ({}, {"DRAWBRIDGE_ALLOW_HTTP_HOSTS": "*"}, 'DRAWBRIDGE_ALLOW_HTTP_HOSTS names "*"'),
        ({"ca_file": "/no/such"}, {}, 'ca_file is "/no/such": there is no such file'),
        ({"ca_file": "/etc"}, {}, 'ca_file is "/etc": there is no such file'),
        ({"keys_snapshot": "/etc"}, {}, 'keys_snapshot is "/etc": that is a directory'),
        ({"keys_snapshot": "/no/such/keys"}, {}, 'keys_snapshot is "/no/such/keys": its directory does not exist'),
        ({}, {"DRAWBRIDGE_KEYS_MAX_STALE": "0"}, 'DRAWBRIDGE_KEYS_MAX_STALE is "0"'),
        ({"keys_max_stale": 2_592_001}, {}, 'keys_max_stale is "2592001"'),
        ({"eddsa_tables": "no"}, {}, 'eddsa_tables is "no": give one of on, off'),
        ({}, {"DRAWBRIDGE_EDDSA_TABLES": "1"}, 'DRAWBRIDGE_EDDSA_TABLES is "1": give one of on, off'),
    ],
)
def test_what_cannot_work_is_said_in_one_line(
    arguments: Mapping[str, object], environment: Mapping[str, str], said: str
) -> None:
    complete = bool(arguments.keys() & {"better_auth_url", "jwks_url"}) or "BETTER_AUTH_URL" in environment
    default = {} if complete or not (arguments or environment) else {"BETTER_AUTH_URL": URL}
    with pytest.raises(ValueError, match=f"^{re.escape(said)}") as fault:
        read_settings(arguments, {**default, **environment})
    text = str(fault.value)
    assert "\n" not in text
    assert len(text) < 250


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"better_auth_url": "http://app.example.com"}, "http"),
        (
            {"better_auth_url": URL, "issuer": [str(n) for n in range(17)]},
            "BETTER_AUTH_ISSUER has 17 names, but at most 16",
        ),
        (
            {"better_auth_url": URL, "audience": [str(n) for n in range(17)]},
            "BETTER_AUTH_AUDIENCE has 17 names, but at most 16",
        ),
        ({"better_auth_url": URL, "jwks_url": "ftp://localhost/keys"}, "ftp"),
        ({"better_auth_url": URL, "remembered_tokens": -1}, "remembered_tokens"),
    ],
)
def test_a_verifier_is_not_made_with_what_cannot_work(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said) as fault:
        Verifier(**arguments)
    assert "\n" not in str(fault.value)


def test_the_environment_is_read_when_a_verifier_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(ValueError, match="BETTER_AUTH_URL is not set"):
        Verifier()
    monkeypatch.setenv("BETTER_AUTH_URL", "http://127.0.0.1:9")
    Verifier().close()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (URL, URL),
        (f"{URL}/", URL),
        (f"{URL}/api/auth", URL),
        (f"{URL}/api/auth/", URL),
        ("https://App.example.com:443/auth", "https://app.example.com"),
    ],
)
def test_the_origin_is_what_a_browser_sends(monkeypatch: pytest.MonkeyPatch, url: str, origin: str) -> None:
    monkeypatch.setenv("BETTER_AUTH_URL", url)
    auth = BetterAuth()
    assert (auth.origin, auth._made) == (origin, {})  # nothing was opened for it
    monkeypatch.delenv("BETTER_AUTH_URL")
    assert BetterAuth(url).origin == origin
    with Verifier(url) as verifier:
        assert BetterAuth(verifier=verifier).origin == verifier.origin == origin


def test_where_better_auth_is_not_known_there_is_no_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BETTER_AUTH_URL", raising=False)
    auth = BetterAuth(jwks_url=f"{URL}/keys", issuer="a", audience="b")
    with pytest.raises(ValueError, match=r"^BETTER_AUTH_URL is not set: say where Better Auth is"):
        _ = auth.origin
