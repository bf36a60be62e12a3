"""What the environment says. `drawbridge.fastapi.BetterAuth` reads the variables that verifying needs by itself."""

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Settings:
    database_url: str  # `sqlite:relative/path.db`, `sqlite:///absolute/path.db` or `postgresql://…`
    allowed_origins: list[str]  # of the pages that may call from a browser
    takes_sessions: bool  # as `auth` reads it: then a page's cookie comes along
    sessions: str  # where they are looked for
    redis_url: str
    redis_prefix: str
    docs: bool  # whether /docs and /openapi.json are there
    max_tasks: int  # of one user; 0 is as many as they like
    max_tags: int
    metrics: tuple[str, int] | None  # where /metrics is, for Prometheus


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    default_port = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, default_port) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else ""


def _quota(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ValueError(f"{name} is {text}, which is not a number of rows: {default} is one, and 0 means unlimited")
    return int(text)


def _metrics() -> tuple[str, int] | None:
    text = os.environ.get("DRAWBRIDGE_METRICS", "")
    host, _, port = text.rpartition(":")
    if text and not re.fullmatch("[0-9]{1,5}", port):
        raise ValueError(f"DRAWBRIDGE_METRICS is {text}: give a port on 127.0.0.1, for example 9464, or HOST:PORT")
    return (host.strip("[]") or "127.0.0.1", int(port)) if text else None


def read_settings() -> Settings:
    """Raises ValueError for an origin with which CORS would let everybody in, for a switch that is neither on nor off,
    and for a quota that is no number."""
    given = os.environ.get("DRAWBRIDGE_ALLOWED_ORIGINS") or _origin_of(os.environ.get("BETTER_AUTH_URL", ""))
    origins = [origin.strip() for origin in given.split(",") if origin.strip()]
    for origin in origins:
        if origin in ("*", "null"):
            raise ValueError(
                f"DRAWBRIDGE_ALLOWED_ORIGINS holds {origin}, which is not an origin: https://app.example.com is one"
            )
    docs = os.environ.get("DRAWBRIDGE_DOCS", "on")
    if docs not in ("on", "off"):
        raise ValueError(f"DRAWBRIDGE_DOCS is {docs}: give one of on, off")
    prefix = os.environ.get("DRAWBRIDGE_REDIS_PREFIX", "better-auth:")
    return Settings(
        database_url=os.environ.get("DATABASE_URL", "sqlite:.data/drawbridge.db"),
        allowed_origins=origins,
        takes_sessions="session" in os.environ.get("DRAWBRIDGE_CREDENTIALS", "token"),
        sessions=os.environ.get("DRAWBRIDGE_SESSIONS", "issuer").replace(" ", ""),
        redis_url=os.environ.get("DRAWBRIDGE_REDIS_URL", ""),
        redis_prefix="" if prefix == "none" else prefix,
        docs=docs == "on",
        max_tasks=_quota("DRAWBRIDGE_MAX_TASKS", 10_000),
        max_tags=_quota("DRAWBRIDGE_MAX_TAGS", 500),
        metrics=_metrics(),
    )


settings = read_settings()
