"""A user who makes Better Auth fail for her own sessions and keys: those of others are judged meanwhile."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest

from attack import from_many_connections
from backend import Backend
from better_auth import PASSWORD, BetterAuth, Person
from conftest import StartBackend, StartIssuer
from loopback import open_client
from process import LONG, wait_until

SESSIONS = 5
ATTACKED = 12 if LONG else 5  # seconds

Headers = dict[str, str]

# The name that she gives herself, and what her own requests are answered.
NAMES = {
    "longer than a header may be": ("x" * 80_000, {200, 503}),
    "claims throw for it": ("fragile", {503}),
}


@pytest.fixture(scope="module")
def issuer(start_issuer: StartIssuer) -> BetterAuth:
    return start_issuer(api_keys="on", claims="fragile")


def sessions_of(issuer: BetterAuth, person: Person) -> list[Headers]:
    """So many, each of a sign-in of its own."""
    email = person.browser.get("/get-session").json()["user"]["email"]
    cookies = []
    for _ in range(SESSIONS):
        browser = open_client(issuer.base, headers={"Origin": issuer.url})
        answer = browser.post("/sign-in/email", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        name = "better-auth.session_token"
        cookies.append({"Cookie": f"{name}={browser.cookies[name]}"})
    return cookies


def status_of(backend: Backend, proof: Headers) -> int:
    return backend.call("GET", "/api/v1/me", headers=proof).status_code


@pytest.mark.serial
@pytest.mark.parametrize("kind", ["cpp", "fastapi"])
@pytest.mark.parametrize("name", NAMES)
def test_others_are_judged_at_once(issuer: BetterAuth, start_backend: StartBackend, name: str, kind: str) -> None:
    backend = start_backend(
        issuer, kind=kind, drawbridge_credentials="token,session,key", drawbridge_credential_max_age=0
    )
    eve, bob = issuer.sign_up("eve"), issuer.sign_up("bob")
    hers = sessions_of(issuer, eve) + [{"x-api-key": eve.make_key()[1]} for _ in range(SESSIONS)]
    his: list[Headers] = [{"Cookie": bob.session_cookie()}, {"x-api-key": bob.make_key()[1]}]
    for proof in his:
        assert status_of(backend, proof) == 200
    text, expected = NAMES[name]
    assert eve.browser.post("/update-user", json={"name": text}).status_code == 200

    answers_to_eve = Counter[int]()

    def ask() -> None:
        answers_to_eve[status_of(backend, random.choice(hers))] += 1
        time.sleep(0.02)

    answers_to_others = Counter[int]()
    with from_many_connections(ask, SESSIONS):
        wait_until(lambda: answers_to_eve.total() >= 50, 20, "she is well under way")
        end = time.monotonic() + ATTACKED
        while time.monotonic() < end:
            late = issuer.sign_up("late")
            for proof in (*his, {"Cookie": late.session_cookie()}):
                answers_to_others[status_of(backend, proof)] += 1
            time.sleep(0.05)
    assert set(answers_to_eve) <= expected, answers_to_eve
    assert set(answers_to_others) == {200}, answers_to_others
