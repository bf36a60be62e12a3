"""Good tokens of somebody else: of an API's own sign-up, or of another service that people sign in to."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from token_forgery import encoded, json_segment


def in_a_quarter() -> int:
    return int(time.time()) + 900


def of_an_apis_own_sign_up(**claims: Any) -> str:
    """As the tutorials of FastAPI make them: HS256, no issuer, a number for the user."""
    signed = f"{json_segment({'alg': 'HS256', 'typ': 'JWT'})}.{json_segment({'sub': '7'} | claims)}"
    return f"{signed}.{encoded(hmac.digest(secrets.token_bytes(32), signed.encode(), hashlib.sha256))}"


def id_token(**header: Any) -> str:
    """As Google's: RS256, for a client, with claims that an access token does not have."""
    claims = {
        "iss": "https://accounts.google.com",
        "aud": "7.apps.example.com",
        "azp": "7.apps.example.com",
    }
    payload = json_segment(claims | {"sub": "7", "at_hash": "x", "nonce": "n", "exp": in_a_quarter()})
    signed = f"{json_segment({'alg': 'RS256', 'typ': 'JWT'} | header)}.{payload}"
    return f"{signed}.{encoded(generate_private_key(65537, 2048).sign(signed.encode(), PKCS1v15(), SHA256()))}"
