"""One user's share of the work that waits for the database: what exceeds it is 429, and nobody else waits longer
for it."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from backend import Backend
from better_auth import BetterAuth
from contract import assert_refused
from owned_api import OwnedApi
from process import wait_until
from raw_http import Answer, RawConnection, head

pytestmark = pytest.mark.serial

SHARE = 256  # pieces of work of one user that may wait at once
SURPLUS = 40
WAIT = 5  # seconds until work that was not begun is not done


class Crowd:
    """Connections of one user, each with one request under way."""

    def __init__(self, stack: ExitStack, api: OwnedApi, count: int) -> None:
        self.connections = [stack.enter_context(RawConnection(api.backend.port)) for _ in range(count)]
        for number, connection in enumerate(self.connections):
            connection.send(api.creating(f"task {number}"))

    def answered(self) -> list[RawConnection]:
        """Those that have an answer to read."""
        return [connection for connection in self.connections if connection.is_readable()]

    def answers(self) -> list[Answer]:
        return [connection.receive() for connection in self.connections]


@pytest.fixture
def alice(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    return OwnedApi.sign_up(issuer, backend, "alice")


@pytest.fixture
def bob(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    return OwnedApi.sign_up(issuer, backend, "bob")


def test_a_users_surplus_is_429_and_another_user_goes_on(
    issuer: BetterAuth, backend: Backend, alice: OwnedApi, bob: OwnedApi
) -> None:
    with ExitStack() as stack:
        began = time.monotonic()
        with issuer.database.write_lock():
            alices = Crowd(stack, alice, SHARE + SURPLUS)
            wait_until(lambda: len(alices.answered()) >= SURPLUS, WAIT / 2, "the surplus is refused")
            # Her own reading counts too; nobody else notices.
            assert_refused(alice.get("/tasks"), "rate_limited")
            assert_refused(alice.delete("/tags/1"), "rate_limited")
            assert alice.backend.call("GET", "/api/v1/me", alice.token).status_code == 200
            assert bob.get("/tasks").status_code == 200
            bobs = Crowd(stack, bob, 3)
            wait_until(lambda: backend.call("GET", "/readyz").status_code == 200, WAIT / 2, "it is still ready")
            assert (len(alices.answered()), bobs.answered()) == (SURPLUS, [])
        assert time.monotonic() - began < WAIT, "this machine is too slow for what is tested here"

        statuses = [answer.status for answer in alices.answers()]
        assert (statuses.count(201), statuses.count(429)) == (SHARE, SURPLUS)
        assert [answer.status for answer in bobs.answers()] == [201] * 3
        # Each connection lives on, and the share is free again.
        for connection in alices.connections:
            connection.send(head("GET", f"{alice.tasks}?limit=1", alice.token))
            answer = connection.receive()
            assert (answer.status, answer.json()["total"]) == (200, SHARE)
    alice.make_task("and on it goes")
    assert len(bob.titles()) == 3


def test_the_refusal_says_when_to_come_again(issuer: BetterAuth, alice: OwnedApi) -> None:
    with ExitStack() as stack, issuer.database.write_lock():
        crowd = Crowd(stack, alice, SHARE + 1)
        wait_until(lambda: len(crowd.answered()) == 1, WAIT / 2, "the one too many is refused")
        answer = crowd.answered()[0].receive()
        assert answer.refusal() == (429, "rate_limited")
        assert answer.fields["retry-after"] == "1"
        assert "connection" not in answer.fields
        assert_refused(alice.get("/tasks"), "rate_limited")


def test_work_that_waited_too_long_is_503_and_not_done(issuer: BetterAuth, alice: OwnedApi) -> None:
    """Whoever asked has most likely gone, and would be surprised by a write that is done after all."""
    with ExitStack() as stack:
        with issuer.database.write_lock():
            crowd = Crowd(stack, alice, 20)
            wait_until(lambda: len(crowd.answered()) == 20, 3 * WAIT, "all are told that it cannot be done")
        for answer in crowd.answers():
            assert answer.refusal() == (503, "store_unavailable")
            assert 1 <= int(answer.fields["retry-after"]) <= 30
    assert alice.titles() == []
    alice.make_task("works again")
