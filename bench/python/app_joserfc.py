"""The route with joserfc."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc.errors import JoseError

from joserfc_claims import verified_claims

app = FastAPI()
Credentials = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


async def get_current_user(credentials: Credentials) -> dict[str, Any]:
    try:
        return verified_claims(credentials.credentials)
    except JoseError as error:
        raise HTTPException(401, "Invalid token", {"WWW-Authenticate": "Bearer"}) from error


@app.get("/api/v1/{user_id}/greeting")
async def get_greeting(user_id: str, user: Annotated[dict[str, Any], Depends(get_current_user)]) -> dict[str, str]:
    if user["uuid"] != user_id:
        raise HTTPException(403, "Not your own")
    return {"user_id": user_id}
