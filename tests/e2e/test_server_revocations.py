"""What Better Auth revokes ends at the C++ server, and what it says while it cannot ask."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any

import pytest
from backend import Backend
from better_auth import BetterAuth, Person
from conftest import StartBackend
from contract import assert_refused
from process import wait_until
from revoking_issuer import RevokingIssuer

ME = "/api/v1/me"
SOON = 10  # a second, on a machine with nothing else to do


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def code(backend: Backend, token: str) -> str:
    answer = backend.call("GET", ME, token)
    return "good" if answer.status_code == 200 else str(answer.json()["code"])


def readiness(backend: Backend) -> tuple[int, str | None]:
    answer = backend.call("GET", "/readyz")
    return answer.status_code, answer.json().get("revocations")


@pytest.fixture
def revoking(issuer: BetterAuth) -> Iterator[RevokingIssuer]:
    with RevokingIssuer(issuer.url) as relay:
        yield relay


def test_a_session_that_ended_and_a_user_who_changed(
    issuer: BetterAuth, revoking: RevokingIssuer, start_backend: StartBackend, alice: Person, bob: Person
) -> None:
    backend = start_backend(issuer, better_auth_jwks_url=revoking.jwks_url)
    of_alice, of_bob = alice.token(), bob.token()
    assert (code(backend, of_alice), code(backend, of_bob)) == ("good", "good")
    assert readiness(backend) == (200, "current")
    revoking.end_session(claims_of(of_alice)["sid"])
    wait_until(lambda: code(backend, of_alice) == "token_revoked", SOON, "the session has ended")
    assert_refused(backend.call("GET", ME, of_alice), "token_revoked")
    assert code(backend, of_bob) == "good"
    revoking.change_user(claims_of(of_bob)["sub"], int(time.time() * 1_000))
    wait_until(lambda: code(backend, of_bob) == "token_revoked", SOON, "the user has changed")
    wait_until(lambda: code(backend, bob.token()) == "good", SOON, "a token that was made after the change")


def test_an_issuer_without_revocations_is_asked_once(
    issuer: BetterAuth, revoking: RevokingIssuer, start_backend: StartBackend, alice: Person
) -> None:
    revoking.status = 404
    backend = start_backend(issuer, better_auth_jwks_url=revoking.jwks_url)
    token = alice.token()
    for _ in range(20):
        assert code(backend, token) == "good"
    assert readiness(backend) == (200, None)
    assert len(revoking.asked) == 1
    assert "revocations" not in backend.program.log()


def test_preferred_goes_on_and_says_so(
    issuer: BetterAuth, revoking: RevokingIssuer, start_backend: StartBackend, alice: Person
) -> None:
    backend = start_backend(issuer, better_auth_jwks_url=revoking.jwks_url)
    token = alice.token()
    assert code(backend, token) == "good"
    revoking.status = 500
    wait_until(
        lambda: (code(backend, token), readiness(backend)) == ("good", (200, "lost")), 30, "the revocations are lost"
    )
    wait_until(lambda: "Revocations are currently unavailable" in backend.program.log(), 10, "the log says so")
    revoking.status = 200
    wait_until(lambda: readiness(backend) == (200, "current"), 20, "they are back")
    wait_until(lambda: "revocations are received again" in backend.program.log(), 10, "the log says so")


def test_required_refuses_until_it_is_told(
    issuer: BetterAuth, revoking: RevokingIssuer, start_backend: StartBackend, alice: Person
) -> None:
    revoking.secret = "of-the-plugin"
    backend = start_backend(
        issuer,
        better_auth_jwks_url=revoking.jwks_url,
        drawbridge_revocations="required",
        drawbridge_revocations_secret="another",
    )
    token = alice.token()
    assert_refused(backend.call("GET", ME, token), "revocations_unavailable")
    status, state = readiness(backend)
    assert status == 503
    assert state in ("pending", "lost")
    revoking.secret = "another"
    wait_until(lambda: code(backend, token) == "good", 20, "the secret is the same")
    wait_until(lambda: readiness(backend) == (200, "current"), SOON, "it is ready")
