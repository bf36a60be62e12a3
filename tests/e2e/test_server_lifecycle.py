"""The C++ server as a program: how it starts, what stops it, and what it refuses to start with."""

import signal
import socket
import time
from pathlib import Path

import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from conftest import StartBackend, StartIssuer
from contract import assert_refused
from counting_relay import CountingRelay
from loopback import answers
from process import DRAWBRIDGE, Program, accepts, free_port, wait_until


def read_until_closed(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_sigterm_finishes_what_is_in_flight(issuer: BetterAuth, start_backend: StartBackend, alice: Person) -> None:
    backend: Backend = start_backend(issuer)
    token = alice.token()
    backend.make_task(alice.uuid, token, "before")
    body = b'{"title":"in flight"}'
    head = (
        f"POST /api/v1/{alice.uuid}/tasks HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    idle = socket.create_connection(("127.0.0.1", backend.port), timeout=30)
    with socket.create_connection(("127.0.0.1", backend.port), timeout=30) as connection:
        connection.sendall(head + body[:5])
        # Answers to requests sent later, on connections that are dealt out to all threads in turn, show that the half one
        # has been read.
        assert all(answers(f"{backend.url}/healthz") for _ in range(16))
        backend.program.signal(signal.SIGTERM)
        wait_until(lambda: not accepts(backend.port), 10, "no new connection is taken")
        connection.sendall(body[5:])
        answer = read_until_closed(connection)
    assert answer.startswith(b"HTTP/1.1 201 "), answer
    assert backend.program.wait() == 0
    assert idle.recv(1) == b""
    idle.close()
    titles = issuer.database.execute("select title from tasks where user_id = ? order by created_at", alice.uuid)
    assert titles == [("before",), ("in flight",)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_an_idle_server_ends_at_once(issuer: BetterAuth, start_backend: StartBackend, number: signal.Signals) -> None:
    backend = start_backend(issuer)
    kept_alive = backend.call("GET", "/healthz")
    assert kept_alive.status_code == 200
    began = time.monotonic()
    backend.program.signal(number)
    assert backend.program.wait() == 0
    assert time.monotonic() - began < 5


def test_tasks_outlive_a_restart(issuer: BetterAuth, start_backend: StartBackend, alice: Person) -> None:
    token = alice.token()
    first = start_backend(issuer)
    task = first.make_task(alice.uuid, token, "kept")
    first.stop()
    second = start_backend(issuer)
    assert second.call("GET", f"/api/v1/{alice.uuid}/tasks/{task}", token).json()["title"] == "kept"


def test_a_killed_server_has_kept_what_it_answered(
    issuer: BetterAuth, start_backend: StartBackend, alice: Person
) -> None:
    token = alice.token()
    first = start_backend(issuer)
    made = {first.make_task(alice.uuid, token, f"task {number}") for number in range(20)}
    first.program.signal(signal.SIGKILL)
    first.program.wait()
    listed = start_backend(issuer).call("GET", f"/api/v1/{alice.uuid}/tasks", token).json()
    assert {task["id"] for task in listed["items"]} == made


def test_sighup_fetches_the_keys_now(issuer: BetterAuth, start_backend: StartBackend, alice: Person) -> None:
    with CountingRelay(f"{issuer.url}/api/auth/jwks") as relay:
        backend = start_backend(issuer, better_auth_jwks_url=relay.url)
        token = alice.token()
        assert backend.call("GET", "/api/v1/me", token).status_code == 200
        time.sleep(1.1)  # fetches are at least a second apart
        before = len(relay.fetched_at)
        backend.program.signal(signal.SIGHUP)
        wait_until(lambda: len(relay.fetched_at) > before, 10, "the set is fetched again")
        assert backend.call("GET", "/api/v1/me", token).status_code == 200


def test_a_snapshot_carries_the_keys_over_a_restart(
    start_issuer: StartIssuer, start_backend: StartBackend, tmp_path: Path
) -> None:
    issuer = start_issuer()
    person = issuer.sign_up("alice")
    token = person.token()
    snapshot = tmp_path / "keys.json"
    first = start_backend(issuer, drawbridge_keys_snapshot=snapshot)
    task = first.make_task(person.uuid, token, "before")
    wait_until(snapshot.exists, 10, "the snapshot is written")
    first.stop()
    issuer.stop()
    assert snapshot.stat().st_mode & 0o777 == 0o600

    with_snapshot = start_backend(issuer, drawbridge_keys_snapshot=snapshot)
    assert with_snapshot.call("GET", f"/api/v1/{person.uuid}/tasks/{task}", token).status_code == 200
    without = start_backend(issuer)
    assert_refused(without.call("GET", f"/api/v1/{person.uuid}/tasks/{task}", token), "keys_unavailable")


def test_a_port_in_use_is_one_clear_line(issuer: BetterAuth, backend: Backend, tmp_path: Path) -> None:
    second = Backend(tmp_path, issuer, drawbridge_listen=f"127.0.0.1:{backend.port}")
    second.program.start()
    assert second.program.wait() == 1
    # The keys may have come meanwhile, which the log says: its lines begin with a time.
    (line,) = [line for line in second.program.log().splitlines() if line.startswith("drawbridge: ")]
    assert f"127.0.0.1:{backend.port}" in line and "in use" in line
    assert backend.call("GET", "/healthz").status_code == 200


SETTING_FAULTS = {
    "no-url": ({}, "BETTER_AUTH_URL"),
    "empty-url": ({"BETTER_AUTH_URL": ""}, "BETTER_AUTH_URL"),
    "url-with-user": ({"BETTER_AUTH_URL": "http://a:b@localhost:3000"}, "BETTER_AUTH_URL"),
    "plain-http-to-another-host": ({"BETTER_AUTH_URL": "http://auth.example.com"}, "DRAWBRIDGE_ALLOW_HTTP_HOSTS"),
    "unknown-algorithm": ({"DRAWBRIDGE_ALGORITHMS": "EdDSA,HS256"}, "DRAWBRIDGE_ALGORITHMS"),
    "skew-too-large": ({"DRAWBRIDGE_CLOCK_SKEW": "301"}, "DRAWBRIDGE_CLOCK_SKEW"),
    "sub-as-user": ({"DRAWBRIDGE_USER_CLAIM": "sub"}, "DRAWBRIDGE_USER_CLAIM"),
    "any-origin": ({"DRAWBRIDGE_ALLOWED_ORIGINS": "*"}, "DRAWBRIDGE_ALLOWED_ORIGINS"),
    "database-of-another-kind": ({"DATABASE_URL": "mysql://localhost/app"}, "DATABASE_URL"),
    "listen-without-port": ({"DRAWBRIDGE_LISTEN": "127.0.0.1"}, "DRAWBRIDGE_LISTEN"),
}


@pytest.mark.parametrize("name", SETTING_FAULTS)
def test_a_setting_that_cannot_work_is_one_clear_line(tmp_path: Path, name: str) -> None:
    env, culprit = SETTING_FAULTS[name]
    usual = {} if name == "no-url" else {"BETTER_AUTH_URL": "http://localhost:3000"}
    listen = {"DRAWBRIDGE_LISTEN": f"127.0.0.1:{free_port()}", "DATABASE_URL": "sqlite:app.db"}
    program = Program("faulty", [DRAWBRIDGE, "serve"], listen | usual | env, tmp_path)
    program.start()
    assert program.wait() == 2
    (line,) = program.log().splitlines()
    assert line.startswith("drawbridge: ") and culprit in line
    assert not (tmp_path / "app.db").exists()


def test_settings_that_do_nothing_are_one_line_of_the_log(issuer: BetterAuth, start_backend: StartBackend) -> None:
    backend = start_backend(issuer, drawbridge_sessions="redis", drawbridge_redis_url="redis://u:a-secret@cache")
    backend.stop()
    (line,) = [line for line in backend.program.log().splitlines() if "these have no effect" in line]
    for name in ("DRAWBRIDGE_SESSIONS", "DRAWBRIDGE_REDIS_URL"):
        assert f"{name}, because DRAWBRIDGE_CREDENTIALS does not include session" in line
    assert "a-secret" not in backend.program.log()


def test_the_log_holds_no_secret(issuer: BetterAuth, start_backend: StartBackend, alice: Person) -> None:
    backend = start_backend(issuer, drawbridge_log="debug")
    token = alice.token()
    task = backend.make_task(alice.uuid, token, "a title of my own")
    backend.call("GET", f"/api/v1/{alice.uuid}/tasks/{task}?query=of-my-own", token)
    backend.call("GET", f"/api/v1/me?access_token={token}")
    backend.call("GET", "/api/v1/me", token + "A")
    backend.call("GET", "/api/v1/me", alice.session_token)
    backend.call("POST", f"/api/v1/{alice.uuid}/tasks", token, json={"title": "x" * 256, "of-my-own": 1})
    backend.call("GET", "/of-my-own")
    backend.stop()
    log = backend.program.log()
    assert log.count("/api/v1/{user_id}/tasks") == 3, log
    for secret in (*token.split("."), alice.session_token, "of my own", "of-my-own", task):
        assert secret not in log, secret
