"""Servers with a route like our GET /api/v1/me: each verifies the token and answers with JSON of its claims; some also
with a page of the user's tasks. Each on one core with all its threads, without a log."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import http_by_hand
from issuer import Issuer
from measurement import BrokenMeasurement, Measurement
from process import Program, accepts, free_port
from servers import PINNED, Drawbridge, Started
from sqlite_database import OWNER
from uvicorn_app import UvicornApp
from verifiers import NODE, PEERS, settings

PATH = "/api/v1/me"
PATH_OF_PAGE = f"/api/v1/{OWNER}/tasks"
PATH_OF_ANOTHER = "/api/v1/8a2f3f2e-6f0e-4d4b-9a54-0c1c8d0a3b11/tasks"
# By where the tasks are; the first is ours.
SERVE_PAGES = {
    "page": ("drawbridge", "axum_rust_crypto", "axum_aws_lc", "go"),
    "page_postgres": ("drawbridge_postgres", "axum_postgres"),
}


class Server(Protocol):
    port: int

    @property
    def pids(self) -> list[int]: ...

    @property
    def url(self) -> str: ...


class PeerServer(Started):
    """A program of build/peers, asked to `serve`."""

    def __init__(self, folder: Path, issuer: Issuer, database: Path | str, command: Sequence[str], **env: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        env = {name.upper(): value for name, value in env.items()}
        env |= settings(issuer) | {"PORT": str(self.port), "DATABASE": str(database)}
        self.program = Program(
            Path(command[0]).name, [*PINNED, *command, "serve"], env, folder, status_of_sigterm=-signal.SIGTERM
        )

    @property
    def pids(self) -> list[int]:
        assert self.program.child is not None
        return [self.program.child.pid]

    def is_ready(self) -> bool:
        return accepts(self.port)


Maker = Callable[[Path, Issuer, Path | str], Drawbridge | PeerServer | UvicornApp]


def ours(tables: str) -> Maker:
    return lambda folder, issuer, database: Drawbridge(folder, issuer.url, database, drawbridge_eddsa_tables=tables)


def peer(*command: str, **env: str) -> Maker:
    return lambda folder, issuer, database: PeerServer(folder, issuer, database, command, **env)


def fastapi(module: str, **env: str) -> Maker:
    return lambda folder, issuer, _: UvicornApp(folder, module, issuer.url, **env)


# Each round asks them in this order.
SERVERS = {
    "drawbridge": ours("off"),
    "drawbridge_tables": ours("on"),
    "axum_rust_crypto": peer(str(PEERS / "jsonwebtoken-rust_crypto")),
    "axum_aws_lc": peer(str(PEERS / "jsonwebtoken-aws_lc_rs")),
    "go": peer(str(PEERS / "golang-jwt"), gogc="400", gomaxprocs="1"),
    # To remember helps with tokens that come again, and costs with those that do not.
    "fastify_remembers": peer(*NODE, "fast-jwt", remembers="1"),
    "fastify": peer(*NODE, "fast-jwt"),
    "fastapi_drawbridge": fastapi("app_me_drawbridge", drawbridge_eddsa_tables="off"),
    "fastapi_drawbridge_tables": fastapi("app_me_drawbridge", drawbridge_eddsa_tables="on"),
    "fastapi_bridge": fastapi("app_me_bridge"),
    "fastapi_pyjwt": fastapi("app_me_pyjwt"),
    "drawbridge_postgres": ours("off"),
    "axum_postgres": peer(str(PEERS / "jsonwebtoken-aws_lc_rs")),
}
ON_POSTGRES = SERVE_PAGES["page_postgres"]


def start_servers(m: Measurement, stack: ExitStack, issuer: Issuer, file: Path, postgres: str) -> dict[str, Server]:
    """On the file of SQLite, or the database at that URL. `stack` stops them."""
    servers: dict[str, Server] = {}
    for name, make in SERVERS.items():
        folder = m.scratch / name
        folder.mkdir()
        servers[name] = stack.enter_context(make(folder, issuer, postgres if name in ON_POSTGRES else file))
    return servers


def paths(name: str) -> tuple[str, ...]:
    """What it serves."""
    return (PATH, PATH_OF_PAGE) if any(name in names for names in SERVE_PAGES.values()) else (PATH,)


def judged(server: Server, path: str, tokens: Sequence[str]) -> list[bool]:
    """Whether each is answered with 200, and so accepted."""
    return [http_by_hand.get(server.port, path, token).status == 200 for token in tokens]


def expect_same_pages(servers: dict[str, Server], token: str) -> None:
    """Who reads less would be fast for no merit; who shows another's tasks, too."""
    for names in SERVE_PAGES.values():
        pages = {}
        for name in names:
            answer = http_by_hand.get(servers[name].port, PATH_OF_PAGE, token)
            pages[name] = json.loads(answer.body) if answer.status == 200 else answer.status
            if pages[name] != pages[names[0]]:
                raise BrokenMeasurement(
                    f"{name} answers with another page of tasks than {names[0]}: {answer.body[:300]!r}"
                )
            if (status := http_by_hand.get(servers[name].port, PATH_OF_ANOTHER, token).status) != 403:
                raise BrokenMeasurement(f"{name} answers with {status} where another user's tasks are")
