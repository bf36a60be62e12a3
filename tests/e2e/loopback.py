"""HTTP to programs on this machine: no proxy of the environment, no TLS, time enough for a busy machine."""

from __future__ import annotations

import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import httpx

# Node.js and uvicorn close a connection that was idle for 5 s, as httpx would keep one for: whoever asks at that moment gets
# no answer.
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2)
ANY_CERTIFICATE = ssl._create_unverified_context()


def open_client(base_url: str = "", **more: Any) -> httpx.Client:
    return httpx.Client(base_url=base_url, trust_env=False, verify=False, timeout=30, limits=LIMITS, **more)


def get(url: str, headers: dict[str, str] | None = None) -> httpx.Response:
    with open_client() as client:
        return client.get(url, headers=headers)


def answers(url: str) -> bool:
    """Whether somebody is there and says 200. Asked every 20 ms while a program starts, so without all that httpx is."""
    parts = urlsplit(url)
    host, is_https = parts.hostname or "", parts.scheme == "https"
    connection = (
        HTTPSConnection(host, parts.port, timeout=30, context=ANY_CERTIFICATE)
        if is_https
        else HTTPConnection(host, parts.port, timeout=30)
    )
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
