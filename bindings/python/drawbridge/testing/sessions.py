"""What an Issuer keeps of sessions and API keys: made, found by what a request shows, ended."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import string
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, unquote

SESSION_COOKIE = "better-auth.session_token"
_TOKEN_SIZE = 32


class SessionCookie(NamedTuple):
    """A session as a browser has it: `client.cookies.set(*cookie)`, or the header `Cookie: {cookie}`."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


@dataclass(frozen=True)
class Session:
    """A session, or an API key, whose tokens have these claims."""

    id: str
    token: str
    claims: Mapping[str, object]
    expires_at: float

    @property
    def is_over(self) -> bool:
        return self.expires_at <= time.time()


class Sessions:
    """Safe to use from any number of threads."""

    def __init__(self) -> None:
        self.secret: str = secrets.token_urlsafe(32)
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._keys: dict[str, Session] = {}

    def sign_in(self, claims: Mapping[str, object], expires_in: float) -> SessionCookie:
        token = _characters(_TOKEN_SIZE)
        with self._lock:
            self._sessions[token] = _session(token, claims, expires_in)
        return SessionCookie(SESSION_COOKIE, quote(f"{token}.{self._signature_of(token)}", safe="!'()*-._~"))

    def sign_out(self, cookie: str) -> None:
        with self._lock:
            self._sessions.pop(_token_in(cookie), None)

    def session_of(self, cookie: str) -> Session | None:
        """By the cookie's value, whose signature has to be good."""
        token, _, signature = unquote(cookie).rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature_of(token).encode()):
            return None
        return self._found(self._sessions, token)

    def make_key(self, claims: Mapping[str, object], expires_in: float) -> str:
        key = _characters(64)
        with self._lock:
            self._keys[key] = _session(key, claims, expires_in)
        return key

    def revoke_key(self, key: str) -> None:
        with self._lock:
            self._keys.pop(key, None)

    def key_of(self, key: str) -> Session | None:
        return self._found(self._keys, key)

    def _found(self, kept: Mapping[str, Session], token: str) -> Session | None:
        with self._lock:
            found = kept.get(token)
        return None if found is None or found.is_over else found

    def _signature_of(self, token: str) -> str:
        return base64.b64encode(hmac.digest(self.secret.encode(), token.encode(), hashlib.sha256)).decode()


def _session(token: str, claims: Mapping[str, object], expires_in: float) -> Session:
    return Session(uuid.uuid4().hex, token, claims, time.time() + expires_in)


def _token_in(cookie: str) -> str:
    return unquote(cookie).rpartition(".")[0]


def _characters(number: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(number))
