"""The real issuer: Better Auth in tests/e2e/issuer, and the people who sign in there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import httpx

from database import Database, SqliteDatabase
from loopback import answers, open_client
from process import ROOT, Program, free_port

BUNDLE = ROOT / "build/issuer"  # of tests/e2e/issuer; ./dev test makes it

PASSWORD = "correct horse battery staple"


@dataclass
class Person:
    """Someone who has signed up and is signed in, in a browser of their own."""

    browser: httpx.Client
    uuid: str
    id: str
    session_token: str  # opaque; not a JWT

    def token(self) -> str:
        """A JWT as `authClient.token()` gives it; a new one each time."""
        answer = self.browser.get("/token")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def session_cookie(self) -> str:
        """The Cookie header that the browser sends to this host, whatever the port."""
        name = "better-auth.session_token"
        return f"{name}={self.browser.cookies[name]}"

    def make_key(self) -> tuple[str, str]:
        """Id and text of a new API key; with `api_keys="on"`."""
        answer = self.browser.post("/api-key/create", json={"name": "a program"})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"]), str(answer.json()["key"])

    def sign_out(self) -> None:
        answer = self.browser.post("/sign-out", json={})
        assert answer.status_code == 200, answer.text

    def delete_account(self) -> None:
        answer = self.browser.post("/delete-user", json={"password": PASSWORD})
        assert answer.status_code == 200, answer.text


class BetterAuth:
    """Settings are those of server.mjs: `algorithm="ES256"` is ISSUER_ALGORITHM, `migrate="off"` ISSUER_MIGRATE."""

    def __init__(
        self,
        folder: Path,
        database: Database | None = None,
        bundle: Path = BUNDLE,
        **settings: object,
    ) -> None:
        """Without a database it has a file of its own in that folder."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.base = f"{self.url}{settings.get('base_path', '/api/auth')}"
        self.database = database or SqliteDatabase(folder / "app.db")
        env = {
            "PORT": str(self.port),
            "BETTER_AUTH_URL": self.url,
            "BETTER_AUTH_SECRET": secrets.token_hex(32),
            "DATABASE_URL": self.database.url,
        } | {f"ISSUER_{name.upper()}": str(value) for name, value in settings.items()}
        self.program = Program("issuer", ["node", bundle / "server.js"], env, folder)

    def start(self) -> BetterAuth:
        self.program.start()
        self.program.wait_ready(lambda: answers(f"{self.base}/ok"))
        return self

    def stop(self) -> None:
        self.program.stop()

    def sign_up(self, name: str) -> Person:
        browser = open_client(self.base, headers={"Origin": self.url})
        email = f"{name}-{secrets.token_hex(4)}@example.com"
        answer = browser.post("/sign-up/email", json={"email": email, "password": PASSWORD, "name": name})
        assert answer.status_code == 200, answer.text
        user = answer.json()["user"]
        return Person(browser, user.get("uuid", ""), user["id"], answer.json()["token"])
