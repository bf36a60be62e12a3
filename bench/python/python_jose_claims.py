"""Better Auth's tokens with python-jose, by its fastest backend, cryptography; it has no EdDSA."""

import os
from functools import cache
from typing import Any

import httpx
from jose import jwk, jwt

BETTER_AUTH_URL = os.environ["BETTER_AUTH_URL"]
ALGORITHM = os.environ["ALGORITHM"]


@cache
def keys() -> dict[str, Any]:
    fetched = httpx.get(f"{BETTER_AUTH_URL}/api/auth/jwks").json()["keys"]
    return {key["kid"]: jwk.construct(key, ALGORITHM) for key in fetched}


def verified_claims(token: str) -> dict[str, Any]:
    key = keys()[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=[ALGORITHM], audience=BETTER_AUTH_URL, issuer=BETTER_AUTH_URL)
