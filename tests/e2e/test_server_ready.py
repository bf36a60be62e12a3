"""`drawbridge ready`, as the health check of a container asks it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from backend import Backend
from better_auth import BetterAuth
from conftest import StartBackend
from process import DRAWBRIDGE, free_port


def ready(*arguments: str, **env: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [DRAWBRIDGE, "ready", *arguments], env=env, capture_output=True, text=True, timeout=30, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "by",
    [lambda port: ([f"127.0.0.1:{port}"], {}), lambda port: ([], {"DRAWBRIDGE_LISTEN": f"0.0.0.0:{port}"})],
    ids=["its address", "the setting of a server on every address"],
)
def test_a_server_that_is_ready(backend: Backend, by: Callable[[int], tuple[list[str], dict[str, str]]]) -> None:
    arguments, env = by(backend.port)
    status, said, complaint = ready(*arguments, **env)
    assert (status, json.loads(said)["status"], complaint) == (0, "ready", "")


def test_a_server_without_keys(issuer: BetterAuth, start_backend: StartBackend) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/jwks"
    backend = start_backend(issuer, BETTER_AUTH_JWKS_URL=nowhere)
    status, said, _ = ready(f"127.0.0.1:{backend.port}")
    assert (status, json.loads(said)["status"]) == (1, "not_ready")


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        pytest.param("127.0.0.1:{free}", 3, "http://127.0.0.1:{free}/readyz did not answer", id="nobody listens"),
        pytest.param("127.0.0.1", 2, "127.0.0.1 is not a host and a port", id="no port"),
        pytest.param("127.0.0.1:0", 2, "127.0.0.1:0 is not a host and a port", id="port 0"),
        pytest.param("http://127.0.0.1:8000", 2, "http://127.0.0.1:8000 is not a host and a port", id="a URL"),
    ],
)
def test_no_answer(address: str, status: int, said: str) -> None:
    free = str(free_port())
    got, out, complaint = ready(address.replace("{free}", free))
    assert (got, out, complaint.count("\n")) == (status, "", 1)
    assert said.replace("{free}", free) in complaint
