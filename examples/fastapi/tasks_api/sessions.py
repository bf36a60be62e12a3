"""Where sessions are looked for. Better Auth is asked, unless DRAWBRIDGE_SESSIONS names the storage that it has, or the
cookie in which it caches them, which drawbridge reads itself."""

from urllib.parse import quote

from drawbridge.sessions import SessionSource, redis_sessions, sqlalchemy_sessions
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from .database import sqlite_file
from .postgres_database import make_engine
from .settings import Settings

READERS = 4
PLACES = ("issuer", "cookie", "database", "redis", "redis,database")


def sessions_of(settings: Settings) -> SessionSource | None:
    """Nothing where Better Auth is asked. ValueError for what is no such place. `redis,database` is for a Better Auth
    that looks into its tables for what Redis has not (`storeSessionInDatabase`)."""
    if settings.sessions not in PLACES:
        raise ValueError(f"DRAWBRIDGE_SESSIONS is {settings.sessions}: give one of {', '.join(PLACES)}")
    if settings.sessions in ("issuer", "cookie"):
        return None
    if settings.sessions == "database":
        return sqlalchemy_sessions(_engine(settings.database_url), connections=READERS)
    if not settings.redis_url:
        raise ValueError("DRAWBRIDGE_REDIS_URL is not set: say where it is, for example redis://localhost:6379")
    client = Redis.from_url(settings.redis_url)
    rows = _engine(settings.database_url) if settings.sessions == "redis,database" else None
    return redis_sessions(client, prefix=settings.redis_prefix, database=rows)


def _engine(url: str) -> AsyncEngine:
    """Connections of its own: a crowd with cookies takes none from those that read for their users."""
    file = sqlite_file(url)
    if file is None:
        return make_engine(url, READERS, True, {})  # as behind a pooler, which may be there or not
    # Opened for each look, so that a file which is gone, or another, is noticed. It is not made.
    uri = f"file:{quote(str(file.absolute()))}?mode=rw&uri=true"
    return create_async_engine(f"sqlite+aiosqlite:///{uri}", poolclass=NullPool)
