"""GET /api/v1/me with drawbridge.fastapi."""

from typing import Annotated

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from fastapi import Depends, FastAPI

auth = BetterAuth()
app = FastAPI(lifespan=auth.lifespan)


@app.get("/api/v1/me")
async def get_me(user: Annotated[Identity, Depends(auth.get_current_user)]) -> dict[str, str | int | None]:
    return {
        "sub": user.subject,
        "uuid": str(user.uuid),
        "email": user.email,
        "name": user.name,
        "sid": user.session_id,
        "exp": int(user.expires_at.timestamp()),
    }
