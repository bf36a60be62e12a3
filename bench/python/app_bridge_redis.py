"""The route with fastapi-better-auth-bridge, Mode A on Redis."""

from fastapi_better_auth import RedisSessionStore

from bridge_cookie import verifier_of
from bridge_route import app_with
from redis_client import client

app = app_with(verifier_of(RedisSessionStore(client=client, key_prefix="better-auth:")))
