"""The route with fastapi-better-auth-bridge, Mode B: a token, verified by the issuer's keys."""

import os

from fastapi_better_auth import JwtVerifier

from bridge_route import app_with

# It takes tokens that live 15 minutes unless told otherwise; those of the measurement live longer than any run.
app = app_with(JwtVerifier(base_url=os.environ["BETTER_AUTH_URL"], max_token_lifetime=86_400))
