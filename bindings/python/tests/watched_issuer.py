"""An issuer that counts what it is asked about sessions and keys, and answers when and how it is let."""

from __future__ import annotations

import threading
from http import HTTPStatus

from drawbridge.testing import Issuer
from drawbridge.testing.issuer import JWKS_PATH, Answer


class WatchedIssuer(Issuer):
    """`answering` is set at first; while it is clear every question waits. With `failing` that status is the answer.
    Its keys are always served, and that it has no revocations."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answering = threading.Event()
        self.answering.set()
        self.failing: HTTPStatus | None = None
        self._arrived = threading.Semaphore(0)
        super().__init__()

    def answer(self, target: str, cookie: str, api_key: str | None) -> Answer:
        if target == JWKS_PATH or target.startswith("/api/auth/drawbridge/"):
            return super().answer(target, cookie, api_key)
        self.asked.append(target.partition("?")[0])
        self._arrived.release()
        self.answering.wait(10)
        return Answer(self.failing, {}) if self.failing else super().answer(target, cookie, api_key)

    def wait_for_a_question(self) -> None:
        """Returns once for each that came."""
        assert self._arrived.acquire(timeout=10), "nobody asked"

    def close(self) -> None:
        self.answering.set()
        super().close()
