"""What is refused where a token belongs, with which code; and which forms of token are good."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from cases import cases
from conftest import StartBackend, StartIssuer
from contract import assert_refused, challenge
from loopback import get
from token_forgery import (
    claims_of,
    header_of,
    signed_with_hmac,
    unsigned,
    with_claims,
    with_flipped_signature_bit,
    with_header,
)


@dataclass(frozen=True)
class Case:
    """Alice's good token, and what else an attacker has."""

    token: str
    person: Person
    other_uuid: str
    jwks: dict[str, Any]


@pytest.fixture(scope="module")
def case(issuer: BetterAuth) -> Case:
    person = issuer.sign_up("alice")
    token = person.token()
    jwks = get(f"{issuer.url}/api/auth/jwks").json()
    return Case(token, person, issuer.sign_up("bob").uuid, jwks)


def test_several_hosts_of_one_better_auth(start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    """`iss` and `aud` follow the request, as previews and a move of domains have it."""
    issuer = start_issuer(allowed_hosts="127.0.0.1:*,a.example.com,b.example.com,c.example.com")
    person = issuer.sign_up("alice")
    listed = "http://a.example.com,http://b.example.com"
    backend = start_backend(issuer, better_auth_issuer=listed, better_auth_audience=listed)

    def token_of(host: str) -> str:
        return str(person.browser.get("/token", headers={"Host": host}).json()["token"])

    for host in ("a.example.com", "b.example.com"):
        token = token_of(host)
        # The second time it is remembered.
        answers = [backend.call("GET", "/api/v1/me", token).json() for _ in range(2)]
        assert [answer["issuer"] for answer in answers] == [f"http://{host}"] * 2
        assert backend.call("GET", f"/api/v1/{person.uuid}/tasks", token).status_code == 200
    assert_refused(backend.call("GET", "/api/v1/me", token_of("c.example.com")), "issuer_mismatch")


FORGERIES: dict[str, tuple[Callable[[Case], str], str]] = {
    "garbage": (lambda c: "garbage", "token_malformed"),
    "opaque-session-token": (lambda c: c.person.session_token, "token_malformed"),
    "session-cookie": (lambda c: str(c.person.browser.cookies["better-auth.session_token"]), "token_malformed"),
    "two-segments": (lambda c: c.token.rsplit(".", 1)[0], "token_malformed"),
    "four-segments": (lambda c: f"{c.token}.{c.token.split('.')[2]}", "token_malformed"),
    "five-segments-as-jwe": (lambda c: f"{c.token}.a.b", "token_malformed"),
    "padding": (lambda c: c.token + "==", "token_malformed"),
    "header-not-json": (lambda c: "bm90IGpzb24." + c.token.split(".", 1)[1], "token_malformed"),
    "critical-extension": (lambda c: with_header(c.token, crit=["exp"]), "token_malformed"),
    "truncated-by-one": (lambda c: c.token[:-1], "token_malformed"),
    "too-large": (lambda c: c.token + "A" * 16_384, "token_too_large"),
    "other-type": (lambda c: with_header(c.token, typ="at+jwt"), "token_type_not_allowed"),
    "session-cache-type": (
        lambda c: with_header(c.token, typ="better-auth.session-cache+jwt"),
        "token_type_not_allowed",
    ),
    "unsigned": (lambda c: unsigned(c.token), "algorithm_not_allowed"),
    "unsigned-but-signature-kept": (lambda c: with_header(c.token, alg="none"), "algorithm_not_allowed"),
    "hmac-with-public-key": (
        lambda c: signed_with_hmac(c.token, json.dumps(c.jwks["keys"][0]).encode()),
        "algorithm_not_allowed",
    ),
    "other-algorithm": (lambda c: with_header(c.token, alg="ES256"), "algorithm_not_allowed"),
    "no-key-id": (lambda c: with_header(c.token, kid=None), "key_id_missing"),
    "unknown-key-id": (lambda c: with_header(c.token, kid="no-such-key"), "key_unknown"),
    "tampered-signature": (lambda c: with_flipped_signature_bit(c.token), "signature_invalid"),
    "tampered-uuid": (lambda c: with_claims(c.token, uuid=c.other_uuid), "signature_invalid"),
    "prolonged": (lambda c: with_claims(c.token, exp=4_000_000_000), "signature_invalid"),
    "own-key-in-header": (lambda c: with_header(c.token, jwk=c.jwks["keys"][0]), "signature_invalid"),
}


SHORT = (
    *("opaque-session-token", "five-segments-as-jwe", "truncated-by-one", "too-large", "session-cache-type"),
    *("unsigned", "hmac-with-public-key", "no-key-id", "unknown-key-id"),
    *("tampered-signature", "tampered-uuid", "own-key-in-header"),
)


@pytest.mark.parametrize("name", cases(FORGERIES, *SHORT))
def test_a_forged_token_is_refused(backend: Backend, case: Case, name: str) -> None:
    forge, code = FORGERIES[name]
    forged = forge(case)
    assert_refused(backend.call("GET", "/api/v1/me", forged), code)
    tasks = f"/api/v1/{case.other_uuid}/tasks"
    assert_refused(backend.call("POST", tasks, forged, json={"title": "planted"}), code)


def authorization(*values: str) -> list[tuple[str, str]]:
    return [("Authorization", value) for value in values]


TRANSPORTS: dict[str, tuple[Callable[[str], dict[str, Any]], str]] = {
    "nothing": (lambda token: {}, "token_missing"),
    "other-scheme": (lambda token: {"headers": authorization(f"Basic {token}")}, "token_missing"),
    "in-the-query": (lambda token: {"params": {"access_token": token}}, "token_missing"),
    "in-a-cookie": (lambda token: {"headers": [("Cookie", f"better-auth.session_token={token}")]}, "token_missing"),
    "in-another-header": (lambda token: {"headers": [("X-Authorization", f"Bearer {token}")]}, "token_missing"),
    "two-headers": (
        lambda token: {"headers": authorization(f"Bearer {token}", f"Bearer {token}")},
        "token_malformed",
    ),
    "two-tokens": (lambda token: {"headers": authorization(f"Bearer {token}, Bearer {token}")}, "token_malformed"),
}


@pytest.mark.parametrize("name", cases(TRANSPORTS, "nothing", "other-scheme", "in-the-query", "two-headers"))
def test_a_token_counts_in_one_authorization_header_only(backend: Backend, case: Case, name: str) -> None:
    send, code = TRANSPORTS[name]
    answer = backend.http.get("/api/v1/me", **send(case.token))
    assert (answer.status_code, answer.json()["code"]) == (401, code), answer.text
    assert answer.headers["WWW-Authenticate"] == challenge(code)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_case_of_the_scheme_does_not_matter(backend: Backend, case: Case, scheme: str) -> None:
    answer = backend.http.get("/api/v1/me", headers=authorization(f"{scheme} {case.token}"))
    assert answer.status_code == 200, answer.text


def test_an_expired_token_is_refused(start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    issuer = start_issuer(expires_in="3s")
    backend = start_backend(issuer, drawbridge_clock_skew=0)
    token = issuer.sign_up("alice").token()
    assert backend.call("GET", "/api/v1/me", token).status_code == 200
    time.sleep(max(0.0, claims_of(token)["exp"] - time.time()) + 0.05)
    assert_refused(backend.call("GET", "/api/v1/me", token), "token_expired")


SETTINGS = {
    "another-audience": ({"better_auth_audience": "https://api.example.com"}, "audience_mismatch"),
    "audience-with-slash": ({"better_auth_audience": "{url}/"}, "audience_mismatch"),
    "another-issuer": ({"better_auth_issuer": "https://login.example.com"}, "issuer_mismatch"),
    "issuer-with-path": ({"better_auth_issuer": "{url}/api/auth"}, "issuer_mismatch"),
}


@pytest.mark.parametrize("name", cases(SETTINGS, "another-audience", "another-issuer"))
def test_a_token_for_another_is_refused(issuer: BetterAuth, start_backend: StartBackend, case: Case, name: str) -> None:
    settings, code = SETTINGS[name]
    backend = start_backend(issuer, **{key: value.format(url=issuer.url) for key, value in settings.items()})
    assert_refused(backend.call("GET", "/api/v1/me", case.token), code)


def test_a_token_without_uuid_is_refused(start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    issuer = start_issuer(payload="no-uuid")
    token = issuer.sign_up("alice").token()
    assert_refused(start_backend(issuer).call("GET", "/api/v1/me", token), "claim_missing")


# What another Better Auth may be set to, and what the backend is told of it.
FORMS = {
    "default-payload": ({"payload": "default"}, {}),
    "iat-omitted": ({"payload": "no-iat"}, {}),
    "audience-array": (
        {"audience": "https://api.example.com,https://other.example.com"},
        {"better_auth_audience": "https://other.example.com"},
    ),
    "custom-issuer": ({"issuer": "https://login.example.com"}, {"better_auth_issuer": "https://login.example.com"}),
}


@pytest.mark.parametrize("name", cases(FORMS, "default-payload", "audience-array"))
def test_each_form_of_payload_is_good(start_issuer: StartIssuer, start_backend: StartBackend, name: str) -> None:
    issuer_settings, settings = FORMS[name]
    issuer = start_issuer(**issuer_settings)
    backend = start_backend(issuer, **settings)
    person = issuer.sign_up("alice")
    token = person.token()
    task = backend.make_task(person.uuid, token, name)
    listed = backend.call("GET", f"/api/v1/{person.uuid}/tasks", token).json()
    assert [item["id"] for item in listed["items"]] == [task]
    me = backend.call("GET", "/api/v1/me", token).json()
    assert (me["uuid"], me["issued_at"]) == (person.uuid, claims_of(token).get("iat"))


ALGORITHMS = ("EdDSA", "ES256", "ES512", "PS256", "RS256")


@pytest.mark.parametrize("algorithm", cases(ALGORITHMS, "EdDSA", "ES256"))
def test_each_algorithm_of_better_auth_when_it_is_allowed(
    start_issuer: StartIssuer, start_backend: StartBackend, algorithm: str
) -> None:
    issuer = start_issuer(algorithm=algorithm)
    person = issuer.sign_up("alice")
    token = person.token()
    assert header_of(token)["alg"] == algorithm

    allowing = start_backend(issuer, drawbridge_algorithms=algorithm)
    allowing.make_task(person.uuid, token, algorithm)
    assert_refused(allowing.call("GET", "/api/v1/me", with_flipped_signature_bit(token)), "signature_invalid")

    others = ",".join(name for name in ALGORITHMS if name != algorithm)
    refusing = start_backend(issuer, drawbridge_algorithms=others)
    assert_refused(refusing.call("GET", "/api/v1/me", token), "algorithm_not_allowed")

    unset = start_backend(issuer)
    answer = unset.call("GET", "/api/v1/me", token)
    if algorithm == "EdDSA":
        assert answer.status_code == 200, answer.text
    else:
        assert_refused(answer, "algorithm_not_allowed")
