"""README's C++ example, built by strangers against the installed package, protects its route.

`./dev test package` installs to build/package/prefix first.
"""

from __future__ import annotations

import functools
import http.client
import http.server
import json
import os
import random
import re
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = Path(__file__).resolve().parent
WORK = ROOT / "build" / "package"
PREFIX = WORK / "prefix"
VECTOR = json.loads((ROOT / "tests" / "vectors" / "EdDSA.json").read_text(encoding="utf-8"))


def run(*command: str | Path, **kwargs) -> str:
    done = subprocess.run([str(part) for part in command], text=True, capture_output=True, **kwargs)
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def pkg_config(*arguments: str) -> list[str]:
    folder = next(PREFIX.glob("lib/**/pkgconfig"))
    environment = os.environ | {"PKG_CONFIG_PATH": str(folder)}
    return run("pkg-config", *arguments, env=environment).split()


def build_with_cmake() -> Path:
    folder = WORK / "cmake"
    run("cmake", "-G", "Ninja", "-S", OUTSIDE, "-B", folder, "--fresh", f"-DCMAKE_PREFIX_PATH={PREFIX}")
    run("cmake", "--build", folder)
    return folder / "notes"


def build_with_pkg_config() -> Path:
    program = WORK / "notes-pkg-config"
    flags = pkg_config("--cflags", "--libs", "drawbridge", "cpp-httplib")
    run(os.environ.get("CXX", "g++"), "-std=c++23", OUTSIDE / "main.cpp", "-o", program, *flags)
    return program


BUILDS = {"cmake": build_with_cmake, "pkg-config": build_with_pkg_config}


@functools.cache
def built(way: str) -> Path:
    return BUILDS[way]()


class KeySetHandler(http.server.BaseHTTPRequestHandler):
    """Better Auth's /api/auth/jwks, as Better Auth answers it."""

    def do_GET(self):
        body = json.dumps(VECTOR["jwks"]).encode()
        self.send_response(200 if self.path == "/api/auth/jwks" else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Silent."""


@pytest.fixture(scope="module")
def jwks_url():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), KeySetHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api/auth/jwks"
        server.shutdown()


def free_port() -> int:
    """Of those that no outgoing connection takes: one that is to show whether somebody listens could reach itself."""
    while True:
        port = random.choice(range(20_000, 32_000))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@pytest.fixture(scope="module", params=BUILDS)
def notes(request, jwks_url):
    """The example, running; a function that asks it for /notes."""
    port = free_port()
    process = subprocess.Popen([built(request.param), VECTOR["iss"], jwks_url, str(port)])

    def ask(authorization: str | None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/notes", headers={"Authorization": authorization} if authorization else {})
        answer = connection.getresponse()
        return answer.status, answer.getheader("WWW-Authenticate"), answer.read().decode()

    try:
        wait_until_listening(process, port)
        yield ask
    finally:
        process.terminate()
        process.wait(10)


def wait_until_listening(process: subprocess.Popen, port: int) -> None:
    for _ in range(200):
        assert process.poll() is None, "the example ended early"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the example does not listen")


def tampered(token: str) -> str:
    """The same header and signature over the claims of someone else."""
    header, payload, signature = token.split(".")
    return ".".join([header, ("A" if payload[20] != "A" else "B").join([payload[:20], payload[21:]]), signature])


def test_good_token(notes):
    assert notes(f"Bearer {VECTOR['token']}") == (200, None, f"Notes of {VECTOR['payload']['sub']}\n")


@pytest.mark.parametrize(
    "authorization, code, challenge",
    [
        (None, "token_missing", 'Bearer realm="drawbridge"'),
        (
            f"Bearer {tampered(VECTOR['token'])}",
            "signature_invalid",
            'Bearer realm="drawbridge", error="invalid_token", error_description="signature_invalid"',
        ),
    ],
    ids=["without", "tampered"],
)
def test_refused(notes, authorization, code, challenge):
    status, www_authenticate, body = notes(authorization)
    assert (status, www_authenticate, json.loads(body)["code"]) == (401, challenge, code)


def test_readme_shows_the_very_same_text():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"```cpp\n(.*?)```", readme, re.DOTALL)[1] == (OUTSIDE / "main.cpp").read_text(encoding="utf-8")


def test_the_package_can_be_moved():
    """Nothing in what is installed names the folder it was built or installed in."""
    text_files = [*PREFIX.glob("lib/**/*.cmake"), *PREFIX.glob("lib/**/*.pc"), *PREFIX.glob("include/**/*.h")]
    assert len(text_files) >= 4
    assert [path.name for path in text_files if str(ROOT) in path.read_text(encoding="utf-8")] == []


def test_the_program_is_installed():
    usage = run(PREFIX / "bin" / "drawbridge", "--help")
    assert all(command in usage for command in ("serve", "jwks", "token", "migrate"))
