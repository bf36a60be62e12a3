"""The route with PyJWT in a plain dependency, which FastAPI runs in a thread: the event loop goes on, at a price."""

from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from pyjwt_claims import verified_claims

app = FastAPI()
Credentials = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


def get_current_user(credentials: Credentials) -> dict[str, Any]:
    try:
        return verified_claims(credentials.credentials)
    except jwt.PyJWTError as error:
        raise HTTPException(401, "Invalid token", {"WWW-Authenticate": "Bearer"}) from error


@app.get("/open")
async def get_open() -> str:
    return "open"


@app.get("/api/v1/{user_id}/greeting")
async def get_greeting(user_id: str, user: Annotated[dict[str, Any], Depends(get_current_user)]) -> dict[str, str]:
    if user["uuid"] != user_id:
        raise HTTPException(403, "Not your own")
    return {"user_id": user_id}
