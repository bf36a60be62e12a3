"""The servers under load, each on one core: ours, and nginx with a fixed answer."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import http_by_hand
from measurement import SERVER_CORE, BrokenMeasurement
from process import ROOT, Program, free_port

DRAWBRIDGE = Path(os.environ.get("DRAWBRIDGE_BIN", ROOT / "build/release/bin/drawbridge")).resolve()
NGINX = "/usr/sbin/nginx"  # not in every user's PATH
# In a session of its own, so that Ctrl-C reaches the harness alone, which then stops it.
PINNED = ["setsid", "taskset", "-c", str(SERVER_CORE)]


def answers_200(port: int, path: str) -> bool:
    try:
        return http_by_hand.get(port, path).status == 200
    except OSError:
        return False


class Started:
    """A program that runs inside `with`, from when it is ready."""

    program: Program

    def is_ready(self) -> bool:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.program.start()
        try:
            self.program.wait_ready(self.is_ready)
        except BaseException:
            self.program.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        self.program.stop()


class Drawbridge(Started):
    """The program as it is shipped, with one thread for HTTP, without a log."""

    def __init__(
        self, folder: Path, issuer_url: str, database: Path | str, pinned: bool = True, **settings: str
    ) -> None:
        """The database is a file of SQLite, or a URL. Settings are environment variables in lower case."""
        self.port = free_port()
        env = {
            "BETTER_AUTH_URL": issuer_url,
            "DATABASE_URL": f"sqlite://{database}" if isinstance(database, Path) else database,
            "DRAWBRIDGE_LISTEN": f"127.0.0.1:{self.port}",
            "DRAWBRIDGE_LOG": "off",
            "DRAWBRIDGE_THREADS": "1",
        } | {name.upper(): value for name, value in settings.items()}
        command = [*(PINNED if pinned else []), DRAWBRIDGE, "serve"]
        self.program = Program("drawbridge", command, env, folder)

    @property
    def pids(self) -> list[int]:
        assert self.program.child is not None
        return [self.program.child.pid]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_ready(self) -> bool:
        return answers_200(self.port, "/readyz")

    def expect_200(self, path: str, token: str | None = None) -> http_by_hand.Answer:
        answer = http_by_hand.get(self.port, path, token)
        if answer.status != 200:
            raise BrokenMeasurement(f"GET {path} is answered with {answer.status}: {answer.body[:300]!r}")
        return answer


NGINX_CONFIGURATION = """
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 8192; multi_accept on; }}
http {{
  access_log off;
  server_tokens off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    default_type application/json;
    add_header X-Request-Id {padding};
    add_header Cache-Control no-store;
    add_header Vary Origin;
    location = /fixed {{ return 200 '{body}'; }}
  }}
}}
"""


class Nginx:
    """One worker that gives an answer of the size of `like`, to the byte, from memory."""

    def __init__(self, folder: Path, like: http_by_hand.Answer) -> None:
        self.folder = folder / "nginx"
        self.folder.mkdir()
        self.port = free_port()
        self.like = like
        command = [*PINNED, NGINX, "-p", self.folder, "-c", self.folder / "nginx.conf"]
        self.program = Program("nginx", command, {}, self.folder)

    @property
    def pids(self) -> list[int]:
        """Of the worker; the master does nothing."""
        assert self.program.child is not None
        master = self.program.child.pid
        return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Nginx:
        # Once to see how long the answer is with a header of one byte, then with what lacks.
        self._start("x")
        lacking = len(self.like.head) - len(self.answer().head)
        self.program.stop()
        self._start("x" * (1 + lacking))
        answer = self.answer()
        if (len(answer.head), answer.body) != (len(self.like.head), self.like.body):
            self.program.stop()
            raise BrokenMeasurement(f"nginx answers with {len(answer.head)} bytes of headers: {answer.head!r}")
        return self

    def answer(self) -> http_by_hand.Answer:
        return http_by_hand.get(self.port, "/fixed")

    def _start(self, padding: str) -> None:
        text = NGINX_CONFIGURATION.format(
            folder=self.folder, port=self.port, padding=padding, body=self.like.body.decode()
        )
        (self.folder / "nginx.conf").write_text(text)
        self.program.start()
        try:
            self.program.wait_ready(lambda: answers_200(self.port, "/fixed"))
        except BaseException:
            self.program.stop()
            raise

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        self.program.stop()
