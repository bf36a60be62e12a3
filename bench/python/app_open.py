"""The route that is measured, without any authentication: what FastAPI and uvicorn cost by themselves."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/api/v1/{user_id}/greeting")
async def get_greeting(user_id: str) -> dict[str, str]:
    return {"user_id": user_id}
