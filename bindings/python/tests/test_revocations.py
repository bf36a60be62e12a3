"""A Verifier refuses what its issuer revoked, in each process by what that process was told."""

from __future__ import annotations

import hashlib
import os
import time
from base64 import urlsafe_b64encode
from http import HTTPStatus

import pytest

from drawbridge import AuthError, Verifier
from drawbridge.testing import Issuer
from drawbridge.testing.issuer import Answer

PATH = "/api/auth/drawbridge/revocations"


class RevokingIssuer(Issuer):
    """Lists sessions that ended; with None it has no revocations."""

    def __init__(self) -> None:
        self.ended: list[str] | None = []
        super().__init__()

    def answer(self, target: str, cookie: str, api_key: str | None) -> Answer:
        if target.partition("?")[0] != PATH or self.ended is None:
            return super().answer(target, cookie, api_key)
        now = int(time.time() * 1_000)
        entries = [{"s": digest(f"sid:{one}"), "until": now + 900_000} for one in self.ended]
        return Answer(HTTPStatus.OK, {"cursor": "1", "now": now, "more": False, "entries": entries})


def digest(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).decode().rstrip("=")


def said(verifier: Verifier, token: str) -> str:
    try:
        verifier.verify(token)
    except AuthError as error:
        return error.code
    return "good"


def eventually_revoked(verifier: Verifier, token: str) -> bool:
    deadline = time.monotonic() + 15
    while said(verifier, token) != "token_revoked":
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_what_was_revoked_is_refused() -> None:
    with RevokingIssuer() as issuer, Verifier(issuer.url) as verifier:
        token, other = issuer.token(sid="s1"), issuer.token(sid="s2")
        assert (said(verifier, token), said(verifier, other)) == ("good", "good")
        state, required, entries, age, failure = verifier.revocation_status()
        assert (state, required, entries, failure) == ("current", False, 0, "")
        assert age is not None
        issuer.ended = ["s1"]
        assert eventually_revoked(verifier, token)
        assert said(verifier, other) == "good"


def test_an_issuer_without_revocations_is_let_be() -> None:
    with RevokingIssuer() as issuer, Verifier(issuer.url) as verifier:
        issuer.ended = None
        assert said(verifier, issuer.token()) == "good"


def test_off_asks_nothing() -> None:
    with RevokingIssuer() as issuer, Verifier(issuer.url, revocations="off") as verifier:
        issuer.ended = ["s1"]
        assert said(verifier, issuer.token(sid="s1")) == "good"
        assert verifier.revocation_status().state == "off"


def test_required_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRAWBRIDGE_REVOCATIONS", "required")
    with RevokingIssuer() as issuer:
        issuer.ended = None
        with Verifier(issuer.url) as verifier:
            assert said(verifier, issuer.token()) == "revocations_unavailable"
            assert verifier.revocation_status().required


def test_each_process_has_its_own() -> None:
    with RevokingIssuer() as issuer, Verifier(issuer.url) as verifier:
        token = issuer.token(sid="s1")
        assert said(verifier, token) == "good"
        issuer.ended = ["s1"]
        child = os.fork()
        if child == 0:
            os._exit(0 if said(verifier, token) == "token_revoked" else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "the child asks at its first token"
        assert eventually_revoked(verifier, token)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"revocations": "on"}, "give one of preferred, required, off"),
        ({"revocations_secret": "two words"}, "visible ASCII"),
        ({"jwks_url": "http://127.0.0.1:9/keys", "revocations": "required", "better_auth_url": None}, "/jwks"),
    ],
)
def test_what_cannot_work_is_refused(arguments: dict[str, str], fault: str) -> None:
    settings = {"better_auth_url": "http://localhost:3000", "issuer": "http://a.test", "audience": "http://a.test"}
    with pytest.raises(ValueError, match=fault):
        Verifier(**(settings | arguments))  # type: ignore[arg-type]
