"""Better Auth away: known keys go on, what cannot be known is 503 and not 401, and all heals by itself."""

import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from conftest import StartBackend, StartIssuer
from contract import assert_refused
from loopback import get
from process import wait_until
from token_forgery import with_header

HEALED_WITHIN = 40  # the longest back-off is 30 s, and its jitter


@pytest.fixture
def own_issuer(start_issuer: StartIssuer) -> BetterAuth:
    """One that a test may stop."""
    return start_issuer()


def wait_for_the_keys(backend: Backend, token: str) -> None:
    """Every answer until the first good one is an honest 503."""

    def is_good() -> bool:
        answer = backend.call("GET", "/api/v1/me", token)
        if answer.status_code == 200:
            return True
        assert_refused(answer, "keys_unavailable")
        return False

    wait_until(is_good, HEALED_WITHIN, "the keys are there again")


def test_known_keys_go_on_while_the_issuer_is_down(own_issuer: BetterAuth, start_backend: StartBackend) -> None:
    backend = start_backend(own_issuer)
    person = own_issuer.sign_up("alice")
    token, never_seen = person.token(), person.token()
    task = backend.make_task(person.uuid, token, "before")
    own_issuer.stop()

    tasks = f"/api/v1/{person.uuid}/tasks"
    assert backend.call("GET", f"{tasks}/{task}", token).json()["title"] == "before"
    backend.make_task(person.uuid, never_seen, "during")
    ready = backend.call("GET", "/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    # Nobody can say now whether this key exists.
    assert_refused(backend.call("GET", tasks, with_header(token, kid="is-it-new")), "keys_unavailable")
    assert backend.call("GET", tasks, token).json()["total"] == 2

    own_issuer.start()
    wait_for_the_keys(backend, person.token())
    wait_until(
        lambda: backend.call("GET", tasks, with_header(token, kid="is-it-new")).status_code == 401,
        HEALED_WITHIN,
        "an unknown key is said to be unknown again",
    )


def test_a_backend_started_before_the_issuer_heals(own_issuer: BetterAuth, start_backend: StartBackend) -> None:
    person: Person = own_issuer.sign_up("alice")
    token = person.token()
    own_issuer.stop()
    backend = start_backend(own_issuer)

    assert backend.call("GET", "/healthz").status_code == 200
    assert_refused(backend.call("GET", f"/api/v1/{person.uuid}/tasks", token), "keys_unavailable")
    not_ready = backend.call("GET", "/readyz")
    assert (not_ready.status_code, not_ready.json()["keys"]) == (503, "absent")
    # What needs no key to be known wrong is still told apart.
    assert_refused(backend.call("GET", "/api/v1/me", "garbage"), "token_malformed")
    assert_refused(backend.call("GET", "/api/v1/me"), "token_missing")

    own_issuer.start()
    wait_for_the_keys(backend, token)
    backend.make_task(person.uuid, token, "after")
    assert backend.call("GET", "/readyz").status_code == 200


def test_an_issuer_with_another_database_is_another_issuer(
    own_issuer: BetterAuth, start_issuer: StartIssuer, start_backend: StartBackend
) -> None:
    """A token of a Better Auth that has the same settings but other keys."""
    backend = start_backend(own_issuer)
    stranger = start_issuer(issuer=own_issuer.url, audience=own_issuer.url).sign_up("mallory").token()
    assert_refused(backend.call("GET", "/api/v1/me", stranger), "key_unknown")


def test_a_wrong_address_of_the_key_set_is_an_outage(own_issuer: BetterAuth, start_backend: StartBackend) -> None:
    token = own_issuer.sign_up("alice").token()
    wrong_url = f"{own_issuer.url}/api/auth/no-such-path"
    assert get(wrong_url).status_code == 404
    backend = start_backend(own_issuer, better_auth_jwks_url=wrong_url)
    assert_refused(backend.call("GET", "/api/v1/me", token), "keys_unavailable")
