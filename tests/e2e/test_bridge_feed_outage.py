"""The feed of revocations away, late or wrong, and programs that start again: what was revoked stays revoked, and a good
token is refused only where revocations are required."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import backend as backends
import feed_relay
from backend import Backend
from better_auth import BetterAuth, Person
from conftest import StartBackend, StartIssuer
from contract import assert_refused
from feed_relay import FeedRelay
from loopback import get
from process import wait_until

ME = "/api/v1/me"
SOON = 5
LOST_WITHIN = 40  # after ten seconds, on a machine with nothing else to do
BACK_WITHIN = 40


@pytest.fixture(scope="module")
def revoking(start_issuer: StartIssuer) -> BetterAuth:
    """Tests that stop it start it again."""
    return start_issuer(revocations="on")


@contextmanager
def stopped(issuer: BetterAuth) -> Iterator[None]:
    issuer.stop()
    try:
        yield
    finally:
        issuer.start()


def me(api: Backend, token: str) -> httpx.Response:
    return api.call("GET", ME, token)


def assert_good(api: Backend, token: str) -> None:
    answer = me(api, token)
    assert answer.status_code == 200, answer.text


def readiness(api: Backend) -> tuple[int, str | None]:
    answer = api.call("GET", "/readyz")
    return answer.status_code, answer.json().get("revocations")


def wait_until_refused(api: Backend, token: str) -> None:
    wait_until(lambda: me(api, token).status_code != 200, SOON, "the token is refused")
    assert_refused(me(api, token), "token_revoked")


def wait_until_good(api: Backend, token: str) -> None:
    wait_until(lambda: me(api, token).status_code == 200, BACK_WITHIN, "the token is good")


def wait_until_lost(api: Backend, token: str, status: int, is_well: Callable[[], None]) -> None:
    """While it is asked with this token, and all is well."""

    def is_lost() -> bool:
        is_well()
        me(api, token)
        return readiness(api) == (status, "lost")

    wait_until(is_lost, LOST_WITHIN, "the revocations are lost")


def token_at(issuer: BetterAuth, person: Person) -> str:
    """By their cookie, at this process of the issuer."""
    answer = get(f"{issuer.base}/token", headers={"Cookie": person.session_cookie()})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


def sign_out(person: Person) -> str:
    """The token of before."""
    token = person.token()
    person.sign_out()
    return token


# Of another backend than the program the package makes the same core: once is enough, for each kind in the long run.
of_each_backend = pytest.mark.long if backends.KIND != "cpp" else lambda test: test


# ---- the issuer ----------------------------------------------------------------------------------------


def test_preferred_goes_on_without_the_issuer(revoking: BetterAuth, start_backend: StartBackend) -> None:
    alice, bob = revoking.sign_up("alice"), revoking.sign_up("bob")
    of_alice, of_bob = alice.token(), bob.token()
    api = start_backend(revoking)
    assert_good(api, of_alice)
    alice.sign_out()
    wait_until_refused(api, of_alice)
    with stopped(revoking):
        wait_until_lost(api, of_bob, 200, is_well=lambda: assert_good(api, of_bob))
        assert_refused(me(api, of_alice), "token_revoked")
        lost = "Revocations are currently unavailable"
        wait_until(lambda: lost in api.program.log(), 10, "the log says so")
    wait_until(
        lambda: (me(api, of_bob).status_code, readiness(api)) == (200, (200, "current")), BACK_WITHIN, "it is back"
    )
    assert_refused(me(api, of_alice), "token_revoked")
    bob.sign_out()
    wait_until_refused(api, of_bob)


@of_each_backend
def test_required_refuses_without_the_issuer(revoking: BetterAuth, start_backend: StartBackend) -> None:
    token = revoking.sign_up("alice").token()
    api = start_backend(revoking, drawbridge_revocations="required")
    wait_until_good(api, token)

    def is_refused() -> bool:
        answer = me(api, token)
        if answer.status_code == 200:
            return False
        assert_refused(answer, "revocations_unavailable")
        return True

    with stopped(revoking):
        wait_until(is_refused, LOST_WITHIN, "it does not go on")
        assert readiness(api) == (503, "lost")
    wait_until_good(api, token)
    assert readiness(api) == (200, "current")


@of_each_backend
def test_what_was_revoked_outlives_the_issuers_process(revoking: BetterAuth, start_backend: StartBackend) -> None:
    alice, bob = revoking.sign_up("alice"), revoking.sign_up("bob")
    of_alice, of_bob = alice.token(), bob.token()
    alice.sign_out()
    with stopped(revoking):
        pass
    api = start_backend(revoking)
    assert_refused(me(api, of_alice), "token_revoked")
    assert_good(api, of_bob)


@of_each_backend
def test_two_processes_of_the_issuer_on_one_database(
    revoking: BetterAuth, start_backend: StartBackend, tmp_path: Path
) -> None:
    """Behind one address: this API asks the one, and people sign out at the other."""
    other = BetterAuth(tmp_path, revoking.database, revocations="on")
    other.program.env |= {name: revoking.program.env[name] for name in ("BETTER_AUTH_URL", "BETTER_AUTH_SECRET")}
    other.url = revoking.url  # as browsers know it
    other.start()
    try:
        api = start_backend(revoking)
        for here, there in ((revoking, other), (other, revoking)):
            alice, bob = here.sign_up("alice"), there.sign_up("bob")
            of_alice, of_bob = alice.token(), bob.token()
            assert_good(api, of_alice)
            assert_good(api, of_bob)
            answer = bob.browser.post("/update-user", json={"name": "Robert"})
            assert answer.status_code == 200, answer.text
            assert_good(api, token_at(here, bob))  # at once, though it was made elsewhere than the change
            wait_until_refused(api, of_bob)
            of_bob = bob.token()
            assert_good(api, of_bob)
            bob.sign_out()
            wait_until_refused(api, of_bob)
            assert_good(api, of_alice)
            alice.sign_out()
            wait_until_refused(api, of_alice)
    finally:
        other.stop()


# ---- what comes instead of the feed --------------------------------------------------------------------


@pytest.fixture
def relay(revoking: BetterAuth) -> Iterator[FeedRelay]:
    with FeedRelay(revoking.url) as relay:
        yield relay


@of_each_backend
@pytest.mark.parametrize("mode", ["preferred", "required"])
@pytest.mark.parametrize(
    "change",
    [
        feed_relay.html,
        pytest.param(feed_relay.of_another_form, marks=pytest.mark.long),
        pytest.param(feed_relay.empty, marks=pytest.mark.long),
    ],
)
def test_an_answer_that_is_no_feed(
    revoking: BetterAuth, relay: FeedRelay, start_backend: StartBackend, change: feed_relay.Change, mode: str
) -> None:
    """From the start on: nothing is taken from it, and it heals."""
    relay.change = change
    alice, bob = revoking.sign_up("alice"), revoking.sign_up("bob")
    of_alice, of_bob = alice.token(), bob.token()
    alice.sign_out()
    api = start_backend(revoking, better_auth_jwks_url=relay.jwks_url, drawbridge_revocations=mode)
    for token in (of_alice, of_bob):
        if mode == "required":
            assert_refused(me(api, token), "revocations_unavailable")
        else:
            assert_good(api, token)
    relay.change = feed_relay.unchanged
    wait_until(lambda: me(api, of_alice).status_code == 401, BACK_WITHIN, "the feed is read")
    assert_refused(me(api, of_alice), "token_revoked")
    assert_good(api, of_bob)


@of_each_backend
def test_a_feed_that_turns_wrong_revokes_nobody_and_forgets_nothing(
    revoking: BetterAuth, relay: FeedRelay, start_backend: StartBackend
) -> None:
    of_alice = sign_out(revoking.sign_up("alice"))
    of_bob = revoking.sign_up("bob").token()
    api = start_backend(revoking, better_auth_jwks_url=relay.jwks_url)
    assert_refused(me(api, of_alice), "token_revoked")
    assert_good(api, of_bob)
    relay.change = feed_relay.html
    wait_until_lost(api, of_bob, 200, is_well=lambda: assert_good(api, of_bob))
    assert_refused(me(api, of_alice), "token_revoked")


@of_each_backend
def test_a_slow_feed(revoking: BetterAuth, relay: FeedRelay, start_backend: StartBackend) -> None:
    """The first token waits for it, and nobody after that."""
    relay.delay = 0.7
    of_alice = sign_out(revoking.sign_up("alice"))
    bob = revoking.sign_up("bob")
    of_bob = bob.token()
    api = start_backend(revoking, better_auth_jwks_url=relay.jwks_url)
    assert_refused(me(api, of_alice), "token_revoked")
    assert_good(api, of_bob)
    bob.sign_out()
    wait_until_refused(api, of_bob)


# ---- the API -------------------------------------------------------------------------------------------


@of_each_backend
def test_an_api_that_starts_again_knows_what_was_revoked(revoking: BetterAuth, start_backend: StartBackend) -> None:
    alice, bob = revoking.sign_up("alice"), revoking.sign_up("bob")
    of_alice, of_bob = alice.token(), bob.token()
    api = start_backend(revoking)
    assert_good(api, of_alice)
    alice.sign_out()
    wait_until_refused(api, of_alice)
    for _ in range(3):
        api.program.stop()
        api.start()
        assert_refused(me(api, of_alice), "token_revoked")  # the first request, which waits for the feed
        assert_good(api, of_bob)


def me_on_a_new_connection(api: Backend, token: str) -> int:
    return api.call("GET", ME, token, headers={"Connection": "close"}).status_code


if backends.KIND == "fastapi":  # the program is one process

    def test_each_worker_asks_for_itself(revoking: BetterAuth, tmp_path: Path) -> None:
        """`uvicorn --workers 2`: whichever of them answers knows who signed out."""
        revoking.database.migrate()
        api = Backend(tmp_path, revoking)
        api.program.command += ["--workers", "2"]
        api.program.status_of_sigterm = 0
        api.start()
        try:
            alice, bob = revoking.sign_up("alice"), revoking.sign_up("bob")
            of_alice, of_bob = alice.token(), bob.token()

            def statuses(token: str) -> set[int]:
                return {me_on_a_new_connection(api, token) for _ in range(40)}

            assert statuses(of_alice) == {200}
            alice.sign_out()
            wait_until(lambda: statuses(of_alice) == {401}, SOON, "all of them refuse it")
            assert statuses(of_bob) == {200}
        finally:
            api.stop()
