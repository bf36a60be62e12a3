"""examples/grpc, built against the Debian packages in dist/, protects its method."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dist import ROOT, run
from test_debs import unpacked  # noqa: F401, a fixture

sys.path.insert(0, str(ROOT / "tests/package"))

from package_test import (  # noqa: E402
    SUBJECT,
    TAMPERED,
    TOKEN,
    VECTOR,
    better_auth,  # noqa: F401, a fixture
    free_port,
    wait_until_listening,
)


@pytest.fixture(scope="module")
def method(unpacked: Path, better_auth: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: F811
    build = tmp_path_factory.mktemp("grpc")
    run(["cmake", "-G", "Ninja", "-S", ROOT / "examples/grpc", "-B", build, f"-DCMAKE_PREFIX_PATH={unpacked}/usr"])
    run(["cmake", "--build", build])
    port = free_port()
    libraries = next((unpacked / "usr/lib").rglob("libdrawbridge.so")).parent
    server = subprocess.Popen(
        [build / "notes", VECTOR["iss"], better_auth, str(port)], env={"LD_LIBRARY_PATH": str(libraries)}
    )
    try:
        wait_until_listening(server, port)
        yield f"http://127.0.0.1:{port}/notes.Notes/List"
    finally:
        server.terminate()
        server.wait(10)


def call(method: str, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """The message, and headers and trailers; by curl, with an empty message in gRPC's frame of five bytes."""
    given = {"content-type": "application/grpc", "te": "trailers", **headers}
    command = ["curl", "--silent", "--http2-prior-knowledge", "--max-time", "10", "--dump-header", "/dev/stderr"]
    command += [word for name, value in given.items() for word in ("--header", f"{name}: {value}")]
    done = subprocess.run([*command, "--data-binary", "@-", method], input=bytes(5), capture_output=True, check=True)
    lines = (line.partition(":") for line in done.stderr.decode().splitlines() if ":" in line)
    return done.stdout, {name: value.strip() for name, _, value in lines}


@pytest.mark.parametrize("headers", [TOKEN, {"x-api-key": "a-good-key"}], ids=["token", "key"])
def test_good(method: str, headers: dict[str, str]) -> None:
    message, answered = call(method, headers)
    assert (answered["grpc-status"], message[7:].decode()) == ("0", f"Notes of {SUBJECT}\n")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, "16", "token_missing"),
        (TAMPERED, "16", "signature_invalid"),
        (TAMPERED | {"x-api-key": "a-good-key"}, "16", "signature_invalid"),
        ({"x-api-key": "another-key"}, "16", "api_key_unknown"),
    ],
    ids=["nothing", "tampered", "tampered beside a good key", "unknown key"],
)
def test_refused(method: str, headers: dict[str, str], status: str, code: str) -> None:
    message, answered = call(method, headers)
    details = answered["grpc-status-details-bin"]
    problem = json.loads(base64.b64decode(details + "=" * (-len(details) % 4)))
    assert (message, answered["grpc-status"], problem["code"]) == (b"", status, code)
