"""Better Auth's tokens with PyJWT, as articles and templates have it: keys by PyJWKClient, which keeps them."""

import os
from typing import Any

import jwt

BETTER_AUTH_URL = os.environ["BETTER_AUTH_URL"]
ALGORITHM = os.environ.get("ALGORITHM", "EdDSA")

jwks_client = jwt.PyJWKClient(f"{BETTER_AUTH_URL}/api/auth/jwks", cache_keys=True)


def verified_claims(token: str) -> dict[str, Any]:
    key = jwks_client.get_signing_key_from_jwt(token)
    return jwt.decode(token, key, algorithms=[ALGORITHM], audience=BETTER_AUTH_URL, issuer=BETTER_AUTH_URL)
