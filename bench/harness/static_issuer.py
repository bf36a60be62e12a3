"""An issuer that answers at once: nginx with all that it could be asked, on the core of the load. What is measured is
who asks, and no real Better Auth is as fast."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from issuer import Issuer
from measurement import LOAD_CORE
from process import Program, free_port
from servers import NGINX, answers_200
from signed_in import SignedIn

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 1024; multi_accept on; }}
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
  map_hash_bucket_size 128;
  map $http_cookie $session_token {{
    default "";
    "~(^|; )better-auth\\.session_token=(?<token>[0-9a-f]+)\\." $token;
  }}
  map $session_token $session {{
    default null;
{sessions}
  }}
  map $session_token $jwt {{
    default "";
{jwts}
  }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    default_type application/json;
    location = /api/auth/jwks {{ return 200 '{jwks}'; }}
    location = /api/auth/get-session {{
      add_header set-auth-jwt $jwt;
      return 200 $session;
    }}
  }}
}}
"""


class StaticIssuer:
    """It knows the key of another issuer, and the sessions of these users, each with a token that it has signed."""

    def __init__(self, folder: Path, issuer: Issuer, people: Iterable[SignedIn]) -> None:
        self.folder = folder / "issuer-nginx"
        self.folder.mkdir()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.people = [
            replace(person, jwt=issuer.token(person.uuid, person.number, origin=self.url)) for person in people
        ]
        sessions = (f"    {p.session_token} '{json.dumps(p.record(), ensure_ascii=False)}';" for p in self.people)
        jwts = (f"    {p.session_token} {p.jwt};" for p in self.people)
        text = CONFIGURATION.format(
            folder=self.folder,
            port=self.port,
            sessions="\n".join(sessions),
            jwts="\n".join(jwts),
            jwks=issuer.jwks.decode(),
        )
        file = self.folder / "nginx.conf"
        file.write_text(text, encoding="utf-8")
        command = ["setsid", "taskset", "-c", str(LOAD_CORE), NGINX, "-p", self.folder, "-c", file]
        self.program = Program("issuer-nginx", command, {}, self.folder)

    def __enter__(self) -> StaticIssuer:
        self.program.start()
        try:
            self.program.wait_ready(lambda: answers_200(self.port, "/api/auth/jwks"))
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        self.program.stop()

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        self.stop()
