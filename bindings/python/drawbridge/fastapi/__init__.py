"""FastAPI dependencies that let a route trust a user of Better Auth.

    auth = BetterAuth()                      # BETTER_AUTH_URL and the rest from the environment
    app = FastAPI(lifespan=auth.lifespan)

    @app.get("/api/v1/{user_id}/tasks")
    async def list_tasks(user: Annotated[Identity, Depends(auth.verify_user_access)]): ...

A refusal is an `AuthError` and reaches the client as an RFC 9457 problem document.
"""

from drawbridge.fastapi.better_auth import BetterAuth
from drawbridge.fastapi.membership import Refusal
from drawbridge.fastapi.problem_response import problem_response

__all__ = ["BetterAuth", "Refusal", "problem_response"]
