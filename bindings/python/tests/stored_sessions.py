"""Sessions as Better Auth keeps them, made by hand: cookies, rows of SQLite, and a Redis that is a dict."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from key_server import KeyServer

from drawbridge import AuthError, Identity, Verifier
from drawbridge.sessions import SessionRecord, SessionSource
from drawbridge.testing import Issuer

SECRET = "of-these-tests-alone-0123456789abcdef"
ALICE = "0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"
PAST, FUTURE = "2020-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z"
MADE = "2026-01-01T00:00:00.000Z"

TABLES = """
create table "user" ("id" text primary key, "uuid" text not null unique, "name" text, "email" text,
    "emailVerified" integer, "role" text, "banned" integer, "banExpires" date, "createdAt" date, "updatedAt" date);
create table "session" ("id" text primary key, "token" text not null unique, "expiresAt" date not null,
    "createdAt" date not null, "updatedAt" date, "ipAddress" text, "userAgent" text,
    "userId" text not null references "user" ("id") on delete cascade);
create table "account" ("id" text primary key, "userId" text references "user" ("id"), "accountId" text,
    "providerId" text);
create table "verification" ("id" text primary key, "identifier" text, "value" text, "expiresAt" date);
"""


def new_token() -> str:
    return secrets.token_hex(16)


def cookie_of(token: str, secret: str = SECRET) -> str:
    signature = base64.b64encode(hmac.digest(secret.encode(), token.encode(), hashlib.sha256)).decode()
    return f"better-auth.session_token={quote(f'{token}.{signature}', safe='')}"


def user_of(user: dict[str, Any]) -> dict[str, Any]:
    return {"id": "u1", "uuid": ALICE, "name": "Alice", "email": "alice@example.com", "emailVerified": True} | user


def session_of(token: str, session: dict[str, Any]) -> dict[str, Any]:
    return {"id": "s1", "token": token, "userId": "u1", "expiresAt": FUTURE, "createdAt": MADE} | session


class Rows:
    """A file of SQLite with Better Auth's tables."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "app.db"
        self.url = f"sqlite+aiosqlite:///{self.file}"
        with closing(sqlite3.connect(self.file)) as connection:
            connection.executescript(TABLES)

    def execute(self, statement: str, *parameters: Any) -> None:
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute("pragma foreign_keys = on")
            connection.execute(statement, parameters)

    def add(self, token: str, user: dict[str, Any], session: dict[str, Any]) -> None:
        for table, row in (("user", user_of(user)), ("session", session_of(token, session))):
            columns = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" * len(row))
            self.execute(f'insert or replace into "{table}" ({columns}) values ({marks})', *row.values())


class DictClient:
    """Has what is asked of redis.asyncio.Redis."""

    def __init__(self, *, decodes: bool = False) -> None:
        self.decodes = decodes
        self.values: dict[str, str] = {}
        self.asked: list[str] = []

    async def get(self, name: str, /) -> bytes | str | None:
        self.asked.append(name)
        value = self.values.get(name)
        return value if value is None or self.decodes else value.encode()

    def add(self, token: str, user: dict[str, Any], session: dict[str, Any]) -> None:
        record = {"session": session_of(token, session), "user": user_of(user)}
        self.values[f"better-auth:{token}"] = json.dumps(record)


@contextmanager
def verifier_of(
    sessions: SessionSource, issuer: Issuer, keys: KeyServer, kinds: str = "token,session"
) -> Iterator[Verifier]:
    with Verifier(issuer.url, jwks_url=keys.url, credentials=kinds, secret=SECRET, sessions=sessions) as verifier:
        yield verifier


def by_cookie(token: str, **more: str) -> list[tuple[bytes, bytes]]:
    return [(b"cookie", cookie_of(token).encode()), *((name.encode(), value.encode()) for name, value in more.items())]


async def code_of(identity: Awaitable[Identity]) -> str:
    """The code of the refusal, or `good`."""
    try:
        await identity
    except AuthError as error:
        return f"{error.status} {error.code}" if error.status == 503 else error.code
    return "good"


class OwnStore(SessionSource):
    """One of somebody's own, which does what it is told."""

    def __init__(self, find: Callable[[str], Coroutine[Any, Any, SessionRecord | None]]) -> None:
        self._find = find
        self.asked: list[str] = []

    async def find(self, token: str) -> SessionRecord | None:
        self.asked.append(token)
        return await self._find(token)


async def finds_nothing(token: str) -> SessionRecord | None:
    return None
