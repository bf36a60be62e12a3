"""Every place where a backend may look for a session, each of a real Better Auth."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from backend import Backend
from better_auth import BetterAuth, Person
from conftest import StartBackend
from private_redis import PrivateRedis

PREFIX = "better-auth:"


@dataclass
class SessionSource:
    """A Better Auth, with an administrator, and a backend that looks for sessions in one of these places. Nothing is
    remembered, so that each request is judged by what is there."""

    name: str
    issuer: BetterAuth
    start_backend: StartBackend
    settings: dict[str, object]
    redis: PrivateRedis | None = None  # where Better Auth keeps sessions
    has_rows: bool = True  # whether it keeps them in its tables as well
    backend: Backend = field(init=False)
    administrator: Person = field(init=False)

    def __post_init__(self) -> None:
        self.backend = self.another_backend(better_auth_secret=self.secret)
        self.administrator = self.issuer.sign_up("admin")
        self.write(self.administrator, user={"role": "admin"})

    @property
    def secret(self) -> str:
        return self.issuer.program.env["BETTER_AUTH_SECRET"]

    def another_backend(self, **settings: object) -> Backend:
        always = {"drawbridge_credentials": "token,session", "drawbridge_credential_max_age": 0}
        return self.start_backend(self.issuer, **always, **self.settings, **settings)

    def by_cookie(
        self, cookie: str, path: str = "/api/v1/me", method: str = "GET", backend: Backend | None = None, **more: Any
    ) -> httpx.Response:
        headers = {"Cookie": cookie} | more.pop("headers", {})
        return (backend or self.backend).call(method, path, headers=headers, **more)

    def administer(self, what: str, **body: object) -> None:
        """As an administrator does it in Better Auth's admin plugin."""
        done = self.administrator.browser.post(f"/admin/{what}", json=body)
        assert done.status_code == 200, done.text

    def write(self, person: Person, user: dict[str, Any] | None = None, session: dict[str, Any] | None = None) -> None:
        """Changes what is stored of them, as another program would: rows, and what Redis has of them. Times are
        ISO 8601."""
        self.write_rows(person, user, session)
        if self.redis:
            record = json.loads(self.record_of(person))
            record["user"] |= user or {}
            record["session"] |= session or {}
            self.put_record(person, json.dumps(record))

    def write_rows(
        self, person: Person, user: dict[str, Any] | None = None, session: dict[str, Any] | None = None
    ) -> None:
        self.update("user", "id", person.id, user or {})
        if self.has_rows:
            self.update("session", "token", person.session_token, session or {})

    def update(self, table: str, key: str, value: str, members: dict[str, Any]) -> None:
        for name, changed in members.items():
            self.issuer.database.execute(f'update "{table}" set "{name}" = ? where "{key}" = ?', changed, value)

    def record_of(self, person: Person) -> str:
        assert self.redis
        record = self.redis.command("GET", PREFIX + person.session_token)
        assert record
        return record

    def put_record(self, person: Person, record: str) -> None:
        assert self.redis
        assert self.redis.command("SET", PREFIX + person.session_token, record) == "OK"
