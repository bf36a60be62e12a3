"""The route with fastapi-better-auth-bridge, as its README says, by whichever verifier."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi_better_auth import BetterAuth, Session, User, Verifier


def app_with(verifier: Verifier) -> FastAPI:
    auth = BetterAuth(verifiers=[verifier])
    app = FastAPI(lifespan=auth.lifespan)

    @app.get("/api/v1/{user_id}/greeting")
    async def get_greeting(
        user_id: str, session: Annotated[Session[User], Depends(auth.current_session())]
    ) -> dict[str, str]:
        if session.user.id != user_id:
            raise HTTPException(403, "Not your own")
        return {"user_id": user_id}

    return app
