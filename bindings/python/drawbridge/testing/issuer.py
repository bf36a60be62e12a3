"""Issuer: a stand-in for Better Auth that signs tokens and serves their keys on loopback."""

from __future__ import annotations

import json
import os
import threading
import time
import uuid as uuids
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal

try:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
except ImportError as _error:
    raise ImportError(
        "drawbridge.testing signs with the package cryptography, which is not installed: "
        "pip install 'drawbridge-auth[testing]'"
    ) from _error

from drawbridge.testing.pytest_run import is_test_run

JWKS_PATH = "/api/auth/jwks"


class Issuer:
    """Signs tokens as Better Auth with the plugin of `@drawbridge/better-auth` does, and serves the keys for them.

    The keys exist in this process only and end with it. Listens on 127.0.0.1 and nowhere else. As whoever holds one
    can sign in as anyone, it is made in a test run only: elsewhere RuntimeError, unless `outside_tests` says that this
    is meant. A context manager; safe to use from any number of threads.

    `user_claim` says by which claim the backend knows a user, as `Verifier` takes it: where not given,
    DRAWBRIDGE_USER_CLAIM, read at each token, or `uuid`.
    """

    def __init__(self, *, user_claim: Literal["uuid", "sub"] | None = None, outside_tests: bool = False) -> None:
        if not outside_tests and not is_test_run():
            raise RuntimeError(
                "An Issuer can sign in as anyone, so it is made only while pytest runs, and it does not run here: "
                "use Better Auth, or say Issuer(outside_tests=True) if this is no production."
            )
        self._user_claim = user_claim
        self._lock = threading.Lock()
        self._keys: list[tuple[str, Ed25519PrivateKey]] = []
        self.rotate()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
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

        `role` may be several with commas. Other `claims` are added to those that Better Auth's tokens have or replace
        them, and a claim of None is left out, so that a test can make a token that must be refused.
        """
        name = str(user if user is not None else claims.get("uuid") or uuids.uuid4())
        now = int(time.time())
        payload: dict[str, object] = {
            "iss": self.url,
            "aud": self.url,
            **self._named_by(name),
            "email": f"{name}@example.com",
            "emailVerified": True,
            "name": "Test User",
            "role": role,
            "sid": uuids.uuid4().hex,
            "iat": now,
            "exp": now + expires_in,
            **{claim: str(value) if isinstance(value, uuids.UUID) else value for claim, value in claims.items()},
        }
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


def _handler_for(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5  # seconds, so that a connection that asks nothing does not hold up close()

        def do_GET(self) -> None:
            found = self.path == JWKS_PATH
            body = json.dumps(issuer.jwks()).encode() if found else b""
            self.send_response(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: a test's output is its own."""

    return Handler


def _public_jwk(kid: str, key: Ed25519PrivateKey) -> dict[str, str]:
    x = _base64url(key.public_key().public_bytes_raw())
    return {"alg": "EdDSA", "crv": "Ed25519", "x": x, "kty": "OKP", "kid": kid}


def _segment(members: Mapping[str, object]) -> str:
    return _base64url(json.dumps(members, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
