"""The C++ example of its page, and that of examples/beast, built by strangers against the installed package, protect their route.

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


@pytest.mark.parametrize(
    ("libraries", "headers"),
    [
        pytest.param("lib", "include", id="under the prefix"),
        pytest.param("/elsewhere/lib", "include", id="the libraries by a whole path"),
        pytest.param("/somewhere/lib", "/elsewhere/include", id="both"),
    ],
)
def test_pkg_config_names_the_folders_that_cmake_was_given(tmp_path: Path, libraries: str, headers: str) -> None:
    given = {"INSTALL_PREFIX": "/prefix", "INSTALL_LIBDIR": libraries, "INSTALL_INCLUDEDIR": headers}
    options = [f"-DCMAKE_{name}={value}" for name, value in given.items()]
    run("cmake", "-G", "Ninja", "-S", ROOT, "-B", tmp_path, "-DDRAWBRIDGE_PROGRAM=OFF", *options)
    place = f"--define-variable=pcfiledir={Path('/prefix') / libraries}/pkgconfig"
    shown = run("pkg-config", place, "--cflags-only-I", "--libs-only-L", tmp_path / "drawbridge.pc").split()
    named = {flag[:2] + os.path.normpath(flag[2:]) for flag in shown}
    assert {f"-I{Path('/prefix') / headers}", f"-L{Path('/prefix') / libraries}"} <= named


def build_with_cmake(project: Path = OUTSIDE) -> Path:
    folder = WORK / project.name
    run("cmake", "-G", "Ninja", "-S", project, "-B", folder, "--fresh", f"-DCMAKE_PREFIX_PATH={PREFIX}")
    run("cmake", "--build", folder)
    return folder / "notes"


def build_with_beast() -> Path:
    return build_with_cmake(ROOT / "examples" / "beast")


def build_with_pkg_config() -> Path:
    program = WORK / "notes-pkg-config"
    flags = pkg_config("--cflags", "--libs", "drawbridge", "cpp-httplib")
    run(
        os.environ.get("CXX", "g++"),
        "-std=c++23",
        OUTSIDE / "main.cpp",
        "-o",
        program,
        *flags,
    )
    return program


BUILDS = {"cmake": build_with_cmake, "pkg-config": build_with_pkg_config, "beast": build_with_beast}


@functools.cache
def built(way: str) -> Path:
    return BUILDS[way]()


SESSION = "AbCdEfGhIjKlMnOpQrStUvWxYz012345"
COOKIE = f"better-auth.session_token={SESSION}.r37iEVazb3BSrGKwXTO7tA%2B8B7IBdf43aXY9YawKKqc%3D"
SUBJECT = VECTOR["payload"]["sub"]
SHOWN_SESSION = {
    "session": {"id": VECTOR["payload"]["sid"], "token": SESSION, "userId": SUBJECT},
    "user": {"id": SUBJECT},
}


class BetterAuthHandler(http.server.BaseHTTPRequestHandler):
    """What Better Auth answers about its keys, one session and one API key."""

    def do_GET(self):
        headers, answer = {}, None
        if self.path == "/api/auth/jwks":
            answer = VECTOR["jwks"]
        elif self.path.startswith("/api/auth/get-session?") and f"={SESSION}." in self.headers["Cookie"]:
            headers, answer = {"set-auth-jwt": VECTOR["token"]}, SHOWN_SESSION
        elif self.path.startswith("/api/auth/token?") and self.headers["x-api-key"] == "a-good-key":
            answer = {"token": VECTOR["token"]}
        elif self.path.startswith("/api/auth/token?"):
            answer = {"code": "INVALID_API_KEY"}
        body = json.dumps(answer).encode()
        self.send_response(401 if answer and "code" in answer else 200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Silent."""


@pytest.fixture(scope="module")
def better_auth():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), BetterAuthHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
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
def notes(request, better_auth):
    """The example, running; a function that asks it for /notes."""
    port = free_port()
    process = subprocess.Popen([built(request.param), VECTOR["iss"], better_auth, str(port)])

    def ask(headers: dict[str, str], method: str = "GET"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, "/notes", headers=headers)
        answer = connection.getresponse()
        return (
            answer.status,
            answer.getheader("WWW-Authenticate"),
            answer.read().decode(),
        )

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
    return ".".join(
        [
            header,
            ("A" if payload[20] != "A" else "B").join([payload[:20], payload[21:]]),
            signature,
        ]
    )


