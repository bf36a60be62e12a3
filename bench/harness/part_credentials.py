"""GET /api/v1/me by what a request may carry: a token, a session that was asked about or is read, an API key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
import subprocess
from contextlib import ExitStack, closing
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import sqlite_database
import wrk
from database import PostgresDatabase
from issuer import Issuer
from measurement import BrokenMeasurement, Measurement
from private_postgres import PrivatePostgres
from private_redis import PrivateRedis
from servers import DRAWBRIDGE, Drawbridge

SESSIONS = 200  # in turn, so that no two requests share one look at a session
CONNECTIONS = 16
SECONDS = 2.0
PATH = "/api/v1/me"
SECRET = "a-secret-of-thirty-two-characters"
MADE, ENDS = "2026-11-23T10:00:00.000Z", "2100-01-01T00:00:00.000Z"

SESSION_TABLE = """create table "session" ("id" text not null primary key, "expiresAt" date not null,
  "token" text not null unique, "createdAt" date not null, "updatedAt" date not null, "ipAddress" text,
  "userAgent" text, "userId" text not null references "user" ("id") on delete cascade)"""
INSERT_USER = """insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt", uuid)
  values (?, 'Zoë', ?, ?, ?, ?, ?)"""
INSERT_SESSION = """insert into session (id, token, "userId", "expiresAt", "createdAt", "updatedAt")
  values (?, ?, ?, ?, ?, ?)"""


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
        signature = hmac.digest(SECRET.encode(), self.session_token.encode(), hashlib.sha256)
        value = quote(f"{self.session_token}.{base64.b64encode(signature).decode()}", safe="")
        return f"better-auth.session_token={value}"

    def record(self) -> dict[str, dict[str, object]]:
        """As Better Auth keeps it in a secondary storage."""
        session = {"id": self.session_id, "token": self.session_token, "userId": self.subject}
        user = {"id": self.subject, "uuid": self.uuid, "name": "Zoë", "email": f"{self.uuid}@example.com"}
        return {
            "session": session | {"expiresAt": ENDS, "createdAt": MADE, "updatedAt": MADE},
            "user": user | {"emailVerified": True, "createdAt": MADE, "updatedAt": MADE},
        }


class SessionIssuer(Issuer):
    """It knows sessions and API keys, too."""

    def __init__(self) -> None:
        super().__init__()
        self.people = [
            SignedIn(number, uuid, self.token(uuid, number))
            for number, uuid in enumerate(str(uuid4()) for _ in range(SESSIONS))
        ]
        self.by_session = {person.session_token: person for person in self.people}
        self.by_key = {person.key: person for person in self.people}

    def answer(self, path: str, asked: Message) -> tuple[dict[str, str], bytes] | None:
        if path.startswith("/api/auth/get-session?"):
            person = self.by_session[asked["Cookie"].partition("=")[2].partition(".")[0]]
            return {"set-auth-jwt": person.jwt}, json.dumps(person.record()).encode()
        if path.startswith("/api/auth/token?"):
            return {}, json.dumps({"token": self.by_key[asked["x-api-key"]].jwt}).encode()
        return super().answer(path, asked)


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
    database = server.new_database()
    command = [DRAWBRIDGE, "migrate", "up", "--with-better-auth", "--database-url", database.url]
    done = subprocess.run(command, capture_output=True, text=True, env={}, check=False)
    if done.returncode != 0:
        raise BrokenMeasurement(f"drawbridge migrate up ended with {done.returncode}: {done.stderr.strip()}")
    for person in people:
        user, session = rows_of(person, True)
        database.execute(INSERT_USER, *user)
        database.execute(INSERT_SESSION, *session)
    return database


def fill_redis(server: PrivateRedis, people: list[SignedIn]) -> None:
    for person in people:
        server.command("SET", f"better-auth:{person.session_token}", json.dumps(person.record()))


def measure(m: Measurement) -> dict[str, Any]:
    with ExitStack() as stack:
        issuer = stack.enter_context(SessionIssuer())
        people = issuer.people
        file = m.scratch / "app.db"
        fill_sqlite(file, people)
        redis = stack.enter_context(PrivateRedis(m.scratch).running())
        fill_redis(redis, people)
        postgres = fill_postgres(stack.enter_context(PrivatePostgres(m.scratch).running()), people)

        def serve(name: str, database: Path | str = file, **settings: str) -> Drawbridge:
            folder = m.scratch / name
            folder.mkdir()
            taken = {"drawbridge_credentials": "token,session,key", "better_auth_secret": SECRET}
            return stack.enter_context(Drawbridge(folder, issuer.url, database, **taken, **settings))

        asking = serve("issuer")
        reading = {
            "sqlite": serve("sqlite", drawbridge_sessions="database"),
            "postgres": serve("postgres", postgres.url, drawbridge_sessions="database"),
            "redis": serve("redis", drawbridge_sessions="redis", drawbridge_redis_url=redis.url),
        }
        tokens = lines(m.scratch / "tokens", "Authorization", [f"Bearer {person.jwt}" for person in people])
        cookies = lines(m.scratch / "cookies", "Cookie", [person.cookie for person in people])
        keys = lines(m.scratch / "keys", "x-api-key", [person.key for person in people])
        targets = {"token": (asking, tokens), "session": (asking, cookies), "key": (asking, keys)}
        return {"runs": run_all(m, targets | {name: (server, cookies) for name, server in reading.items()})}


def lines(file: Path, header: str, values: list[str]) -> tuple[str, Path]:
    file.write_text("".join(f"{value}\n" for value in values))
    return header, file


def run_all(
    m: Measurement, targets: dict[str, tuple[Drawbridge, tuple[str, Path]]]
) -> dict[str, list[dict[str, float]]]:
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in targets}
    steps = [(number + 1, name) for number in range(m.rounds(7)) for name in targets]
    for _, name in m.progress.over(steps, lambda number, name: f"round {number}, {name}"):
        server, headers = targets[name]
        # Not counted: what is remembered of sessions and keys was forgotten since the last round.
        wrk.run(server.url + PATH, CONNECTIONS, 1, server.pids, each_in_turn=headers)
        load = wrk.run(server.url + PATH, CONNECTIONS, m.seconds(SECONDS), server.pids, each_in_turn=headers)
        runs[name].append(load.as_json())
    return runs
