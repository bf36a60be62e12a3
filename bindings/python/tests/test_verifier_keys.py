"""Where a Verifier's keys stand: status, events, outages, snapshots, remembered tokens, its end."""

from __future__ import annotations

import gc
import logging
import os
import queue
import threading
import time
import weakref
from datetime import timedelta
from pathlib import Path

import pytest
from key_server import KeyServer, key_server

from drawbridge import AuthError, KeyEvent, Verifier
from drawbridge.testing import Issuer

NOBODY = "http://127.0.0.1:9"


def threads_of_this_process() -> set[str]:
    return set(os.listdir("/proc/self/task"))


def assert_ended(threads: set[str]) -> None:
    """The kernel lists a thread for a moment after it was joined."""
    deadline = time.monotonic() + 5
    while threads & threads_of_this_process():
        assert time.monotonic() < deadline, "a thread goes on"
        time.sleep(0.005)


def test_status_and_events_tell_of_each_fetch(issuer: Issuer, keys: KeyServer) -> None:
    events: queue.Queue[KeyEvent] = queue.Queue()
    keys.answering.clear()
    with Verifier(issuer.url, jwks_url=keys.url, on_event=events.put) as verifier:
        assert verifier.key_status() == ("absent", 0, None, "")
        keys.answering.set()
        assert events.get(timeout=10) == (True, f"key set fetched from {keys.url}, usable keys: 1")
        state, usable, age, failure = verifier.key_status()
        assert (state, usable, failure) == ("fresh", 1, "")
        assert age is not None
        assert timedelta(0) <= age < timedelta(seconds=10)
        issuer.rotate()
        verifier.refresh()
        assert "usable keys: 2" in events.get(timeout=10).text
        assert keys.fetches == 2


def test_a_good_set_outlives_its_issuer(issuer: Issuer, keys: KeyServer) -> None:
    events: queue.Queue[KeyEvent] = queue.Queue()
    with Verifier(issuer.url, jwks_url=keys.url, on_event=events.put) as verifier:
        assert events.get(timeout=10).good
        keys.close()
        verifier.refresh()
        event = events.get(timeout=10)
        assert not event.good
        status = verifier.key_status()
        assert (status.state, status.usable_keys, status.last_failure) == ("stale", 1, event.text)
        verifier.verify(issuer.token())
        issuer.rotate()
        with pytest.raises(AuthError) as refused:
            verifier.verify(issuer.token())
        assert (refused.value.code, refused.value.hint) == ("keys_unavailable", event.text)


def test_what_the_library_names_is_called_by_its_setting(issuer: Issuer) -> None:
    """In a hint, in an event and in a fault of the set-up."""
    events: queue.Queue[KeyEvent] = queue.Queue()
    with (
        Verifier(issuer.url, issuer="https://other.test") as verifier,
        pytest.raises(AuthError, match="Set BETTER_AUTH_ISSUER to the token's value"),
    ):
        verifier.verify(issuer.token())
    with Verifier(issuer.url, jwks_url=f"{issuer.url}/nowhere", on_event=events.put) as verifier:
        event = events.get(timeout=10)
        assert "is set here by BETTER_AUTH_URL or BETTER_AUTH_JWKS_URL" in event.text
        assert verifier.key_status().last_failure == event.text
    with pytest.raises(ValueError, match="list the host in DRAWBRIDGE_ALLOW_HTTP_HOSTS"):
        Verifier("http://auth.example.com")


def test_failures_go_to_the_log_by_themselves(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.INFO, "drawbridge"),
        Issuer() as issuer,
        Verifier(NOBODY) as verifier,
        pytest.raises(AuthError),
    ):
        verifier.verify(issuer.token(iss=NOBODY, aud=NOBODY))
    assert {record.levelname for record in caplog.records} == {"WARNING"}
    assert "127.0.0.1:9" in caplog.text


