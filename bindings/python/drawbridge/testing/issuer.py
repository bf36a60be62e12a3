"""Issuer: a stand-in for Better Auth that signs tokens, serves their keys on loopback, and knows sessions."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import uuid as uuids
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs

try:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
except ImportError as _error:
    raise ImportError(
        "drawbridge.testing signs with the package cryptography, which is not installed: "
        "pip install 'drawbridge-auth[testing]'"
    ) from _error

from drawbridge.testing.pytest_run import is_test_run
from drawbridge.testing.sessions import SESSION_COOKIE, Session, SessionCookie, Sessions

JWKS_PATH = "/api/auth/jwks"


class Answer(NamedTuple):
    """What an Issuer answers, as JSON."""

    status: HTTPStatus
    content: object
    headers: Mapping[str, str] = {}


class Issuer:
    """Signs tokens as Better Auth with the plugin of `@drawbridge/better-auth` does, and serves the keys for them.
    Makes session cookies and API keys, and answers a backend what they are worth.

    The keys exist in this process only and end with it. Listens on 127.0.0.1 and nowhere else. As whoever holds one
    can sign in as anyone, it is made in a test run only: elsewhere RuntimeError, unless `outside_tests` says that this
    is meant. A context manager; safe to use from any number of threads.

    `user_claim` says by which claim the backend knows a user, as `Verifier` takes it: where not given,
    DRAWBRIDGE_USER_CLAIM, read at each token, or `uuid`.
    """

    def __init__(self, *, user_claim: Literal["uuid", "sub"] | None = None, outside_tests: bool = False) -> None:
        if not outside_tests and not is_test_run():
            raise RuntimeError(
                "An Issuer can sign in as anyone, so it works only while pytest runs, and pytest is not running: "
                "use Better Auth, or write Issuer(outside_tests=True) if this is not production."
            )
        self._user_claim = user_claim
        self._lock = threading.Lock()
        self._keys: list[tuple[str, Ed25519PrivateKey]] = []
        self.rotate()
        self._sessions = Sessions()
        self._server = _Server(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = False  # so that close() waits for the answers under way
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The origin, for `BETTER_AUTH_URL`; also `iss` and `aud` of the tokens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def token(
        self,
        user: uuids.UUID | str | int | None = None,
        *,
        role: str | None = None,
        expires_in: float = 900,
        **claims: object,
    ) -> str:
        """A signed token for this user, or for a new one; it ends `expires_in` seconds from now.

        The user is named by what the backend knows users by: a UUID, which becomes the claim `uuid` beside another
        `sub`. Where it goes by `sub`, and for an id that is not a UUID, `"abc123"` or `7`, it is `sub` alone, as
        without the plugin.

        `role` may be several with commas. `orgs={"org1": "owner"}` names the user's organizations, as with the plugin's
        option `organizations`; without it the token does not say. Other `claims` are added to those that Better Auth's
        tokens have or replace them, and a claim of None is left out, so that a test can make a token that must be
        refused.
        """
        return self._sign(self._claims(user, {"role": role, "sid": uuids.uuid4().hex, **claims}), expires_in)

    @property
    def secret(self) -> str:
        """What session cookies are signed with, for `BETTER_AUTH_SECRET`."""
        return self._sessions.secret

    def session_cookie(
        self,
        user: uuids.UUID | str | int | None = None,
        *,
        role: str | None = None,
        expires_in: float = 7 * 86_400,
        **claims: object,
    ) -> SessionCookie:
        """Signs a user in, named as for token(): the cookie that Better Auth would set, name and value. The session is
        over `expires_in` seconds from now; its tokens have the `claims`."""
        return self._sessions.sign_in(self._claims(user, {"role": role, **claims}), expires_in)

    def sign_out(self, cookie: SessionCookie | str) -> None:
        """Ends the session of a cookie, or of a cookie's value. A backend may take it until its
        DRAWBRIDGE_CREDENTIAL_MAX_AGE is over; the pytest plugin sets that to 0."""
        self._sessions.sign_out(cookie if isinstance(cookie, str) else cookie.value)

    def api_key(
        self,
        user: uuids.UUID | str | int | None = None,
        *,
        permissions: Mapping[str, Sequence[str]] | None = None,
        role: str | None = None,
        expires_in: float = 365 * 86_400,
        **claims: object,
    ) -> str:
        """Makes an API key of a user, with permissions as `{"files": ["read"]}`, for the header `x-api-key`."""
        given = {name: list(actions) for name, actions in permissions.items()} if permissions else None
        return self._sessions.make_key(self._claims(user, {"role": role, "permissions": given, **claims}), expires_in)

    def revoke_api_key(self, key: str) -> None:
        self._sessions.revoke_key(key)

    def answer(self, target: str, cookie: str, api_key: str | None) -> Answer:
        """To a GET with this target (RFC 9112 §3.2.1), `Cookie` and `x-api-key`: what Better Auth would say."""
        path, _, query = target.partition("?")
        if path == JWKS_PATH:
            return Answer(HTTPStatus.OK, self.jwks())
        key = None if api_key is None else self._sessions.key_of(api_key)
        if path == "/api/auth/token" and api_key is not None:
            if key is None:
                return Answer(HTTPStatus.UNAUTHORIZED, {"code": "INVALID_API_KEY", "message": "Invalid API key."})
            return Answer(HTTPStatus.OK, {"token": self._token_of(key, key=key.id)})
        session = next(filter(None, map(self._sessions.session_of, _values_of(SESSION_COOKIE, cookie))), None)
        if path == "/api/auth/token":
            if session is None:
                return Answer(HTTPStatus.UNAUTHORIZED, {"code": "UNAUTHORIZED", "message": "Unauthorized"})
            return Answer(HTTPStatus.OK, {"token": self._token_of(session)})
        if path != "/api/auth/get-session":
            return Answer(HTTPStatus.NOT_FOUND, None)
        if session is None:
            return Answer(HTTPStatus.OK, None)
        flags = parse_qs(query)
        asked = flags.get("disableCookieCache") == flags.get("disableRefresh") == ["true"]
        headers = {"set-auth-jwt": self._token_of(session)} if asked else {}
        return Answer(HTTPStatus.OK, _shown(session), headers)

    def _claims(self, user: uuids.UUID | str | int | None, claims: Mapping[str, object]) -> dict[str, object]:
        """Of a user's tokens, but for their times."""
        name = str(user if user is not None else claims.get("uuid") or uuids.uuid4())
        return {
            "iss": self.url,
            "aud": self.url,
            **self._named_by(name),
            "email": f"{name}@example.com",
            "emailVerified": True,
            "name": "Test User",
            **{claim: str(value) if isinstance(value, uuids.UUID) else value for claim, value in claims.items()},
        }

    def _token_of(self, session: Session, **claims: object) -> str:
        return self._sign({"sid": session.id, **session.claims, **claims}, 900)

    def _sign(self, claims: Mapping[str, object], expires_in: float) -> str:
        now = int(time.time())
        payload = {"iat": now, "exp": now + expires_in, **claims}
        with self._lock:
            kid, key = self._keys[-1]
        header = _segment({"alg": "EdDSA", "kid": kid})
        signed = f"{header}.{_segment({name: value for name, value in payload.items() if value is not None})}"
        return f"{signed}.{_base64url(key.sign(signed.encode()))}"

    def _named_by(self, name: str) -> dict[str, object]:
        user_claim = self._user_claim or os.environ.get("DRAWBRIDGE_USER_CLAIM", "uuid")
        if user_claim == "sub" or not _is_uuid(name):
            return {"sub": name}
        return {"sub": f"id-of-{name}", "uuid": name}

    def rotate(self) -> None:
        """Signs with a new key from now on. The old ones stay listed, as Better Auth leaves them."""
        with self._lock:
            self._keys.append((uuids.uuid4().hex, Ed25519PrivateKey.generate()))

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys (RFC 7517 §5), as they are served."""
        with self._lock:
            keys = list(self._keys)
        return {"keys": [_public_jwk(kid, key) for kid, key in keys]}

    def close(self) -> None:
        """Stops to serve keys, which is how a test makes an outage. Tokens can still be signed.

        Once it has returned, nobody is served: not even who had asked before.
        """
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Issuer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _is_uuid(text: str) -> bool:
    try:
        return str(uuids.UUID(text)) == text.lower()
    except ValueError:
        return False


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a client that has gone: a verifier that is closed ends what it was asking for."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _handler_for(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5  # seconds, so that a connection that asks nothing does not hold up close()

        def do_GET(self) -> None:
            cookie = "; ".join(self.headers.get_all("Cookie", []))
            status, content, headers = issuer.answer(self.path, cookie, self.headers.get("x-api-key"))
            body = b"" if status == HTTPStatus.NOT_FOUND else json.dumps(content).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: a test's output is its own."""

    return Handler


def _values_of(name: str, cookie: str) -> Iterator[str]:
    """In a `Cookie` header (RFC 6265 §5.4). Better Auth takes the first."""
    for pair in cookie.split(";"):
        found, _, value = pair.strip().partition("=")
        if found == name:
            yield value


def _shown(session: Session) -> dict[str, dict[str, object]]:
    """As `/get-session` shows it."""
    claims = session.claims
    ends = datetime.fromtimestamp(session.expires_at, timezone.utc).isoformat(timespec="milliseconds")
    return {
        "session": {"id": session.id, "token": session.token, "userId": claims["sub"], "expiresAt": ends},
        "user": {"id": claims["sub"], "name": claims["name"], "email": claims["email"]},
    }


def _public_jwk(kid: str, key: Ed25519PrivateKey) -> dict[str, str]:
    x = _base64url(key.public_key().public_bytes_raw())
    return {"alg": "EdDSA", "crv": "Ed25519", "x": x, "kty": "OKP", "kid": kid}


def _segment(members: Mapping[str, object]) -> str:
    return _base64url(json.dumps(members, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
