"""The front end of examples/web as it runs in production, with the real Better Auth in it, and the bridge behind it."""

from __future__ import annotations

import secrets
from pathlib import Path
from signal import SIGTERM

from backend import Backend
from database import Database
from loopback import answers
from process import ROOT, Program, free_port

NEXT = ROOT / "node_modules/next/dist/bin/next"


class FrontEnd:
    """`next start`. For a Backend it is the issuer: it has a url and a database."""

    def __init__(self, folder: Path, database: Database, api_url: str, trusted_proxies: str = "127.0.0.1") -> None:
        """Trusted is this machine, so that each visitor can come from an address of their own."""
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.database = database
        self.secret = secrets.token_hex(32)
        env = {
            "BETTER_AUTH_URL": self.url,
            "BETTER_AUTH_SECRET": self.secret,
            "DATABASE_URL": database.url,
            "NEXT_PUBLIC_API_URL": api_url,
            "NEXT_TELEMETRY_DISABLED": "1",
            "TRUSTED_PROXIES": trusted_proxies,
        }
        start = ["start", ROOT / "examples/web", "-H", "127.0.0.1", "-p", str(self.port)]
        self.program = Program("front-end", ["node", NEXT, *start], env, folder, status_of_sigterm=128 + SIGTERM)

    def start(self) -> FrontEnd:
        """Returns when Better Auth answers; its tables are there by then."""
        self.program.start()
        self.program.wait_ready(lambda: answers(f"http://127.0.0.1:{self.port}/api/auth/ok"))
        return self

    def stop(self) -> None:
        self.program.stop()


class Bridge:
    """The front end and the API on one database, ready to be used."""

    def __init__(self, folder: Path, database: Database, **settings: object) -> None:
        """Settings are the backend's."""
        self.folder = folder
        self.settings = settings
        self.api_port = free_port()
        self.api_url = f"http://127.0.0.1:{self.api_port}"
        self.front_end = FrontEnd(folder, database, self.api_url)

    def start(self) -> Bridge:
        self.front_end.start()
        self.front_end.database.migrate()
        self.start_api()
        return self

    def start_api(self) -> Backend:
        self.api = Backend(self.folder, self.front_end, self.api_port, **self.settings).start()
        return self.api

    def stop(self) -> None:
        self.api.stop()
        self.front_end.stop()


class SessionBridge(Bridge):
    """The API takes the session's cookie and no token, and the page sends it: to a sibling origin, or to its own."""

    def __init__(self, folder: Path, database: Database, *, one_origin: bool) -> None:
        super().__init__(folder, database, drawbridge_credentials="session")
        # 127.0.0.1 would be another site to a browser: it sends no cookie of localhost there.
        sibling = f"http://localhost:{self.api_port}"
        self.settings["better_auth_secret"] = self.front_end.secret
        self.api_url = f"{self.front_end.url}/backend" if one_origin else sibling
        page_finds = "/backend" if one_origin else sibling
        self.front_end.program.env |= {"NEXT_PUBLIC_API_URL": page_finds, "API_CREDENTIALS": "session"}
        if one_origin:
            self.front_end.program.env["API_URL"] = sibling
