"""Key rotation under load: no good token is refused, and random key ids cost the issuer next to nothing."""

import secrets
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import StartBackend, StartIssuer
from contract import assert_refused
from counting_relay import CountingRelay
from loopback import open_client
from process import LONG
from token_forgery import header_of, with_header

pytestmark = pytest.mark.serial

SECONDS = 30 if LONG else 5
ROTATION = 3 if LONG else 1
ATTACKERS = 24


def test_no_good_token_is_refused_while_keys_rotate(start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    issuer = start_issuer(rotate_every=ROTATION, grace_period=3600)
    person = issuer.sign_up("alice")
    with CountingRelay(f"{issuer.url}/api/auth/jwks") as relay:
        backend = start_backend(issuer, better_auth_jwks_url=relay.url)
        first_token = person.token()
        began = time.monotonic()
        end = began + SECONDS
        good_answers: Counter[str] = Counter()
        hostile_answers: Counter[str] = Counter()
        kids: set[str] = set()

        def work() -> None:
            """A new token for each task, and the old one now and then: both are good."""
            while time.monotonic() < end:
                token = person.token()
                kids.add(header_of(token)["kid"])
                path = f"/api/v1/{person.uuid}/tasks"
                for answer in (
                    backend.call("POST", path, token, json={"title": "work"}),
                    backend.call("GET", path, token),
                    backend.call("GET", path, first_token),
                ):
                    good_answers[answer.text if answer.is_error else str(answer.status_code)] += 1

        def attack() -> None:
            with open_client(backend.url) as client:
                while time.monotonic() < end:
                    forged = with_header(first_token, kid=secrets.token_urlsafe(24))
                    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {forged}"})
                    hostile_answers[f"{answer.status_code} {answer.json()['code']}"] += 1

        with ThreadPoolExecutor(1 + ATTACKERS) as threads:
            for done in [threads.submit(job) for job in [work] + [attack] * ATTACKERS]:
                done.result()
        took = time.monotonic() - began
        listed = backend.call("GET", f"/api/v1/{person.uuid}/tasks", first_token).json()

    assert set(good_answers) == {"200", "201"}, good_answers
    assert good_answers["201"] >= SECONDS, good_answers
    assert good_answers["200"] == 2 * good_answers["201"]
    assert len(kids) >= SECONDS / ROTATION - 3, f"the issuer rotated too seldom: {kids}"
    assert set(hostile_answers) <= {"401 key_unknown", "503 keys_unavailable"}, hostile_answers
    assert hostile_answers["401 key_unknown"] >= SECONDS, hostile_answers
    assert len(relay.fetched_at) <= took + 2, "more than one fetch a second"
    assert listed["total"] == good_answers["201"]


def test_a_key_that_is_no_longer_listed_stops_verifying(start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    issuer = start_issuer(rotate_every=1, grace_period=1)
    backend = start_backend(issuer)
    person = issuer.sign_up("alice")
    old = person.token()
    assert backend.call("GET", "/api/v1/me", old).status_code == 200
    time.sleep(2.2)  # its key's second of signing and second of grace
    new = person.token()
    assert header_of(new)["kid"] != header_of(old)["kid"]
    assert backend.call("GET", "/api/v1/me", new).status_code == 200  # an unknown kid: the set is fetched
    assert_refused(backend.call("GET", "/api/v1/me", old), "key_unknown")
