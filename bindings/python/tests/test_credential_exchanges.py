"""Better Auth is asked what a session or a key is worth: shared, remembered, awaited, and away."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from queue import Queue

import pytest
from watched_issuer import WatchedIssuer

from drawbridge import AuthError, Identity, Verifier

Headers = list[tuple[bytes, bytes]]


@pytest.fixture
def issuer() -> Iterator[WatchedIssuer]:
    with WatchedIssuer() as issuer:
        yield issuer


@pytest.fixture
def verifier(issuer: WatchedIssuer) -> Iterator[Verifier]:
    with Verifier(issuer.url, credentials="token,session,key") as verifier:
        verifier.verify(issuer.token())  # it has the keys
        yield verifier


class Warnings(logging.Handler):
    """What is logged, by whichever thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: Queue[str] = Queue()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.put(record.getMessage())


@pytest.fixture
def warnings() -> Iterator[Warnings]:
    handler = Warnings()
    logging.getLogger("drawbridge").addHandler(handler)
    yield handler
    logging.getLogger("drawbridge").removeHandler(handler)


def by_session(issuer: WatchedIssuer) -> Headers:
    return [(b"cookie", str(issuer.session_cookie()).encode())]


def by_key(issuer: WatchedIssuer) -> Headers:
    return [(b"x-api-key", issuer.api_key().encode())]


async def asked(issuer: WatchedIssuer) -> None:
    await asyncio.to_thread(issuer.wait_for_a_question)


def test_a_good_answer_is_remembered(issuer: WatchedIssuer, verifier: Verifier) -> None:
    for headers in (by_session(issuer), by_key(issuer)):
        first, second = (verifier.authenticate_request(headers, method="GET") for _ in range(2))
        assert first.claims == second.claims
    assert issuer.asked == ["/api/auth/get-session", "/api/auth/token"]


def test_what_is_remembered_answers_without_a_turn_of_the_loop(issuer: WatchedIssuer, verifier: Verifier) -> None:
    headers = by_session(issuer)
    verifier.authenticate_request(headers, method="GET")
    with pytest.raises(StopIteration) as answered:
        verifier.authenticate_request_async(headers, method="GET").send(None)
    assert isinstance(answered.value.value, Identity)


def test_with_a_max_age_of_0_a_sign_out_is_seen_at_once(issuer: WatchedIssuer) -> None:
    cookie = issuer.session_cookie()
    headers = [(b"cookie", str(cookie).encode())]
    with Verifier(issuer.url, credentials="session", credential_max_age=0) as verifier:
        for _ in range(2):
            verifier.authenticate_request(headers, method="GET")
        assert len(issuer.asked) == 2
        issuer.sign_out(cookie)
        with pytest.raises(AuthError) as refused:
            verifier.authenticate_request(headers, method="GET")
    assert refused.value.code == "session_unknown"


def test_all_who_wait_share_one_question_and_the_loop_goes_on(issuer: WatchedIssuer, verifier: Verifier) -> None:
    headers = by_session(issuer)
    token = [(b"authorization", f"Bearer {issuer.token()}".encode())]
    issuer.answering.clear()

    async def scenario() -> list[Identity]:
        waiting = [asyncio.ensure_future(verifier.authenticate_request_async(headers, method="GET")) for _ in range(20)]
        await asked(issuer)
        for _ in range(100):
            assert (await verifier.authenticate_request_async(token)).credential == "token"
        assert not any(call.done() for call in waiting)
        issuer.answering.set()
        return await asyncio.gather(*waiting)

    assert len({identity.session_id for identity in asyncio.run(scenario())}) == 1
    assert len(issuer.asked) == 1


def test_several_loops_share_it_too(issuer: WatchedIssuer, verifier: Verifier) -> None:
    headers = by_session(issuer)
    issuer.answering.clear()
    seen: list[Identity] = []

    def run() -> None:
        seen.append(asyncio.run(verifier.authenticate_request_async(headers, method="GET")))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    issuer.wait_for_a_question()
    issuer.answering.set()
    for thread in threads:
        thread.join(10)
    assert len({identity.session_id for identity in seen}) == 1
    assert (len(seen), len(issuer.asked)) == (4, 1)


