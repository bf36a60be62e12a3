"""The route with drawbridge.fastapi, sessions read from PostgreSQL."""

from typing import Annotated

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from drawbridge.sessions import sqlalchemy_sessions
from fastapi import Depends, FastAPI

from postgres_engine import engine

auth = BetterAuth(sessions=sqlalchemy_sessions(engine))
app = FastAPI(lifespan=auth.lifespan)
Owner = Annotated[Identity, Depends(auth.verify_user_access)]


@app.get("/api/v1/{user_id}/greeting")
async def get_greeting(user_id: str, user: Owner) -> dict[str, str]:
    return {"user_id": user_id}
