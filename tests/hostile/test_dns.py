"""A name server that never answers: whoever waits for a key is told in time, and what is to end ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from black_hole import RESOLVER_SECONDS, command_inside, inside
from process import DRAWBRIDGE, PASSED_ON, Program, accepts, free_port, wait_until
from raw_http import RawConnection, head
from token_forgery import encoded, json_segment

ORIGIN = "https://auth.example.com"
WAIT = 2  # seconds that a token waits for its key
LATE = 10  # a busy machine's, and far from the resolver's


def unproven_token(kid: str) -> str:
    """Good in all that can be checked without its key."""
    claims = {
        "iss": ORIGIN,
        "aud": ORIGIN,
        "sub": "alice",
        "uuid": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "iat": int(time.time()),
        "exp": int(time.time()) + 900,
    }
    header = json_segment({"alg": "EdDSA", "kid": kid})
    return f"{header}.{json_segment(claims)}.{encoded(bytes(64))}"


class Server:
    """`drawbridge serve` where no name can be resolved."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        env = {
            "BETTER_AUTH_URL": ORIGIN,
            "DATABASE_URL": f"sqlite:///{folder}/app.db",
            "DRAWBRIDGE_LISTEN": f"127.0.0.1:{self.port}",
        }
        self.program = Program("serve-without-dns", command_inside(DRAWBRIDGE, "serve"), env, folder)

    @property
    def pid(self) -> int:
        assert self.program.child is not None
        return self.program.child.pid

    def is_up(self) -> bool:
        try:
            return inside(self.pid, lambda: accepts(self.port))
        except OSError:
            return False  # it has no network yet

    def connection(self) -> RawConnection:
        return inside(self.pid, lambda: RawConnection(self.port))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.program.start()
    try:
        server.program.wait_ready(server.is_up)
        yield server
    finally:
        if server.program.child is not None and server.program.child.poll() is None:
            server.program.child.kill()
            server.program.child.wait()


def asked_for(kid: str) -> bytes:
    return head("GET", "/api/v1/me", unproven_token(kid))


def test_whoever_waits_for_a_key_is_told_in_two_seconds(server: Server) -> None:
    began = time.monotonic()
    with server.connection() as first, server.connection() as second:
        first.send(asked_for("one"))
        second.send(asked_for("two"))
        for connection in (first, second):
            assert connection.receive().refusal() == (503, "keys_unavailable")
        took = time.monotonic() - began
    assert WAIT * 0.9 < took < LATE, took
    # The fetch has come to its own end, and the next token is told why without waiting for another.
    wait_until(lambda: "DNS did not resolve" in server.program.log(), 15, "the fetch ends")
    began = time.monotonic()
    with server.connection() as third:
        third.send(asked_for("three"))
        answer = third.receive()
    assert answer.refusal() == (503, "keys_unavailable")
    assert int(answer.fields["retry-after"]) >= 1
    assert time.monotonic() - began < LATE


def test_sigterm_ends_it_while_the_resolver_is_silent(server: Server) -> None:
    with server.connection() as waiting:
        waiting.send(asked_for("one"))
        time.sleep(WAIT / 2)  # it has been read, and waits
        began = time.monotonic()
        server.program.signal(signal.SIGTERM)
        assert waiting.receive().refusal() == (503, "keys_unavailable")
        assert server.program.wait(RESOLVER_SECONDS) == 0
        assert time.monotonic() - began < LATE + 1


COMMANDS = {
    "jwks": (["jwks", f"{ORIGIN}/api/auth/jwks"], 3),
    "token verify": (["token", "verify"], 3),
    "doctor": (["doctor", "--json"], 1),
}


def test_a_command_ends_with_its_own_time_limit(tmp_path: Path) -> None:
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    env |= {"BETTER_AUTH_URL": ORIGIN}

    def run(command: list[str]) -> tuple[subprocess.CompletedProcess[str], float]:
        began = time.monotonic()
        done = subprocess.run(
            command_inside(DRAWBRIDGE, *command),
            input=unproven_token("one"),
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=2 * RESOLVER_SECONDS,
        )
        return done, time.monotonic() - began

    with ThreadPoolExecutor() as at_once:
        runs = {name: at_once.submit(run, command) for name, (command, _) in COMMANDS.items()}
    for name, (_, status) in COMMANDS.items():
        done, took = runs[name].result()
        assert done.returncode == status, done
        assert "DNS did not resolve" in done.stdout + done.stderr, done
        assert took < RESOLVER_SECONDS / 2, (name, took)
    json.loads(runs["doctor"].result()[0].stdout)


# Each step's seconds, while the verifier's fetch stands in the resolver.
OF_THE_PACKAGE = """
import asyncio, json, os, sys, time
from drawbridge import AuthError, Verifier

token, took = sys.argv[1], {}

def timed(name, call):
    began = time.monotonic()
    call()
    took[name] = time.monotonic() - began

def refused(call):
    try:
        call()
    except AuthError as error:
        assert error.code == "keys_unavailable", error.code
    else:
        raise AssertionError("it was not refused")

verifier = Verifier()
timed("verify", lambda: refused(lambda: verifier.verify(token)))
child = []
timed("fork", lambda: child.append(os.fork()))
if child[0] == 0:
    timed("verify in the child", lambda: refused(lambda: verifier.verify(token)))
    timed("close in the child", verifier.close)
    print(json.dumps(took), flush=True)
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child[0], 0)[1]) == 0
timed("verify_async", lambda: refused(lambda: asyncio.run(verifier.verify_async(token))))
timed("close", verifier.close)
print(json.dumps(took), flush=True)
last = Verifier()  # its fetch is under way when the interpreter ends
time.sleep(0.2)
"""


def test_the_python_package_waits_for_no_resolver(tmp_path: Path) -> None:
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    env |= {"BETTER_AUTH_URL": ORIGIN}
    began = time.monotonic()
    done = subprocess.run(
        command_inside(sys.executable, "-c", OF_THE_PACKAGE, unproven_token("one")),
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=4 * RESOLVER_SECONDS,
    )
    took = time.monotonic() - began
    assert done.returncode == 0, done
    for line in done.stdout.splitlines():
        for step, seconds in json.loads(line).items():
            assert seconds < LATE, (step, seconds, done)
            if "verify" in step:
                assert seconds > WAIT * 0.9, (step, seconds)
    assert len(done.stdout.splitlines()) == 2, done
    assert took < RESOLVER_SECONDS / 2, took
