"""HTTP to programs on this machine: no proxy of the environment, no TLS, time enough for a busy machine."""

from __future__ import annotations

from typing import Any

import httpx

# Node.js and uvicorn close a connection that was idle for 5 s, as httpx would keep one for: whoever asks at that moment gets
# no answer.
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2)


def open_client(base_url: str = "", **more: Any) -> httpx.Client:
    return httpx.Client(base_url=base_url, trust_env=False, verify=False, timeout=30, limits=LIMITS, **more)


def get(url: str, headers: dict[str, str] | None = None) -> httpx.Response:
    with open_client() as client:
        return client.get(url, headers=headers)


def answers(url: str) -> bool:
    """Whether somebody is there and says 200."""
    try:
        return get(url).status_code == 200
    except httpx.TransportError:
        return False
