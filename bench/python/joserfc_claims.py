"""Better Auth's tokens with joserfc: a key set that is fetched once, and a registry of the claims that are wanted."""

import os
from functools import cache
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

BETTER_AUTH_URL = os.environ["BETTER_AUTH_URL"]
ALGORITHM = os.environ.get("ALGORITHM", "EdDSA")

claims_registry = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": BETTER_AUTH_URL},
    aud={"essential": True, "value": BETTER_AUTH_URL},
    exp={"essential": True},
)


@cache
def key_set() -> KeySet:
    return KeySet.import_key_set(httpx.get(f"{BETTER_AUTH_URL}/api/auth/jwks").json())


def verified_claims(token: str) -> dict[str, Any]:
    decoded = jwt.decode(token, key_set(), algorithms=[ALGORITHM])
    claims_registry.validate(decoded.claims)
    return decoded.claims
