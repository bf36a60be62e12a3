"""GET /api/v1/me by what a request may carry: a token, a session that was asked about or is read, an API key."""

from __future__ import annotations

import json
from contextlib import ExitStack
from email.message import Message
from pathlib import Path
from typing import Any
from uuid import uuid4

import fastapi_sessions
import wrk
from issuer import Issuer
from measurement import Measurement
from private_postgres import PrivatePostgres
from private_redis import PrivateRedis
from servers import Drawbridge
from signed_in import SECRET, SignedIn, fill_postgres, fill_redis, fill_sqlite

SESSIONS = 200  # in turn, so that no two requests share one look at a session
CONNECTIONS = 16
SECONDS = 2.0
PATH = "/api/v1/me"


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
        runs = run_all(m, targets | {name: (server, cookies) for name, server in reading.items()})
        return {"runs": runs, "fastapi": fastapi_sessions.measure(m, issuer, people, postgres.url, redis.url)}


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
