"""Mode A of fastapi-better-auth-bridge: sessions are read from the store that Better Auth writes."""

import os

from fastapi_better_auth import CookieVerifier, OriginCheck, SessionStore, SharedSecret


def verifier_of(store: SessionStore) -> CookieVerifier:
    return CookieVerifier(
        secret=SharedSecret(os.environ["BETTER_AUTH_SECRET"]),
        store=store,
        csrf=OriginCheck(allowed_origins=[os.environ["BETTER_AUTH_URL"]]),
        secure_cookies=False,
    )
