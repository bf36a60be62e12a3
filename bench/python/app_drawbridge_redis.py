"""The route with drawbridge.fastapi, sessions read from Redis."""

from typing import Annotated

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from drawbridge.sessions import redis_sessions
from fastapi import Depends, FastAPI

from redis_client import client

auth = BetterAuth(sessions=redis_sessions(client))
app = FastAPI(lifespan=auth.lifespan)
Owner = Annotated[Identity, Depends(auth.verify_user_access)]


@app.get("/api/v1/{user_id}/greeting")
async def get_greeting(user_id: str, user: Owner) -> dict[str, str]:
    return {"user_id": user_id}