TOKEN = {"Authorization": f"Bearer {VECTOR['token']}"}
TAMPERED = {"Authorization": f"Bearer {tampered(VECTOR['token'])}"}


@pytest.mark.parametrize(
    ("headers", "method"),
    [
        (TOKEN, "GET"),
        (TOKEN, "POST"),
        ({"x-api-key": "a-good-key"}, "POST"),
        ({"Cookie": COOKIE}, "GET"),
        ({"Cookie": COOKIE, "Origin": VECTOR["iss"]}, "POST"),
        ({"Cookie": COOKIE, "Sec-Fetch-Site": "same-origin"}, "POST"),
    ],
    ids=[
        "token",
        "token that writes",
        "key",
        "cookie",
        "cookie of an allowed page",
        "cookie of its own page",
    ],
)
def test_good(notes, headers, method):
    assert notes(headers, method) == (200, None, f"Notes of {SUBJECT}\n")


MISSING = 'Bearer realm="drawbridge"'


@pytest.mark.parametrize(
    ("headers", "method", "status", "code", "challenge"),
    [
        ({}, "GET", 401, "token_missing", MISSING),
        (
            TAMPERED,
            "GET",
            401,
            "signature_invalid",
            f'{MISSING}, error="invalid_token", error_description="signature_invalid"',
        ),
        (
            TAMPERED | {"Cookie": COOKIE},
            "GET",
            401,
            "signature_invalid",
            f'{MISSING}, error="invalid_token", error_description="signature_invalid"',
        ),
        (
            {"Cookie": COOKIE.replace("AbC", "AbD")},
            "GET",
            401,
            "session_unknown",
            MISSING,
        ),
        (
            {"Cookie": f"{COOKIE}; {COOKIE}"},
            "GET",
            401,
            "credential_malformed",
            MISSING,
        ),
        ({"x-api-key": "another-key"}, "GET", 401, "api_key_unknown", MISSING),
        ({"Cookie": COOKIE}, "POST", 403, "origin_not_allowed", None),
        (
            {"Cookie": COOKIE, "Origin": "https://evil.example"},
            "POST",
            403,
            "origin_not_allowed",
            None,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isidentifier() else "",
)
def test_refused(notes, headers, method, status, code, challenge):
    got, www_authenticate, body = notes(headers, method)
    assert (got, www_authenticate, json.loads(body)["code"]) == (
        status,
        challenge,
        code,
    )


def cpp_of(document: str) -> str:
    found = re.search(r"```cpp\n(.*?)```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL)
    return found[1]


def test_its_page_shows_the_very_same_text():
    assert cpp_of("docs/cpp.md") == (OUTSIDE / "main.cpp").read_text(encoding="utf-8")


def test_readme_shows_lines_of_it_in_their_order():
    lines = [line.split("  //")[0].strip() for line in (OUTSIDE / "main.cpp").read_text(encoding="utf-8").splitlines()]
    shown = [line.strip() for line in cpp_of("README.md").splitlines() if line and not line.startswith("//")]
    assert len(shown) > 10
    remaining = iter(lines)
    assert [line for line in shown if line not in remaining] == []


def test_the_package_can_be_moved():
    """Nothing in what is installed names the folder it was built or installed in."""
    text_files = [
        *PREFIX.glob("lib/**/*.cmake"),
        *PREFIX.glob("lib/**/*.pc"),
        *PREFIX.glob("include/**/*.h"),
    ]
    assert len(text_files) >= 4
    assert [path.name for path in text_files if str(ROOT) in path.read_text(encoding="utf-8")] == []


def test_the_program_is_installed():
    usage = run(PREFIX / "bin" / "drawbridge", "--help")
    assert all(command in usage for command in ("serve", "jwks", "token", "migrate"))
