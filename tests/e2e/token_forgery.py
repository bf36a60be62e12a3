"""Takes tokens apart and puts them together wrongly, as an attacker without a private key can."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def decoded(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def json_segment(value: Mapping[str, Any]) -> str:
    return encoded(json.dumps(value, separators=(",", ":")).encode())


def header_of(token: str) -> dict[str, Any]:
    return dict(json.loads(decoded(token.split(".")[0])))


def claims_of(token: str) -> dict[str, Any]:
    return dict(json.loads(decoded(token.split(".")[1])))


def with_header(token: str, **members: Any) -> str:
    """The same token under another header; a member that is None is taken out."""
    _, payload, signature = token.split(".")
    header = {key: value for key, value in (header_of(token) | members).items() if value is not None}
    return f"{json_segment(header)}.{payload}.{signature}"


def with_claims(token: str, **claims: Any) -> str:
    """The same header and signature over other claims."""
    header, _, signature = token.split(".")
    return f"{header}.{json_segment(claims_of(token) | claims)}.{signature}"


def with_flipped_signature_bit(token: str) -> str:
    header, payload, signature = token.split(".")
    raw = bytearray(decoded(signature))
    raw[-1] ^= 1
    return f"{header}.{payload}.{encoded(bytes(raw))}"


def signed_with_hmac(token: str, secret: bytes) -> str:
    """The classic confusion of algorithms: HS256 with the public key as its secret."""
    header = json_segment(header_of(token) | {"alg": "HS256"})
    signed = f"{header}.{token.split('.')[1]}"
    return f"{signed}.{encoded(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def unsigned(token: str) -> str:
    return f"{json_segment(header_of(token) | {'alg': 'none'})}.{token.split('.')[1]}."
