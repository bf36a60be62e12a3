"""The route with a dependency that only returns: what FastAPI takes to resolve one, whatever it does."""

from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import HTTPConnection

app = FastAPI()


async def get_nothing(request: HTTPConnection) -> None:
    return None


@app.get("/api/v1/{user_id}/greeting")
async def get_greeting(user_id: str, nothing: Annotated[None, Depends(get_nothing)]) -> dict[str, str]:
    return {"user_id": user_id}
