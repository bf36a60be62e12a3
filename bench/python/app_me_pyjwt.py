"""GET /api/v1/me with PyJWT."""

from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from pyjwt_claims import verified_claims

app = FastAPI()
Credentials = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


async def get_current_user(credentials: Credentials) -> dict[str, Any]:
    try:
        return verified_claims(credentials.credentials)
    except jwt.PyJWTError as error:
        raise HTTPException(401, "Invalid token", {"WWW-Authenticate": "Bearer"}) from error


@app.get("/api/v1/me")
async def get_me(user: Annotated[dict[str, Any], Depends(get_current_user)]) -> dict[str, str | int]:
    return user
