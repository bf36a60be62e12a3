"""The route with fastapi-better-auth-bridge, Mode A on PostgreSQL."""

from fastapi_better_auth import SqlAlchemySessionStore

from bridge_cookie import verifier_of
from bridge_route import app_with
from postgres_engine import engine

app = app_with(verifier_of(SqlAlchemySessionStore(engine=engine)))
