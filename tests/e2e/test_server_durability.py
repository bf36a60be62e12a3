"""kill -9 under a writing load: no answered write is lost, none is half done, and the database is sound."""

from __future__ import annotations

import random
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from backend import Backend
from conftest import StartBackend, StartIssuer
from database import KIND
from process import LONG, wait_until
from write_load import WritingClient

SEED = 20261123
KILLS = 50 if LONG else 5  # in each of the two tests
CLIENTS_OF_EACH_USER = 2
FIRST_WRITES = 2  # of each client in each life
LIFE = (0.03, 0.45)  # seconds from those to the kill


def everything_of(backend: Backend, client: WritingClient) -> dict[str, list[Any]]:
    """All tasks and tags of that client's user."""
    found = {}
    for kind in ("tasks", "tags"):
        answer = backend.call("GET", f"/api/v1/{client.user}/{kind}?limit=100", client.token)
        assert answer.status_code == 200, answer.text
        assert answer.json()["pages"] <= 1
        found[kind] = answer.json()["items"]
    return found


def check_all(backend: Backend, clients: list[WritingClient]) -> None:
    for user in {client.user for client in clients}:
        of_user = [client for client in clients if client.user == user]
        found = everything_of(backend, of_user[0])
        for client in of_user:
            client.check_and_adopt(found)
        assert found == {"tasks": [], "tags": []}, "rows that nobody wrote"


def any_ended(writing: list[Future[None]]) -> bool:
    """Which then says why."""
    return any(client.done() for client in writing)


def all_reached(goals: list[int], clients: list[WritingClient]) -> bool:
    return all(client.written >= goal for client, goal in zip(clients, goals, strict=True))


# Better Auth's connection to SQLite's file decides who recovers the write-ahead log: it or the next start.
SITUATIONS = {"beside-better-auth": True} | ({"alone-with-the-file": False} if KIND == "sqlite" else {})


@pytest.mark.parametrize("beside", SITUATIONS.values(), ids=SITUATIONS)
def test_kill_9_under_a_writing_load(
    start_issuer: StartIssuer, start_backend: StartBackend, tmp_path: Path, beside: bool
) -> None:
    issuer = start_issuer()
    snapshot = tmp_path / "keys.json"
    people = [issuer.sign_up(name) for name in ("alice", "bob", "carol")]
    clients = [
        WritingClient(f"{number}.{index}", person.uuid, person.token(), SEED + 10 * number + index)
        for number, person in enumerate(people)
        for index in range(CLIENTS_OF_EACH_USER)
    ]
    backend = start_backend(issuer, drawbridge_keys_snapshot=snapshot, drawbridge_log="warn")
    wait_until(snapshot.exists, 10, "the snapshot is written")
    if not beside:
        issuer.stop()

    moments = random.Random(SEED)
    with ThreadPoolExecutor(len(clients)) as threads:
        for _ in range(KILLS):
            goals = [client.written + FIRST_WRITES for client in clients]
            writing = [threads.submit(client.write_until_it_ends, backend.port) for client in clients]
            wait_until(lambda: any_ended(writing) or all_reached(goals, clients), 20, "all have begun to write")
            time.sleep(moments.uniform(*LIFE))
            backend.program.signal(signal.SIGKILL)
            assert backend.program.wait() == -signal.SIGKILL, "it had ended by itself"
            for done in writing:
                done.result()
            issuer.database.settle_after_a_kill(tmp_path / "copy")
            backend.start()
            check_all(backend, clients)
    # Otherwise this showed nothing.
    assert all(client.written > KILLS for client in clients), [client.written for client in clients]
