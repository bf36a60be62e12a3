"""The route with drawbridge.fastapi, as its README says."""

from typing import Annotated

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from fastapi import Depends, FastAPI

auth = BetterAuth()
app = FastAPI(lifespan=auth.lifespan)
Owner = Annotated[Identity, Depends(auth.verify_user_access)]


@app.get("/open")
async def get_open() -> str:
    return "open"


@app.get("/api/v1/{user_id}/greeting")
async def get_greeting(user_id: str, user: Owner) -> dict[str, str]:
    return {"user_id": user_id}
