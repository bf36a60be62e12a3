"""Users with a session and an API key: what they send, and what Better Auth keeps of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import postgres_database
import sqlite_database
from database import PostgresDatabase
from private_postgres import PrivatePostgres
from private_redis import PrivateRedis

SECRET = "a-secret-of-thirty-two-characters"
MADE, ENDS = "2026-11-23T10:00:00.000Z", "2100-01-01T00:00:00.000Z"

SESSION_TABLE = """create table "session" ("id" text not null primary key, "expiresAt" date not null,
  "token" text not null unique, "createdAt" date not null, "updatedAt" date not null, "ipAddress" text,
  "userAgent" text, "userId" text not null references "user" ("id") on delete cascade)"""
INSERT_USER = """insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt", uuid)
  values (?, 'Zoë', ?, ?, ?, ?, ?)"""
INSERT_SESSION = """insert into session (id, token, "userId", "expiresAt", "createdAt", "updatedAt")
  values (?, ?, ?, ?, ?, ?)"""


def session_cookie(token: str, secret: str = SECRET) -> str:
    """As a browser sends it."""
    signature = base64.b64encode(hmac.digest(secret.encode(), token.encode(), hashlib.sha256)).decode()
    return f"better-auth.session_token={quote(f'{token}.{signature}', safe='')}"


@dataclass(frozen=True)
class SignedIn:
    """One of the users, with a session and an API key."""

    number: int
    uuid: str
    jwt: str

    @property
    def session_token(self) -> str:
        return f"{self.number:032x}"

    @property
    def key(self) -> str:
        return f"key-{self.number:064x}"

    @property
    def subject(self) -> str:
        return f"sL1uLwK9ra4T1tA4FjdH{self.number:012x}"  # as Issuer.token() has it

    @property
    def session_id(self) -> str:
        return f"ciUkrXyEFovAwpCRmxLF{self.number:012x}"

    @property
    def cookie(self) -> str:
        return session_cookie(self.session_token)

    def record(self) -> dict[str, dict[str, object]]:
        """As Better Auth keeps it in a secondary storage."""
        session = {"id": self.session_id, "token": self.session_token, "userId": self.subject}
        user = {"id": self.subject, "uuid": self.uuid, "name": "Zoë", "email": f"{self.uuid}@example.com"}
        return {
            "session": session | {"expiresAt": ENDS, "createdAt": MADE, "updatedAt": MADE},
            "user": user | {"emailVerified": True, "createdAt": MADE, "updatedAt": MADE},
        }


def rows_of(person: SignedIn, verified: object) -> tuple[tuple[object, ...], tuple[object, ...]]:
    user = (person.subject, f"{person.uuid}@example.com", verified, MADE, MADE, person.uuid)
    return user, (person.session_id, person.session_token, person.subject, ENDS, MADE, MADE)


def fill_sqlite(file: Path, people: list[SignedIn]) -> None:
    sqlite_database.create(file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(SESSION_TABLE)
        for person in people:
            user, session = rows_of(person, 1)
            connection.execute(INSERT_USER, user)
            connection.execute(INSERT_SESSION, session)


def fill_postgres(server: PrivatePostgres, people: list[SignedIn]) -> PostgresDatabase:
    database = postgres_database.create(server)
    for person in people:
        user, session = rows_of(person, True)
        database.execute(INSERT_USER, *user)
        database.execute(INSERT_SESSION, *session)
    return database


def fill_redis(server: PrivateRedis, people: list[SignedIn]) -> None:
    for person in people:
        server.command("SET", f"better-auth:{person.session_token}", json.dumps(person.record()))
