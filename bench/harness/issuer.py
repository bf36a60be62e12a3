"""An issuer with one key: its key set over HTTP, and tokens of Better Auth's shape, signed in bulk."""

from __future__ import annotations

import json
import threading
import time
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from signing_key import KEYS, base64url

KID = "NA3G7GLGufD7ov6fyYw2hOfKFn0FHjuX"
LIFETIME = 4 * 3600  # longer than any run


class Issuer:
    """Serves from a thread of this process until it is stopped."""

    def __init__(self, algorithm: str = "EdDSA") -> None:
        self.algorithm = algorithm
        self.key = KEYS[algorithm]()
        self.jwks = json.dumps({"keys": [{"alg": algorithm, "kid": KID} | self.key.jwk]}).encode()
        self.answers_after = 0.0  # seconds
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Issuer:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path: str, asked: Message) -> tuple[dict[str, str], bytes] | None:
        """Headers and body; None where nothing is."""
        return ({}, self.jwks) if path == "/api/auth/jwks" else None

    def token(self, uuid: str, user: int = 0, kid: str = KID, origin: str | None = None) -> str:
        """Issued by `origin`, this issuer where none is given."""
        return self.sign(self.claims(uuid, user, origin), kid)

    def claims(self, uuid: str, user: int = 0, origin: str | None = None) -> dict[str, Any]:
        origin = origin or self.url
        now = int(time.time())
        return {
            "iat": now,
            "uuid": uuid,
            "email": f"zoe.{user:08x}@example.com",
            "name": "Zoë",
            "sid": f"ciUkrXyEFovAwpCRmxLF{user:012x}",
            "sub": f"sL1uLwK9ra4T1tA4FjdH{user:012x}",
            "exp": now + LIFETIME,
            "iss": origin,
            "aud": origin,
        }

    def sign(self, claims: dict[str, Any], kid: str = KID) -> str:
        header = json.dumps({"alg": self.algorithm, "kid": kid}).encode()
        signed = f"{base64url(header)}.{base64url(json.dumps(claims, ensure_ascii=False).encode())}"
        return f"{signed}.{base64url(self.key.sign(signed.encode()))}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                time.sleep(issuer.answers_after)
                found = issuer.answer(self.path, self.headers)
                headers, body = found or ({}, b"")
                self.send_response(200 if found else 404)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # whoever asked waits no longer

            def log_message(self, *_: object) -> None:
                pass

        return Handler