def test_an_event_handler_that_raises_breaks_nothing(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    told: queue.Queue[BaseException | None] = queue.Queue()
    monkeypatch.setattr("sys.unraisablehook", lambda unraisable: told.put(unraisable.exc_value))

    def fail(event: KeyEvent) -> None:
        raise LookupError(event.text)

    with Verifier(issuer.url, on_event=fail) as verifier:
        assert isinstance(told.get(timeout=10), LookupError)
        verifier.verify(issuer.token())


def test_an_event_handler_that_stands_still_delays_no_token_and_no_fetch(issuer: Issuer, keys: KeyServer) -> None:
    in_it, may_end = threading.Event(), threading.Event()

    def stand_still(event: KeyEvent) -> None:
        in_it.set()
        assert may_end.wait(20)

    with Verifier(issuer.url, jwks_url=keys.url, on_event=stand_still) as verifier:
        assert in_it.wait(10)
        issuer.rotate()
        verifier.verify(issuer.token())
        keys.answering.clear()
        issuer.rotate()
        began = time.monotonic()
        with pytest.raises(AuthError) as refused:
            verifier.verify(issuer.token())
        assert refused.value.code == "keys_unavailable"
        assert time.monotonic() - began < 10  # it would be 20
        may_end.set()


def test_a_snapshot_serves_while_the_issuer_is_down(issuer: Issuer, keys: KeyServer, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    events: queue.Queue[KeyEvent] = queue.Queue()
    with Verifier(issuer.url, jwks_url=keys.url, keys_snapshot=file, on_event=events.put) as verifier:
        assert events.get(timeout=10).good
        verifier.verify(issuer.token())
    assert file.stat().st_mode & 0o777 == 0o600
    keys.close()
    with Verifier(issuer.url, jwks_url=keys.url, keys_snapshot=file) as verifier:
        verifier.verify(issuer.token())
        assert verifier.key_status().usable_keys == 1


@pytest.mark.parametrize("remembered_tokens", [0, 128])
def test_a_token_seen_before_is_good_only_while_its_key_is_listed(issuer: Issuer, remembered_tokens: int) -> None:
    events: queue.Queue[KeyEvent] = queue.Queue()
    listed = issuer.jwks()
    with (
        key_server(lambda: listed) as keys,
        Verifier(issuer.url, jwks_url=keys.url, remembered_tokens=remembered_tokens, on_event=events.put) as verifier,
    ):
        token = issuer.token()
        assert verifier.verify(token).uuid == verifier.verify(token).uuid
        assert events.get(timeout=10).good
        listed = {"keys": []}
        verifier.refresh()
        assert events.get(timeout=10).good
        with pytest.raises(AuthError) as refused:
            verifier.verify(token)
        assert refused.value.code == "key_unknown"


@pytest.mark.linux
def test_what_is_closed_says_so_and_ends_its_thread() -> None:
    before = threads_of_this_process()
    with Verifier(NOBODY) as verifier:
        its_own = threads_of_this_process() - before
        assert its_own
    assert_ended(its_own)
    for call in (
        lambda: verifier.verify("x"),
        verifier.refresh,
        verifier.key_status,
        lambda: verifier.authenticate(""),
    ):
        with pytest.raises(RuntimeError, match="the verifier is closed"):
            call()
    verifier.close()


@pytest.mark.linux
def test_a_verifier_that_nobody_holds_ends_by_itself() -> None:
    before = threads_of_this_process()
    verifier = Verifier(NOBODY)
    its_own = threads_of_this_process() - before
    gone = weakref.ref(verifier)
    del verifier
    gc.collect()
    assert gone() is None
    assert its_own
    assert_ended(its_own)


def test_a_verifier_let_go_of_in_its_own_event_handler(issuer: Issuer, keys: KeyServer) -> None:
    keys.answering.clear()
    told: queue.Queue[bool] = queue.Queue()

    def let_go(event: KeyEvent) -> None:
        held.clear()
        gc.collect()
        told.put(event.good)

    held = [Verifier(issuer.url, jwks_url=keys.url, on_event=let_go)]
    keys.answering.set()
    assert told.get(timeout=10)
