"""GET /api/v1/me with PyJWT."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI

from app_pyjwt import get_current_user

app = FastAPI()


@app.get("/api/v1/me")
async def get_me(user: Annotated[dict[str, Any], Depends(get_current_user)]) -> dict[str, str | int]:
    return user
