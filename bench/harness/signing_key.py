"""A private key for one algorithm: what it signs, and its public half as a JWK."""

from __future__ import annotations

import base64
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(value: int, size: int) -> str:
    return base64url(value.to_bytes(size, "big"))


class SigningKey:
    algorithm: str
    jwk: dict[str, str]
    sign: Callable[[bytes], bytes]


class Ed25519Key(SigningKey):
    algorithm = "EdDSA"

    def __init__(self) -> None:
        key = Ed25519PrivateKey.generate()
        self.jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(key.public_key().public_bytes_raw())}
        self.sign = key.sign


class P256Key(SigningKey):
    algorithm = "ES256"

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        point = key.public_key().public_numbers()
        self.jwk = {"kty": "EC", "crv": "P-256", "x": number(point.x, 32), "y": number(point.y, 32)}

        def sign(data: bytes) -> bytes:
            r, s = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")

        self.sign = sign


class RsaKey(SigningKey):
    algorithm = "RS256"

    def __init__(self) -> None:
        key = rsa.generate_private_key(65_537, 2_048)
        numbers = key.public_key().public_numbers()
        self.jwk = {"kty": "RSA", "n": number(numbers.n, 256), "e": number(numbers.e, 3)}
        self.sign = lambda data: key.sign(data, padding.PKCS1v15(), SHA256())


KEYS = {key.algorithm: key for key in (Ed25519Key, P256Key, RsaKey)}
