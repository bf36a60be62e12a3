"""Who is signed in. Everything below a user's path takes an `Owner`: nobody else gets past it."""

from typing import Annotated

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from fastapi import Depends

from .sessions import sessions_of
from .settings import settings

# The tables have the user's UUID, so a token without that claim is no use here, whatever the environment says.
auth = BetterAuth(user_claim="uuid", sessions=sessions_of(settings))

Owner = Annotated[Identity, Depends(auth.verify_user_access)]
User = Annotated[Identity, Depends(auth.get_current_user)]
