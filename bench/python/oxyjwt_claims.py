"""Better Auth's tokens with oxyjwt, which is written in Rust; keys are made once, as its README says."""

import os
from functools import cache
from typing import Any

import httpx
import oxyjwt

BETTER_AUTH_URL = os.environ["BETTER_AUTH_URL"]
ALGORITHM = os.environ.get("ALGORITHM", "EdDSA")


@cache
def keys() -> dict[str, Any]:
    fetched = httpx.get(f"{BETTER_AUTH_URL}/api/auth/jwks").json()["keys"]
    return {key["kid"]: oxyjwt.PyJWK.from_dict(key).key for key in fetched}


def verified_claims(token: str) -> dict[str, Any]:
    key = keys()[oxyjwt.get_unverified_header(token)["kid"]]
    return oxyjwt.decode(token, key, algorithms=[ALGORITHM], audience=BETTER_AUTH_URL, issuer=BETTER_AUTH_URL)
