"""verify_async: the event loop goes on while keys are fetched, and every one who waits shares a fetch."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from key_server import KeyServer, key_server

from drawbridge import AuthError, Identity, Verifier
from drawbridge.testing import Issuer


class Rotated(NamedTuple):
    """A verifier that has the old key, where Better Auth signs with a new one, whose fetch waits."""

    issuer: Issuer
    keys: KeyServer
    verifier: Verifier


@pytest.fixture
def rotated() -> Iterator[Rotated]:
    with Issuer() as issuer, key_server(issuer.jwks) as keys, Verifier(issuer.url, jwks_url=keys.url) as verifier:
        verifier.verify(issuer.token())
        keys.wait_for_a_fetch()
        issuer.rotate()
        keys.answering.clear()
        yield Rotated(issuer, keys, verifier)


async def has_begun(keys: KeyServer) -> None:
    await asyncio.to_thread(keys.wait_for_a_fetch)


def test_a_held_key_answers_without_a_turn_of_the_loop() -> None:
    with Issuer() as issuer, Verifier(issuer.url) as verifier:
        verifier.verify(issuer.token())
        for call in (verifier.verify_async(issuer.token()), verifier.authenticate_async(f"Bearer {issuer.token()}")):
            with pytest.raises(StopIteration) as answered:
                call.send(None)
            assert isinstance(answered.value.value, Identity)


def test_all_who_wait_share_one_fetch_and_the_loop_goes_on(rotated: Rotated) -> None:
    issuer, keys, verifier = rotated
    known = [issuer.token() for _ in range(20)]

    async def scenario() -> list[Identity]:
        waiting = [asyncio.ensure_future(verifier.verify_async(token)) for token in known]
        await has_begun(keys)
        for _ in range(1000):
            await asyncio.sleep(0)
        assert not any(call.done() for call in waiting)
        keys.answering.set()
        return await asyncio.gather(*waiting)

    assert len({identity.uuid for identity in asyncio.run(scenario())}) == 20
    assert keys.fetches == 2


def test_several_loops_share_it_too(rotated: Rotated) -> None:
    issuer, keys, verifier = rotated
    seen: list[Identity] = []

    def run() -> None:
        seen.append(asyncio.run(verifier.verify_async(issuer.token())))

    threads = [threading.Thread(target=run) for _ in range(5)]
    for thread in threads:
        thread.start()
    keys.wait_for_a_fetch()
    keys.answering.set()
    for thread in threads:
        thread.join(10)
    assert len(seen) == 5
    assert keys.fetches == 2


def test_a_refusal_after_waiting_is_raised_where_it_is_awaited(rotated: Rotated) -> None:
    issuer, keys, verifier = rotated

    async def scenario() -> None:
        with Issuer() as other:
            call = asyncio.ensure_future(verifier.verify_async(other.token(iss=issuer.url, aud=issuer.url)))
            await has_begun(keys)
            keys.answering.set()
            with pytest.raises(AuthError) as refused:
                await call
            assert refused.value.code == "key_unknown"

    asyncio.run(scenario())


def test_who_is_cancelled_leaves_the_others_waiting(rotated: Rotated) -> None:
    issuer, keys, verifier = rotated

    faults: list[object] = []

    async def scenario() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: faults.append(context))
        cancelled, other = (asyncio.ensure_future(verifier.verify_async(issuer.token())) for _ in range(2))
        await has_begun(keys)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        assert not other.done()
        keys.answering.set()
        assert isinstance(await other, Identity)

    asyncio.run(scenario())
    assert faults == []


def test_a_timeout_of_ones_own_is_kept_to(rotated: Rotated) -> None:
    issuer, _, verifier = rotated

    async def scenario() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(verifier.verify_async(issuer.token()), 0.01)

    asyncio.run(scenario())


def test_nobody_waits_longer_than_two_seconds_for_an_issuer_that_does_not_answer(rotated: Rotated) -> None:
    issuer, _, verifier = rotated
    with pytest.raises(AuthError) as refused:
        asyncio.run(verifier.verify_async(issuer.token()))
    assert (refused.value.code, refused.value.status) == ("keys_unavailable", 503)
    assert refused.value.retry_after is not None


def test_a_loop_that_is_closed_meanwhile_hears_nothing_and_nothing_breaks(
    rotated: Rotated, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer, keys, verifier = rotated
    unraisable: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", unraisable.append)
    loop = asyncio.new_event_loop()
    call = loop.create_task(verifier.verify_async(issuer.token()))
    loop.call_soon(loop.stop)
    loop.run_forever()
    keys.wait_for_a_fetch()
    call.cancel()
    call.get_coro().close()
    loop.close()
    keys.answering.set()
    assert isinstance(verifier.verify(issuer.token()), Identity)
    assert unraisable == []


def test_closing_answers_who_waits(rotated: Rotated) -> None:
    issuer, keys, verifier = rotated

    async def scenario() -> None:
        call = asyncio.ensure_future(verifier.verify_async(issuer.token()))
        await has_begun(keys)
        verifier.close()
        with pytest.raises(AuthError) as refused:
            await call
        assert refused.value.code == "keys_unavailable"

    asyncio.run(scenario())
