"""An issuer with one key: its key set over HTTP, and tokens of Better Auth's shape, signed in bulk."""

from __future__ import annotations

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KID = "NA3G7GLGufD7ov6fyYw2hOfKFn0FHjuX"
LIFETIME = 4 * 3600  # longer than any run


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """Serves from a thread of this process until it is stopped."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        x = base64url(self.key.public_key().public_bytes_raw())
        jwk = {"alg": "EdDSA", "kty": "OKP", "crv": "Ed25519", "x": x, "kid": KID}
        self.jwks = json.dumps({"keys": [jwk]}).encode()
        self.header = base64url(json.dumps({"alg": "EdDSA", "kid": KID}).encode())
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Issuer:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def token(self, uuid: str, user: int = 0) -> str:
        now = int(time.time())
        claims = {
            "iat": now,
            "uuid": uuid,
            "email": f"zoe.{user:08x}@example.com",
            "name": "Zoë",
            "sid": f"ciUkrXyEFovAwpCRmxLF{user:012x}",
            "sub": f"sL1uLwK9ra4T1tA4FjdH{user:012x}",
            "exp": now + LIFETIME,
            "iss": self.url,
            "aud": self.url,
        }
        signed = f"{self.header}.{base64url(json.dumps(claims, ensure_ascii=False).encode())}"
        return f"{signed}.{base64url(self.key.sign(signed.encode()))}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        jwks = self.jwks

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = self.path == "/api/auth/jwks"
                body = jwks if found else b""
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
