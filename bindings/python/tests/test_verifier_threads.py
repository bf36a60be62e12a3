"""One Verifier in many threads: nobody holds the GIL while a signature is checked or a key is waited for."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from key_server import key_server

from drawbridge import AuthError, Verifier
from drawbridge.testing import Issuer


def test_many_threads_through_rotations(issuer: Issuer) -> None:
    with (
        key_server(issuer.jwks) as keys,
        Verifier(issuer.url, jwks_url=keys.url) as verifier,
        ThreadPoolExecutor(8) as pool,
    ):
        for rotation in range(3):
            tokens = [issuer.token() for _ in range(16)] * 50
            users = list(pool.map(lambda token: verifier.verify(token).uuid, tokens))
            assert users[:16] * 50 == users
            assert keys.fetches == rotation + 1
            issuer.rotate()


def test_good_and_bad_tokens_at_once_are_not_mixed_up(issuer: Issuer) -> None:
    def code_of(token: str) -> str:
        try:
            return str(verifier.verify(token).uuid)
        except AuthError as error:
            return error.code

    alice, expired = issuer.token("0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"), issuer.token(expires_in=-60)
    with Verifier(issuer.url) as verifier, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(code_of, [alice, expired, "x"] * 500))
    assert answers == ["0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60", "token_expired", "token_malformed"] * 500


def test_a_thread_that_waits_for_a_key_lets_the_others_run(issuer: Issuer) -> None:
    """The key set comes from this very process: it could not come while the GIL was held."""
    with key_server(issuer.jwks) as keys:
        keys.answering.clear()
        with Verifier(issuer.url, jwks_url=keys.url) as verifier:
            waiting = threading.Thread(target=verifier.verify, args=(issuer.token(),))
            waiting.start()
            keys.wait_for_a_fetch()
            assert waiting.is_alive()
            for call in (verifier.key_status, verifier.refresh):
                call()
            keys.answering.set()
            waiting.join(10)
            assert not waiting.is_alive()


@pytest.fixture
def no_thread_is_interrupted() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("no_thread_is_interrupted")
def test_signatures_are_checked_without_the_gil(issuer: Issuer) -> None:
    """A thread that does nothing else lets another one run, though the interpreter takes the GIL from nobody."""
    token = issuer.token()
    with Verifier(issuer.url, remembered_tokens=0) as verifier:
        verifier.verify(token)
        started, let_in, verified = threading.Event(), [], []

        def verify() -> None:
            started.set()
            while not let_in and len(verified) < 20_000:
                verifier.verify(token)
                verified.append(1)

        thread = threading.Thread(target=verify)
        thread.start()
        started.wait()
        while not verified:
            threading.Event().wait(0.0001)
        let_in.append(1)
        thread.join()
    assert 0 < len(verified) < 20_000
