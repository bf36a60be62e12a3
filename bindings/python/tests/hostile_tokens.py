"""Tokens that must be refused, made from an issuer that the app trusts, by name."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256

from drawbridge.testing import Issuer


def _decoded(segment: str) -> dict[str, object]:
    members = json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    assert isinstance(members, dict)
    return members


def _encoded(members: Mapping[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(members).encode()).rstrip(b"=").decode()


def with_header(token: str, **changes: object) -> str:
    """The token with another header and its old signature; a member of None is left out."""
    header, payload, signature = token.split(".")
    members = {name: value for name, value in {**_decoded(header), **changes}.items() if value is not None}
    return f"{_encoded(members)}.{payload}.{signature}"


def with_payload(token: str, **changes: object) -> str:
    """The token with other claims and its old signature."""
    header, payload, signature = token.split(".")
    return f"{header}.{_encoded({**_decoded(payload), **changes})}.{signature}"


def signed_by_public_key(issuer: Issuer) -> str:
    """A token whose HMAC has the public key for its secret, which libraries that trust `alg` take."""
    header, payload, _ = with_header(issuer.token(), alg="HS256").split(".")
    secret = issuer.jwks()["keys"][-1]["x"].encode()
    mac = hmac.digest(secret, f"{header}.{payload}".encode(), sha256)
    return f"{header}.{payload}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def of_another_issuer(issuer: Issuer) -> str:
    with Issuer() as other:
        return other.token(iss=issuer.url, aud=issuer.url)


HostileToken = Callable[[Issuer], str]

HOSTILE: dict[str, tuple[HostileToken, str]] = {
    "empty": (lambda i: "", "token_missing"),
    "opaque session token": (lambda i: "kN8vQ2xYp3aZ", "token_malformed"),
    "quoted": (lambda i: f'"{i.token()}"', "token_malformed"),
    "four segments": (lambda i: f"{i.token()}.x", "token_malformed"),
    "padded": (lambda i: f"{i.token()}==", "token_malformed"),
    "two in one header": (lambda i: f"{i.token()}, Bearer {i.token()}", "token_malformed"),
    "latin-1": (lambda i: i.token()[:-1] + "\xe9", "token_malformed"),
    "critical extension": (lambda i: with_header(i.token(), crit=["x"], x=1), "token_malformed"),
    "16,385 bytes": (lambda i: "a" * 16_385, "token_too_large"),
    "access token": (lambda i: with_header(i.token(), typ="at+jwt"), "token_type_not_allowed"),
    "ID token": (lambda i: i.token(nonce="n"), "token_type_not_allowed"),
    "alg none": (lambda i: with_header(i.token(), alg="none").rpartition(".")[0] + ".", "algorithm_not_allowed"),
    "HMAC with the public key": (signed_by_public_key, "algorithm_not_allowed"),
    "no kid": (lambda i: with_header(i.token(), kid=None), "key_id_missing"),
    "key of another issuer": (of_another_issuer, "key_unknown"),
    "other claims": (lambda i: with_payload(i.token(), role="admin"), "signature_invalid"),
    "key brought along": (lambda i: with_header(i.token(), jwk=i.jwks()["keys"][0]), "signature_invalid"),
    "no sub": (lambda i: i.token(sub=None), "claim_missing"),
    "no exp": (lambda i: i.token(exp=None), "claim_missing"),
    "a uuid that is none": (lambda i: i.token(uuid="alice"), "claim_invalid"),
    "expired": (lambda i: i.token(expires_in=-31), "token_expired"),
    "of the future": (lambda i: i.token(iat=4_000_000_000), "token_not_yet_valid"),
    "issuer with a slash": (lambda i: i.token(iss=f"{i.url}/"), "issuer_mismatch"),
    "another audience": (lambda i: i.token(aud=["https://other.test"]), "audience_mismatch"),
}
