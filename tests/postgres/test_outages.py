"""What happens to the API when its PostgreSQL is restarted, cut off, crowded, read-only or stopped dead."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from creating_load import CreatingLoad, check_unavailable
from database import SERVE_ROLE, PostgresDatabase
from private_postgres import PrivatePostgres
from process import wait_until

OF_THE_API = f"from pg_stat_activity where usename = '{SERVE_ROLE}'"


def postmaster(server: PrivatePostgres) -> int:
    assert server.home is not None
    return int((server.home / "cluster/postmaster.pid").read_text().split()[0])


def children(parent: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(parent)], text=True, capture_output=True, check=True).stdout
    return [*map(int, found.split())]


def cut(server: PrivatePostgres) -> None:
    server.superuser().execute(f"select pg_terminate_backend(pid, 5000) {OF_THE_API}")


def set_connection_limit(server: PrivatePostgres, limit: int) -> None:
    server.superuser().execute(f"alter role {SERVE_ROLE} connection limit {limit}")


# Each outage begins when it is entered and ends when it is left.


@contextmanager
def restart(server: PrivatePostgres, _: PostgresDatabase) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def crash(server: PrivatePostgres, _: PostgresDatabase) -> Iterator[None]:
    """One process of the server is killed: the postmaster ends all others and recovers."""
    ((pid,),) = server.superuser().execute(f"select pid {OF_THE_API} limit 1")
    os.kill(pid, signal.SIGKILL)
    yield


@contextmanager
def cut_connections(server: PrivatePostgres, _: PostgresDatabase) -> Iterator[None]:
    for _ in range(20):
        cut(server)
        time.sleep(0.05)  # the load goes on between
    yield


@contextmanager
def too_many_connections(server: PrivatePostgres, _: PostgresDatabase) -> Iterator[None]:
    set_connection_limit(server, 0)
    cut(server)
    try:
        yield
    finally:
        set_connection_limit(server, -1)


@contextmanager
def read_only(server: PrivatePostgres, database: PostgresDatabase) -> Iterator[None]:
    name = database.url.rsplit("/", 1)[1]
    server.superuser().execute(f"alter database {name} set default_transaction_read_only = on")
    cut(server)
    try:
        yield
    finally:
        server.superuser().execute(f"alter database {name} reset default_transaction_read_only")


@contextmanager
def stopped_dead(server: PrivatePostgres, _: PostgresDatabase) -> Iterator[None]:
    """Every process stands still; the kernel goes on taking connections for them."""
    stopped = [postmaster(server)]
    os.kill(stopped[0], signal.SIGSTOP)  # which makes no more of them from now on
    try:
        for pid in children(stopped[0]):
            os.kill(pid, signal.SIGSTOP)
            stopped.append(pid)
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


Outage = Callable[[PrivatePostgres, PostgresDatabase], object]
OUTAGES: dict[str, tuple[Outage, bool]] = {  # and whether it goes on until it is ended
    "restart": (restart, True),
    "crash": (crash, False),
    "cut-connections": (cut_connections, False),
    "too-many-connections": (too_many_connections, True),
    "read-only": (read_only, True),
    "stopped-dead": (stopped_dead, True),
}


def status_of(backend: Backend, path: str) -> int:
    return backend.call("GET", path).status_code


def wait_ready(backend: Backend) -> None:
    wait_until(lambda: status_of(backend, "/readyz") == 200, 20, "the API is ready")


def statuses_of_many(backend: Backend, person: Person) -> set[int]:
    """Of reads and writes at once, more than the API has connections."""
    path, token = f"/api/v1/{person.uuid}/tasks", person.token()

    def read_and_write(number: int) -> set[int]:
        body = {"title": f"{number}"}
        return {
            backend.call("GET", path, token).status_code,
            backend.call("POST", path, token, json=body).status_code,
        }

    with ThreadPoolExecutor(16) as threads:
        return set().union(*threads.map(read_and_write, range(32)))


def wait_well(backend: Backend, person: Person) -> None:
    """Until every connection is: each looks again half a second after it found nobody."""
    wait_until(lambda: statuses_of_many(backend, person) == {200, 201}, 20, "every connection is well")


@pytest.mark.parametrize("name", OUTAGES)
def test_nothing_answered_is_lost_and_nothing_is_written_twice(
    name: str, server: PrivatePostgres, issuer: BetterAuth, backend: Backend, people: list[Person]
) -> None:
    outage, lasts = OUTAGES[name]
    database = issuer.database
    assert isinstance(database, PostgresDatabase)
    wait_ready(backend)
    with CreatingLoad(backend, people) as load:
        load.wait_for_more(201, 50, 20)
        with outage(server, database):  # type: ignore[attr-defined]
            if lasts:
                load.wait_for_more(503, 10, 30)
        load.wait_for_more(201, 50, 20)
    load.check(database)
    wait_ready(backend)


@pytest.mark.parametrize("name", [name for name, (_, lasts) in OUTAGES.items() if lasts and name != "read-only"])
def test_it_is_not_ready_while_it_lasts(
    name: str, server: PrivatePostgres, issuer: BetterAuth, backend: Backend, people: list[Person]
) -> None:
    outage, _ = OUTAGES[name]
    wait_ready(backend)
    path, token = f"/api/v1/{people[0].uuid}/tasks", people[0].token()
    with outage(server, issuer.database):  # type: ignore[attr-defined, arg-type]
        wait_until(lambda: status_of(backend, "/readyz") == 503, 20, "/readyz says it")
        assert backend.call("GET", "/readyz").json()["database"] == "not_ready"
        check_unavailable(backend.call("GET", path, token))
        check_unavailable(backend.call("POST", path, token, json={"title": "T"}))
        assert status_of(backend, "/healthz") == 200
        assert backend.call("GET", "/api/v1/me", token).status_code == 200, "needs no database"
    wait_well(backend, people[0])


def test_read_only_serves_reads(
    server: PrivatePostgres, issuer: BetterAuth, backend: Backend, people: list[Person]
) -> None:
    wait_well(backend, people[0])
    path, token = f"/api/v1/{people[0].uuid}/tasks", people[0].token()
    assert isinstance(issuer.database, PostgresDatabase)
    with read_only(server, issuer.database):
        for _ in range(5):
            assert backend.call("GET", path, token).status_code == 200
            check_unavailable(backend.call("POST", path, token, json={"title": "T"}))
    wait_until(lambda: backend.call("POST", path, token, json={"title": "T"}).status_code == 201, 20, "it heals")


def test_a_restart_while_nobody_asks_costs_no_request(
    server: PrivatePostgres, backend: Backend, people: list[Person]
) -> None:
    wait_well(backend, people[0])
    for _ in range(3):
        assert statuses_of_many(backend, people[0]) == {200, 201}  # each connection has been used, and is idle
        server.stop()
        server.start()
        assert statuses_of_many(backend, people[0]) == {200, 201}
