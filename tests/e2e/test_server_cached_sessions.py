"""The C++ server takes a session by the cookie in which a real Better Auth caches it, signed by its keys."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from conftest import StartBackend, StartIssuer
from contract import BY_COOKIE, assert_common_headers, assert_refused
from process import wait_until
from token_forgery import claims_of, header_of, with_claims, with_header

SESSION, CACHE = "better-auth.session_token", "better-auth.session_data"
SETTINGS = {"drawbridge_credentials": "token,session", "drawbridge_sessions": "cookie"}
FOREIGN = "https://evil.example"
SOON = 30  # a second, on a machine with nothing else to do


@pytest.fixture(scope="module")
def issuer(start_issuer: StartIssuer) -> BetterAuth:
    return start_issuer(admin="on", session_cache="on")


@pytest.fixture(scope="module")
def backend(issuer: BetterAuth, start_backend: StartBackend) -> Backend:
    """Asks Better Auth each time, where it asks at all."""
    return start_backend(issuer, **SETTINGS, drawbridge_credential_max_age=0)


@pytest.fixture
def alice(issuer: BetterAuth) -> Person:
    return issuer.sign_up("alice")


def cookies_of(person: Person) -> dict[str, str]:
    """Those that the browser sends to this host."""
    return {name: value for name, value in person.browser.cookies.items() if value}


def me(backend: Backend, cookies: dict[str, str]) -> httpx.Response:
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return backend.call("GET", "/api/v1/me", headers={"Cookie": header})


def test_the_user_is_the_one_of_the_token(backend: Backend, alice: Person) -> None:
    cookies = cookies_of(alice)
    assert header_of(cookies[CACHE])["typ"] == "better-auth.session-cache+jwt"
    of_the_credential = ("credential", "issued_at", "expires_at")
    by_token = backend.call("GET", "/api/v1/me", alice.token()).json()
    for sent in (cookies, {CACHE: cookies[CACHE]}):
        by_cache = me(backend, sent)
        assert by_cache.status_code == 200, by_cache.text
        said = by_cache.json()
        assert [said[name] for name in of_the_credential] == ["session", *times_of(cookies[CACHE])]
        assert {k: v for k, v in said.items() if k not in of_the_credential} == {
            k: v for k, v in by_token.items() if k not in of_the_credential
        }
        assert alice.session_token not in by_cache.text
        assert_common_headers(by_cache, BY_COOKIE)


def times_of(cache: str) -> tuple[int, int]:
    claims = claims_of(cache)
    return claims["iat"], claims["exp"]


def test_what_changes_something_shows_its_page(backend: Backend, issuer: BetterAuth, alice: Person) -> None:
    cookie = f"{CACHE}={cookies_of(alice)[CACHE]}"
    path = f"/api/v1/{alice.uuid}/tasks"
    for origin, status in ((issuer.url, 201), (FOREIGN, 403), (None, 403)):
        headers = {"Cookie": cookie} | ({"Origin": origin} if origin else {})
        answer = backend.call("POST", path, headers=headers, json={"title": "by cookie"})
        assert answer.status_code == status, answer.text
        if status == 403:
            assert_refused(answer, "origin_not_allowed", by_cookie=True)


def test_nothing_is_asked(start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    """Better Auth is away, and its keys are held."""
    issuer = start_issuer(session_cache="on")
    backend = start_backend(issuer, **SETTINGS)
    cookies = cookies_of(issuer.sign_up("bob"))
    assert me(backend, cookies).status_code == 200
    issuer.stop()
    assert me(backend, cookies).status_code == 200
    assert_refused(me(backend, {SESSION: cookies[SESSION]}), "session_unavailable", by_cookie=True)


# ---- what of it counts ---------------------------------------------------------------------------------


def without_cache(person: Person) -> dict[str, str]:
    return {SESSION: cookies_of(person)[SESSION]}


def of_another(change: Callable[[str], str]) -> Callable[[Person], dict[str, str]]:
    def made(person: Person) -> dict[str, str]:
        cookies = cookies_of(person)
        return cookies | {CACHE: change(cookies[CACHE])}

    return made


def token_as_cache(person: Person) -> dict[str, str]:
    return cookies_of(person) | {CACHE: person.token()}


COUNTS: dict[str, tuple[Callable[[Person], dict[str, str]], str | None]] = {
    "the session's own cookie alone": (without_cache, None),
    "a cache that somebody changed": (of_another(lambda jwt: with_claims(jwt, version="2")), "session_unknown"),
    "one that says that it is a token": (of_another(lambda jwt: with_header(jwt, typ="JWT")), "session_unknown"),
    "one without a type": (of_another(lambda jwt: with_header(jwt, typ=None)), "session_unknown"),
    "a token in its place": (token_as_cache, "session_unknown"),
    "cut": (of_another(lambda jwt: jwt[: jwt.rindex(".")]), "credential_malformed"),
    "in quotes": (of_another(lambda jwt: f'"{jwt}"'), "credential_malformed"),
    "with a chunk beside it": (lambda person: cookies_of(person) | {f"{CACHE}.0": "x"}, "credential_malformed"),
    "a chunk alone": (lambda person: without_cache(person) | {f"{CACHE}.0": "x"}, "credential_malformed"),
    "nothing": (lambda _: {}, "token_missing"),
}


@pytest.mark.parametrize("name", COUNTS)
def test_what_counts(backend: Backend, alice: Person, name: str) -> None:
    sent, code = COUNTS[name]
    answer = me(backend, sent(alice))
    if code is None:
        assert answer.json()["uuid"] == alice.uuid, answer.text
    else:
        assert_refused(answer, code, by_cookie=True)


def test_a_cache_is_no_token(backend: Backend, alice: Person) -> None:
    cookies = cookies_of(alice)
    assert me(backend, cookies).status_code == 200
    assert_refused(backend.call("GET", "/api/v1/me", cookies[CACHE]), "token_type_not_allowed")


def test_beside_another_session_it_does_not_count(issuer: BetterAuth, backend: Backend, alice: Person) -> None:
    bob = issuer.sign_up("bob")
    both = {SESSION: cookies_of(bob)[SESSION], CACHE: cookies_of(alice)[CACHE]}
    assert me(backend, both).json()["uuid"] == bob.uuid


def test_in_chunks(start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    issuer = start_issuer(session_cache="large")
    backend = start_backend(issuer, **SETTINGS)
    person = issuer.sign_up("alice")
    cookies = cookies_of(person)
    chunks = sorted(name for name in cookies if name.startswith(CACHE))
    assert chunks == [f"{CACHE}.{number}" for number in range(len(chunks))] and len(chunks) > 1
    backwards = {name: cookies[name] for name in reversed(chunks)}
    assert me(backend, backwards).json()["uuid"] == person.uuid
    last = chunks[-1]
    spoilt = {
        "without the last": ({name: cookies[name] for name in chunks[:-1]}, None),
        "without the first": ({name: cookies[name] for name in chunks[1:]}, "credential_malformed"),
        "in another order": (backwards | {chunks[0]: cookies[chunks[1]], chunks[1]: cookies[chunks[0]]}, None),
        "with one of another": (backwards | {last: cookies_of(issuer.sign_up("bob"))[last]}, None),
    }
    for name, (sent, code) in spoilt.items():
        answer = me(backend, sent)
        assert answer.status_code == 401, name
        if code:
            assert_refused(answer, code, by_cookie=True)


def test_another_strategy_is_named(start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    for strategy, code in (("compact", "credential_malformed"), ("secret", "session_unknown")):
        issuer = start_issuer(payload="own", session_cache=strategy)
        backend = start_backend(issuer, **SETTINGS)
        assert_refused(me(backend, cookies_of(issuer.sign_up("alice"))), code, by_cookie=True)
        log = backend.program.log
        wait_until(lambda log=log: "sessionCookieCache: true" in log(), 5, "the log says what to do")


# ---- what it sees when ---------------------------------------------------------------------------------


def test_it_is_blind_to_a_sign_out_and_to_a_role_until_it_ends(
    start_issuer: StartIssuer, start_backend: StartBackend
) -> None:
    issuer = start_issuer(admin="on", session_cache="on", session_cache_age=4)
    backend = start_backend(issuer, **SETTINGS, drawbridge_credential_max_age=0, drawbridge_clock_skew=0)
    alice, bob = issuer.sign_up("alice"), issuer.sign_up("bob")
    of_alice, of_bob = cookies_of(alice), cookies_of(bob)
    ends = max(times_of(cookies[CACHE])[1] for cookies in (of_alice, of_bob))
    alice.sign_out()
    issuer.database.execute("""update "user" set role = 'admin' where id = ?""", bob.id)
    seen = [me(backend, cookies).json() for cookies in (of_alice, of_bob)]
    if time.time() < ends - 1:
        assert [who["roles"] for who in seen] == [["user"], ["user"]]

    wait_until(lambda: time.time() >= ends, 10, "the caches end")
    assert_refused(me(backend, of_alice), "session_unknown", by_cookie=True)
    assert_refused(me(backend, {CACHE: of_bob[CACHE]}), "session_unknown", by_cookie=True)
    assert me(backend, of_bob).json()["roles"] == ["admin"]


def test_with_revocations_a_sign_out_and_a_change_are_seen_within_about_a_second(
    start_issuer: StartIssuer, start_backend: StartBackend
) -> None:
    """Long before the caches end, after five minutes."""
    issuer = start_issuer(session_cache="on", revocations="on")
    backend = start_backend(issuer, **SETTINGS, drawbridge_credential_max_age=0)
    alice, bob, carol = (issuer.sign_up(name) for name in ("alice", "bob", "carol"))
    of_alice, of_bob, of_carol = (cookies_of(person) for person in (alice, bob, carol))
    for cookies in (of_alice, of_bob, of_carol, {CACHE: of_alice[CACHE]}):
        assert me(backend, cookies).status_code == 200
    alice.sign_out()
    answer = bob.browser.post("/update-user", json={"name": "Robert"})
    assert answer.status_code == 200, answer.text
    wait_until(lambda: me(backend, of_alice).status_code == 401, SOON, "the session has ended")
    assert_refused(me(backend, of_alice), "session_unknown", by_cookie=True)
    assert_refused(me(backend, {CACHE: of_alice[CACHE]}), "session_unknown", by_cookie=True)
    # Of a cache that was revoked the session's own cookie says what is true, and alone it says nothing.
    wait_until(lambda: me(backend, of_bob).json().get("name") == "Robert", SOON, "the user has changed")
    assert_refused(me(backend, {CACHE: of_bob[CACHE]}), "session_unknown", by_cookie=True)
    assert me(backend, of_carol).status_code == 200
    ends = min(times_of(cookies[CACHE])[1] for cookies in (of_alice, of_bob, of_carol))
    assert time.time() < ends, "the machine is too slow for this test"