def test_one_who_is_cancelled_takes_nobody_along(issuer: WatchedIssuer, verifier: Verifier) -> None:
    headers = by_session(issuer)
    issuer.answering.clear()

    async def scenario() -> Identity:
        first, second = (
            asyncio.ensure_future(verifier.authenticate_request_async(headers, method="GET")) for _ in range(2)
        )
        await asked(issuer)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        issuer.answering.set()
        return await second

    assert asyncio.run(scenario()).credential == "session"
    assert verifier.authenticate_request(headers, method="GET").credential == "session"
    assert len(issuer.asked) == 1


def test_a_loop_that_ended_meanwhile_is_no_fault(issuer: WatchedIssuer, verifier: Verifier) -> None:
    headers = by_session(issuer)
    issuer.answering.clear()

    async def give_up() -> None:
        waiting = asyncio.ensure_future(verifier.authenticate_request_async(headers, method="GET"))
        await asked(issuer)
        waiting.cancel()

    asyncio.run(give_up())
    issuer.answering.set()
    assert verifier.authenticate_request(headers, method="GET").credential == "session"


@pytest.mark.parametrize("make", [by_session, by_key])
@pytest.mark.parametrize("status", [HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.TOO_MANY_REQUESTS])
def test_an_outage_never_reads_as_signed_out(
    issuer: WatchedIssuer,
    verifier: Verifier,
    warnings: Warnings,
    make: Callable[[WatchedIssuer], Headers],
    status: HTTPStatus,
) -> None:
    headers = make(issuer)
    issuer.failing = status
    with pytest.raises(AuthError) as refused:
        verifier.authenticate_request(headers, method="GET")
    assert (refused.value.code, refused.value.status) == ("session_unavailable", 503)
    assert int(refused.value.headers()["Retry-After"]) >= 1
    assert verifier.authenticate_request(by_token(issuer)).credential == "token"
    line = warnings.lines.get(timeout=10)
    assert str(int(status)) in line
    secret = headers[0][1].decode().partition("=")[2] or headers[0][1].decode()
    assert secret[:32] not in line + str(refused.value)


def by_token(issuer: WatchedIssuer) -> Headers:
    return [(b"authorization", f"Bearer {issuer.token()}".encode())]


def test_an_issuer_that_has_stopped(issuer: WatchedIssuer, verifier: Verifier) -> None:
    headers, token = by_session(issuer), by_token(issuer)
    issuer.close()
    with pytest.raises(AuthError) as refused:
        verifier.authenticate_request(headers, method="GET")
    assert refused.value.code == "session_unavailable"
    assert verifier.authenticate_request(token).credential == "token"


def test_an_issuer_that_does_not_answer_is_not_waited_for_long(issuer: WatchedIssuer, verifier: Verifier) -> None:
    headers = by_session(issuer)
    issuer.answering.clear()

    async def scenario() -> str:
        began = time.monotonic()
        waiting = asyncio.ensure_future(verifier.authenticate_request_async(headers, method="GET"))
        await asked(issuer)
        while not waiting.done():
            assert (await verifier.authenticate_request_async(by_token(issuer))).credential == "token"
            await asyncio.sleep(0.05)
        assert time.monotonic() - began < 8  # 2 seconds, on a machine that does other things too
        with pytest.raises(AuthError) as refused:
            await waiting
        return refused.value.code

    assert asyncio.run(scenario()) == "session_unavailable"


def test_closing_answers_those_who_wait(issuer: WatchedIssuer, verifier: Verifier) -> None:
    headers = by_session(issuer)
    issuer.answering.clear()

    async def scenario() -> str:
        waiting = asyncio.ensure_future(verifier.authenticate_request_async(headers, method="GET"))
        await asked(issuer)
        await asyncio.to_thread(verifier.close)
        with pytest.raises(AuthError) as refused:
            await waiting
        return refused.value.code

    assert asyncio.run(scenario()) == "session_unavailable"


def test_a_slow_handler_of_the_log_holds_up_nobody(issuer: WatchedIssuer, verifier: Verifier) -> None:
    """Failures are told by a thread that all wait for."""
    let_go = threading.Event()

    class Slow(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            let_go.wait(10)

    handler = Slow()
    logging.getLogger("drawbridge").addHandler(handler)
    try:
        issuer.failing = HTTPStatus.FORBIDDEN  # of one credential: others are asked about at once
        with pytest.raises(AuthError):
            verifier.authenticate_request(by_session(issuer), method="GET")
        issuer.failing = None
        assert verifier.authenticate_request(by_session(issuer), method="GET").credential == "session"
    finally:
        let_go.set()
        logging.getLogger("drawbridge").removeHandler(handler)
