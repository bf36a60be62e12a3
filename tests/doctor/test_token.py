"""Faults of a token. Each is told once, however many checks would see it, and independent ones are all told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest

from better_auth import BetterAuth
from cases import cases
from conftest import StartBackend, StartIssuer, StartSetUp
from examination import examine
from findings import only
from foreign_tokens import id_token, in_a_quarter, of_an_apis_own_sign_up
from set_up import SetUp
from token_forgery import (
    claims_of,
    header_of,
    signed_with_hmac,
    unsigned,
    with_claims,
    with_header,
)


@dataclass(frozen=True)
class Two:
    """A set-up, and another Better Auth where somebody is signed in as well."""

    set_up: SetUp
    other_token: str

    @property
    def key(self) -> str:
        return str(header_of(self.set_up.token)["kid"])


@pytest.fixture(scope="module")
def two(healthy_sqlite: SetUp, start_issuer: StartIssuer) -> Two:
    return Two(healthy_sqlite, start_issuer().sign_up("mallory").token())


# ---- what is given as a token ------------------------------------------------------------------------

GIVEN: dict[str, tuple[Callable[[Two], str], str, str]] = {
    "session.token": (
        lambda t: t.set_up.person.session_token,
        "token.form",
        "opaque session token",
    ),
    "the cookie": (lambda t: t.set_up.session_cookie, "token.form", "session cookie"),
    "JSON": (
        lambda t: f'{{"token":"{t.set_up.token}"}}',
        "token.form",
        'member "token"',
    ),
    "with Bearer": (
        lambda t: f"Bearer {t.set_up.token}",
        "token.form",
        "only the JWT",
    ),
    "five parts, as a JWE has": (
        lambda t: f"{t.set_up.token}.a.b",
        "token.form",
        "JWE",
    ),
    "cut": (lambda t: t.set_up.token[:-1], "token.form", "cut or changed"),
    "of another Better Auth": (
        lambda t: t.other_token,
        "token.key",
        "another Better Auth",
    ),
    "of another Better Auth, under our key": (
        lambda t: with_header(t.other_token, kid=t.key),
        "token.signature",
        "a key other than the listed one",
    ),
    "changed": (
        lambda t: with_claims(t.set_up.token, uuid=str(uuid4())),
        "token.signature",
        "changed after it was signed",
    ),
    "of the API's own sign-up": (
        lambda _: of_an_apis_own_sign_up(exp=in_a_quarter()),
        "token.algorithm",
        "the API's own sign-up",
    ),
    "of the API's own sign-up, without an end": (
        lambda _: of_an_apis_own_sign_up(),
        "token.algorithm",
        "this Better Auth did not make this token (it has no `iss`)",
    ),
    "an ID token of another service": (
        lambda _: id_token(kid="x1"),
        "token.key",
        'this Better Auth did not make this token (its `iss` is "https://accounts.google.com")',
    ),
    "an ID token without kid": (
        lambda _: id_token(),
        "token.key",
        "accounts.google.com",
    ),
    "unsigned": (lambda t: unsigned(t.set_up.token), "token.algorithm", "none"),
    "signed with a shared secret": (
        lambda t: signed_with_hmac(t.set_up.token, b"s"),
        "token.algorithm",
        "HS256",
    ),
    "without kid": (
        lambda t: with_header(t.set_up.token, kid=None),
        "token.key",
        "names no key",
    ),
}


@pytest.mark.parametrize(("token", "check", "says"), GIVEN.values(), ids=GIVEN.keys())
def test_not_the_token_that_it_should_be(two: Two, token: Callable[[Two], str], check: str, says: str):
    given = token(two)
    checks = two.set_up.examine(token=given)
    assert says in only(checks, check)
    assert given not in " ".join(found.text() for found in checks.values())


OTHERS = {"without uuid": "no-uuid", "with the whole row of the user": "default"}


@pytest.mark.parametrize("name", cases(OTHERS, "without uuid"))
def test_of_another_better_auth(two: Two, start_issuer: StartIssuer, name: str):
    other = start_issuer(payload=OTHERS[name])
    checks = two.set_up.examine(token=other.sign_up("mallory").token(), production=True, api_url=None)
    assert checks.faults == {"token.key", "production.https", "production.sign_in"}
    assert f'its `iss` is "{other.url}"' in checks["token.key"].text()
    assert not [check for check in checks.warnings if not check.startswith("production.")]
    for check in (
        "token.kind",
        "token.times",
        "token.issuer",
        "token.audience",
        "token.uuid",
        "token.payload",
    ):
        assert checks[check].summary == "because of the fault token.key"
    only(two.set_up.examine())


def test_of_a_key_that_was_ours(start_set_up: StartSetUp):
    set_up = start_set_up()
    set_up.issuer.database.execute("delete from jwks")
    new = set_up.person.token()
    text = only(set_up.examine(api_url=None), "token.key")
    assert "its key has left the set since" in text and "get a new token" in text
    only(set_up.examine(token=new))


# ---- what Better Auth puts into it -------------------------------------------------------------------


def signed_in(issuer: BetterAuth) -> dict[str, str]:
    return {"better_auth_url": issuer.url, "token": issuer.sign_up("alice").token()}


def test_without_uuid(start_issuer: StartIssuer, two: Two):
    options = signed_in(start_issuer(payload="no-uuid"))
    assert "plugins: [drawbridge()]" in only(examine(**options), "token.uuid")
    only(examine(**options, env={"DRAWBRIDGE_USER_CLAIM": "sub"}))
    only(two.set_up.examine())  # with the plugin


def test_without_uuid_where_sub_is_the_user(start_issuer: StartIssuer, start_backend: StartBackend):
    """And with an API that answers, and wants a uuid."""
    issuer = start_issuer(payload="no-uuid")
    issuer.database.migrate()
    backend = start_backend(issuer)
    checks = examine(**signed_in(issuer), api_url=backend.url, env={"DRAWBRIDGE_USER_CLAIM": "sub"})
    assert checks.faults == {"api.own_path"}
    assert "401 (claim_missing)" in checks["api.own_path"].summary


def test_the_whole_row_of_the_user(start_issuer: StartIssuer, two: Two):
    text = only(examine(**signed_in(start_issuer(payload="default"))), warning="token.payload")
    assert "createdAt" in text and "drawbridge()" in text
    only(two.set_up.examine())


def test_ended(start_issuer: StartIssuer):
    text = only(examine(**signed_in(start_issuer(expires_in="1 hour ago"))), "token.times")
    assert "expired at" in text and "clock and this machine's agree" in text


def test_ended_and_for_somebody_else(start_issuer: StartIssuer):
    options = signed_in(start_issuer(expires_in="1 hour ago", audience="https://other.example.com"))
    checks = examine(**options)
    assert checks.faults == {"token.times", "token.audience"}
    assert '"https://other.example.com"' in checks["token.audience"].summary


def test_of_a_shared_secret(start_issuer: StartIssuer, two: Two):
    """Which the backend would have too, as many a guide says; here Better Auth itself makes them so."""
    issuer = start_issuer(remote_url="http://127.0.0.1:9/jwks.json", shared_secret="on")
    person = issuer.sign_up("alice")
    options = {
        "better_auth_url": issuer.url,
        "jwks_url": f"{two.set_up.issuer.base}/jwks",
    }
    token = person.token()
    assert header_of(token)["alg"] == "HS256"
    text = only(examine(**options, token=token), "token.algorithm")
    assert "BETTER_AUTH_SECRET" in text and "can also make one, for any user" in text
    text = only(
        examine(
            **options,
            session=person.browser.cookies["better-auth.session_token"],
        ),
        "token.algorithm",
    )
    assert "Better Auth's option jwt.sign signs its tokens with a shared secret" in text
    assert "this Better Auth did not make this token" not in text


def test_the_cookie_cache_of_the_secret(start_issuer: StartIssuer):
    issuer = start_issuer(payload="own", session_cache="secret")
    person = issuer.sign_up("alice")
    cached = person.browser.cookies["better-auth.session_data"]
    assert header_of(cached)["alg"] == "HS256"
    assert "cookie cache (session_data)" in only(examine(better_auth_url=issuer.url, token=cached), "token.algorithm")
    only(examine(better_auth_url=issuer.url, token=person.token()))


def test_of_another_kind(start_issuer: StartIssuer):
    issuer = start_issuer(payload="own", session_cache="on")
    person = issuer.sign_up("alice")
    cached = person.browser.cookies["better-auth.session_data"]
    assert header_of(cached)["typ"] == "better-auth.session-cache+jwt"
    assert "GET /api/auth/token" in only(examine(better_auth_url=issuer.url, token=cached), "token.kind")
    only(examine(better_auth_url=issuer.url, token=person.token()))


def test_larger_than_the_backend_reads(two: Two):
    text = only(two.set_up.examine(max_token_size=200), "token.size")
    assert f"{len(two.set_up.token)} bytes" in text and "200" in text
    only(two.set_up.examine(max_token_size=16_384))


# ---- addresses ---------------------------------------------------------------------------------------

ADDRESSES: dict[str, tuple[str, str, str]] = {
    # setting, value of {url}, what the text says
    "a slash": ("issuer", "{url}/", "the trailing slash"),
    "https": ("issuer", "https{rest}", "one has http and the other https"),
    "the path of Better Auth": ("issuer", "{url}/api/auth", "the path /api/auth"),
    "another host": ("issuer", "https://login.example.com", "name different addresses"),
    "a slash of the audience": ("audience", "{url}/", "the trailing slash"),
    "another audience": (
        "audience",
        "https://api.example.com",
        "name different addresses",
    ),
}


@pytest.mark.parametrize(("setting", "value", "says"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_the_backend_expects_another_address(two: Two, setting: str, value: str, says: str):
    issuer = two.set_up.issuer
    expected = value.format(url=issuer.url, rest=issuer.url.removeprefix("http"), port=issuer.port)
    check = "token.audience" if setting == "audience" else "token.issuer"
    # The API and its CORS are as they were; it is doctor that is told otherwise.
    text = only(two.set_up.examine(**{setting: expected}), check)
    assert says in text and f'"{expected}"' in text and f'"{issuer.url}"' in text


def said(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[1]


def test_another_name_of_this_machine_is_one_fault(healthy: SetUp):
    issuer = healthy.issuer
    other = f"http://localhost:{issuer.port}"
    checks = healthy.examine(better_auth_url=other)
    text = only(checks, "token.issuer")
    assert "are different origins" in text and f'"{other}"' in text and f'"{issuer.url}"' in text
    for check in ("token.audience", "api.own_path", "cors.preflight", "cors.errors", "cors.exposed_headers"):
        assert checks[check].summary == "because of the fault token.issuer"
    # The remedy, followed.
    mended = healthy.examine(
        better_auth_url=said(text, "set BETTER_AUTH_URL=([^;]+);"),
        jwks_url=said(text, "BETTER_AUTH_JWKS_URL=(.+)$"),
    )
    assert mended["cors.preflight"].status == "ok"
    only(mended)
    # A page that is really there is not let in, whatever is wrong beside it.
    page = "https://app.example.com"
    assert healthy.examine(better_auth_url=other, origin=page).faults == {"token.issuer", "cors.preflight"}


def test_better_auth_names_itself_otherwise(start_issuer: StartIssuer):
    options = signed_in(start_issuer(issuer="https://login.example.com"))
    assert "set BETTER_AUTH_ISSUER=https://login.example.com" in only(examine(**options), "token.issuer")
    only(examine(**options, issuer="https://login.example.com"))


def test_better_auth_takes_the_host_of_each_request(start_issuer: StartIssuer):
    hosts = {name: f"{name}.example.com" for name in ("a", "b")}
    issuer = start_issuer(allowed_hosts=",".join(["127.0.0.1:*", *hosts.values()]))
    person = issuer.sign_up("alice")
    tokens = {host: person.browser.get("/token", headers={"Host": host}).json()["token"] for host in hosts.values()}
    assert {host: claims_of(token)["iss"] for host, token in tokens.items()} == {
        host: f"http://{host}" for host in hosts.values()
    }
    only(examine(**{"better_auth_url": issuer.url, "token": person.token()}))
    token = tokens["a.example.com"]
    text = only(examine(better_auth_url=issuer.url, token=token), "token.issuer")
    assert "uses the host of each request" in text and "baseURL: { allowedHosts }" in text
    assert "drawbridge({ jwt: { issuer, audience } })" in text
    assert "list each host's origin in BETTER_AUTH_ISSUER and BETTER_AUTH_AUDIENCE" in text
    # Either remedy, followed.
    listed = ",".join(f"http://{host}" for host in hosts.values())
    for token in tokens.values():
        only(examine(better_auth_url=issuer.url, token=token, issuer=listed, audience=listed))
    fixed = start_issuer(
        allowed_hosts=",".join(["127.0.0.1:*", *hosts.values()]),
        issuer="https://app.example.com",
        audience="https://app.example.com",
    )
    person = fixed.sign_up("alice")
    for host in hosts.values():
        token = person.browser.get("/token", headers={"Host": host}).json()["token"]
        only(
            examine(
                better_auth_url=fixed.url,
                token=token,
                issuer="https://app.example.com",
                audience="https://app.example.com",
            )
        )


def test_several_audiences(start_issuer: StartIssuer):
    options = signed_in(start_issuer(audience="https://a.example.com,https://b.example.com"))
    text = only(examine(**options), "token.audience")
    assert "https://a.example.com" in text and "https://b.example.com" in text
    only(examine(**options, audience="https://b.example.com"))


def test_what_it_says_of_the_user_is_not_shown(two: Two):
    checks = two.set_up.examine(audience="https://api.example.com")
    email = claims_of(two.set_up.token)["email"]
    assert email not in " ".join(check.text() for check in checks.values())
