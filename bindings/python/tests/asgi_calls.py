"""Calls of an app in this process, over ASGI and without a lifespan."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send


def call(app: FastAPI, method: str, path: str, *authorization: str) -> httpx.Response:
    """The app's answer to one request with these `Authorization` headers."""
    return send(app, method, path, [("Authorization", value) for value in authorization])


def send(app: FastAPI, method: str, path: str, headers: Iterable[tuple[str, str]]) -> httpx.Response:
    """The app's answer to one request with these headers, in their order."""
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers]

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            return await client.request(method, path, headers=encoded)

    return asyncio.run(request())


def get(app: FastAPI, path: str, *authorization: str) -> httpx.Response:
    return call(app, "GET", path, *authorization)


def bearer(token: str) -> str:
    return f"Bearer {token}"


class WrapperThatIsAnApp(FastAPI):
    """Its own routes are not those that it serves."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
