"""The route with fastapi-better-auth-bridge, Mode C: the issuer is asked about the session of each request."""

import os

from fastapi_better_auth import OriginCheck, RemoteVerifier, SharedSecret

from bridge_route import app_with

app = app_with(
    RemoteVerifier(
        base_url=os.environ["BETTER_AUTH_URL"],
        csrf=OriginCheck(allowed_origins=[os.environ["BETTER_AUTH_URL"]]),
        secret=SharedSecret(os.environ["BETTER_AUTH_SECRET"]),
        secure_cookies=False,
        concurrency=16,  # as many as the load has connections; 8 otherwise
    )
)
