"""The console command does what the C++ program does, byte by byte."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from hostile_tokens import HOSTILE
from key_server import KeyServer, key_server

from drawbridge import _command
from drawbridge.testing import Issuer

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "build/release/bin/drawbridge"
COMMAND = [str(Path(sys.executable).with_name("drawbridge"))]
VECTOR = json.loads((ROOT / "tests/vectors/EdDSA.json").read_text())
POLICY = ["--issuer", VECTOR["iss"], "--audience", VECTOR["aud"]]
SETTINGS = ("BETTER_AUTH_", "DRAWBRIDGE_", "DATABASE_URL", "SSL_CERT_FILE")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}


class Ended(NamedTuple):
    status: int
    out: bytes
    errors: bytes


def run(
    program: list[str], arguments: list[str | bytes], text: str = "", variables: dict[str, str] | None = None
) -> Ended:
    done = subprocess.run(
        [*program, *arguments],
        input=text.encode(),
        env=CLEAN | (variables or {}),
        capture_output=True,
        timeout=30,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def run_both(arguments: list[str | bytes], text: str = "", variables: dict[str, str] | None = None) -> Ended:
    """What the command did, if the program did the same."""
    command = run(COMMAND, arguments, text, variables)
    assert command == run([str(PROGRAM)], arguments, text, variables)
    return command


@pytest.fixture(scope="module")
def keys() -> Iterator[KeyServer]:
    with key_server(lambda: VECTOR["jwks"]) as server:
        yield server


@pytest.mark.repository
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--version"], 0),
        (["jwks", "--help"], 0),
        (["token", "--help"], 0),
        (["token", "verify", "--help"], 0),
        (["token", "inspect", "--help"], 0),
        (["token"], 2),
        (["token", "verify"], 2),
        (["jwks"], 2),
        (["jwks", "--threads", "1"], 2),
        (["jwks", "ftp://localhost/keys"], 2),
        (["jwks", "http://example.com/keys"], 2),
        (["jwks", "--env-file", "/no/such"], 2),
        (["jwks", "--ca-file", "/no/such", "https://localhost/keys"], 2),
        (["jwks", "/no/such"], 3),
        (["jwks", "http://127.0.0.1:9/keys"], 3),
        (["jwks", str(ROOT / "README.md")], 3),
        (["token", "verify", *POLICY, "--jwks", "/no/such", "--clock-skew", "301"], 2),
        (["token", "verify", *POLICY, "--jwks", "/no/such", "--at", "soon"], 2),
        (["token", "verify", *POLICY, "--jwks", "/no/such", "--token", VECTOR["token"]], 3),
        (["token", "verify", *POLICY, "--jwks", "/no/such", "--token", "x"], 1),
        (["token", "inspect", "--token", "x"], 1),
        (["token", "inspect", "--json", "--token", VECTOR["token"]], 0),
        (["doctor"], 2),
        (["doctor", "--better-auth-url", "localhost"], 2),
        (["doctor", "--better-auth-url", "http://localhost:3000", "--nonsense"], 2),
        (["doctor", "--better-auth-url", "http://localhost:3000", "--api-path", "/greeting"], 2),
    ],
    ids=lambda value: " ".join(map(str, value))[:60] if isinstance(value, list) else "",
)
def test_the_same_as_the_program(arguments: list[str | bytes], status: int) -> None:
    assert run_both(arguments).status == status


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "give a command\n\nStart your front end"),
        (["nonsense"], '"nonsense" is not a command: give one of jwks, token, doctor;'),
        ([b"\xff\xfe"], "is not a command: give one of jwks, token, doctor;"),
    ],
    ids=["none", "another", "no text"],
)
def test_without_a_command_it_says_which_it_has(arguments: list[str | bytes], says: str) -> None:
    ended = run(COMMAND, arguments)
    assert (ended.status, ended.out) == (2, b"")
    assert says in ended.errors.decode()
    assert "serve" not in ended.errors.decode()


@pytest.mark.repository
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_keys_from_a_url_and_from_a_file(keys: KeyServer, tmp_path: Path, more: list[str | bytes]) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(VECTOR["jwks"]))
    for place in (keys.url, str(file)):
        assert run_both(["jwks", place, *more]).status == 0
    assert run_both(["jwks", *more], variables={"BETTER_AUTH_JWKS_URL": keys.url}).status == 0


@pytest.mark.repository
@pytest.mark.parametrize("more", [[], ["--json"], ["--signature-only"], ["--signature-only", "--json"]])
@pytest.mark.parametrize("at", ["1795478420", "4000000000"])
def test_a_real_token(keys: KeyServer, more: list[str | bytes], at: str) -> None:
    arguments: list[str | bytes] = ["token", "verify", *POLICY, "--jwks", keys.url, "--at", at, *more]
    ended = run_both(arguments, VECTOR["token"] + "\n")
    assert ended.status == (1 if at == "4000000000" and "--signature-only" not in more else 0)


@pytest.mark.repository
def test_hostile_tokens_get_the_same_code_from_the_program() -> None:
    with Issuer() as issuer:
        for name, (make, code) in HOSTILE.items():
            arguments: list[str | bytes] = ["token", "verify", "--json", "--better-auth-url", issuer.url]
            token = make(issuer)
            for program in (COMMAND, [str(PROGRAM)]):  # what they say may differ by a second
                ended = run(program, arguments, token)
                assert (name, ended.status, json.loads(ended.out)["code"]) == (name, 1, code)


@pytest.mark.repository
def test_the_settings_are_those_of_the_environment(keys: KeyServer, tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text(f"BETTER_AUTH_JWKS_URL={keys.url}\nBETTER_AUTH_URL={VECTOR['iss']}\n")
    arguments: list[str | bytes] = ["token", "verify", "--env-file", str(file), "--at", "1795478420"]
    assert run_both(arguments, VECTOR["token"]).status == 0
    assert run_both(arguments, VECTOR["token"], {"BETTER_AUTH_ISSUER": "https://other.test"}).status == 1


NO_DATABASE = b"the Python package reads no database: the C++ program does"


def run_both_doctors(*options: str, text: str = "", variables: dict[str, str] | None = None) -> Ended:
    """What the command found, if the program, with no database, found the same."""
    arguments: list[str | bytes] = ["doctor", *options]
    command = run(COMMAND, arguments, text, variables)
    assert NO_DATABASE in command.out
    as_programs = command.out.replace(NO_DATABASE, b"give --database-url")
    assert command._replace(out=as_programs) == run([str(PROGRAM)], arguments, text, variables)
    return command


@pytest.mark.repository
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_doctor_finds_what_the_program_finds(more: list[str]) -> None:
    with Issuer() as issuer:
        at_issuer = ("--better-auth-url", issuer.url, *more)
        assert run_both_doctors(*at_issuer, "--token", issuer.token()).status == 0
        ended = run_both_doctors(*at_issuer, "--token", issuer.token(aud="https://other.test"))
    assert ended.status == 1
    assert b"token.audience" in ended.out


@pytest.mark.repository
def test_doctor_takes_a_token_from_where_nobody_sees_it() -> None:
    with Issuer() as issuer:
        at_issuer = ("--better-auth-url", issuer.url)
        token = issuer.token(aud="https://other.test")
        piped = run_both_doctors(*at_issuer, "--token", "-", text=f"{token}\n")
        assert piped == run_both_doctors(*at_issuer, variables={"DRAWBRIDGE_TOKEN": token})
    assert (piped.status, b"token.audience" in piped.out) == (1, True)


class AnswersAll(BaseHTTPRequestHandler):
    """An API that lets everybody in who has a token."""

    def do_GET(self) -> None:
        self.send_response(200 if "Authorization" in self.headers or self.path == "/readyz" else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.repository
def test_doctor_of_a_token_without_uuid_where_sub_is_the_user() -> None:
    with Issuer() as issuer, ThreadingHTTPServer(("127.0.0.1", 0), AnswersAll) as api:
        thread = threading.Thread(target=api.serve_forever, daemon=True)
        thread.start()
        try:
            options = (
                "--better-auth-url",
                issuer.url,
                "--api-url",
                f"http://127.0.0.1:{api.server_port}",
                "--token",
                "-",
            )
            token = issuer.token(uuid=None)
            ended = run_both_doctors(*options, text=token, variables={"DRAWBRIDGE_USER_CLAIM": "sub"})
            by_flag = run_both_doctors(*options, "--user-claim", "sub", text=token)
            by_uuid = run_both_doctors(*options, "--user-claim", "uuid", text=token)
        finally:
            api.shutdown()
    assert (ended.status, ended.errors) == (1, b"")
    assert b"any user can read any other user's data" in ended.out
    assert by_flag == ended
    lacks = b'lacks the claim "uuid"'
    assert (lacks in ended.out, lacks in by_uuid.out) == (False, True)


@pytest.mark.repository
def test_doctor_takes_no_other_claim_for_the_user() -> None:
    ended = run_both(["doctor", "--better-auth-url", "http://127.0.0.1:9", "--user-claim", "email"])
    assert (ended.status, ended.errors) == (2, b'drawbridge: --user-claim is "email": give one of uuid, sub\n')


@pytest.mark.repository
def test_doctor_of_a_closed_port() -> None:
    ended = run_both_doctors("--better-auth-url", "http://127.0.0.1:9", "--json")
    assert ended.status == 1
    assert [check["id"] for check in json.loads(ended.out)["checks"] if check["status"] == "fault"] == [
        "jwks.reachable"
    ]


def test_doctor_takes_a_database_and_says_that_it_reads_none() -> None:
    database = ["--database-url", "postgresql://localhost/app"]
    ended = run(COMMAND, ["doctor", "--json", "--better-auth-url", "http://127.0.0.1:9", *database])
    (check,) = [check for check in json.loads(ended.out)["checks"] if check["id"] == "database.reachable"]
    assert (check["status"], check["summary"]) == ("not_checked", NO_DATABASE.decode())


def test_doctors_help_has_the_programs_options() -> None:
    ended = run(COMMAND, ["doctor", "--help"])
    assert (ended.status, ended.errors) == (0, b"")
    for option in (
        b"--token",
        b"--session",
        b"--api-url",
        b"--api-path",
        b"--origin",
        b"--production",
        b"--json",
    ):
        assert option in ended.out


def test_the_module_is_the_command() -> None:
    asked: list[str | bytes] = ["token", "inspect", "--token", "x"]
    assert run([sys.executable, "-m", "drawbridge"], asked) == run(COMMAND, asked)


@pytest.mark.parametrize("name", ["serve", "migrate"])
@pytest.mark.parametrize("more", [[], ["--help"], ["status", "--json"]])
def test_who_asks_for_what_the_program_has_is_told_where_it_is(name: str, more: list[str | bytes]) -> None:
    ended = run(COMMAND, [name, *more])
    assert (ended.status, ended.out) == (2, b"")
    assert ended.errors.startswith(f'drawbridge: "{name}" is a command of the C++ program'.encode())
    assert ended.errors.count(b"\n") == 1


def test_help_has_what_is_there() -> None:
    ended = run(COMMAND, ["--help"])
    assert (ended.status, ended.errors) == (0, b"")
    assert b"token verify" in ended.out
    assert b"serve" not in ended.out
    assert b"migrate" not in ended.out


def test_ctrl_c_ends_it_at_once() -> None:
    # As a terminal starts it: a shell may have started the tests with Ctrl-C ignored.
    heed = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    heeding = [sys.executable, "-c", heed, *COMMAND]
    # Of its own: a fetch of another test would say that the command runs while it is still being started.
    with key_server(lambda: VECTOR["jwks"]) as keys:
        keys.answering.clear()
        with subprocess.Popen([*heeding, "jwks", keys.url], env=CLEAN, stderr=subprocess.PIPE) as process:
            keys.wait_for_a_fetch()
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (-signal.SIGINT, b"")


@pytest.mark.repository
@pytest.mark.parametrize("program", [COMMAND, [str(PROGRAM)]], ids=["command", "program"])
def test_an_answer_that_cannot_be_written_is_lost_and_said_to_be(keys: KeyServer, program: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*program, "jwks", keys.url], env=CLEAN, stdout=full, stderr=subprocess.PIPE, timeout=30, check=False
        )
    assert done.returncode == 3
    why = b"cannot write to standard output (No space left on device): the result is lost"
    assert done.stderr == b"drawbridge: " + why + b"\n"


def main(*arguments: str, ca_file: str | None = None) -> int:
    return _command.main([b"drawbridge", *map(str.encode, arguments)], ca_file)


def test_the_certificates_that_python_found_serve_where_no_setting_names_any(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DRAWBRIDGE_CA_FILE", raising=False)
    of_file = tmp_path / "env"
    of_file.write_text("DRAWBRIDGE_CA_FILE=/of/file\n")
    call = ("jwks", "https://localhost/keys")
    found = "/found/by/python"
    assert main(*call, ca_file=found) == 2
    assert '--ca-file is "/found/by/python": there is no such file' in capfd.readouterr().err
    main(*call, "--env-file", str(of_file), ca_file=found)
    assert 'DRAWBRIDGE_CA_FILE is "/of/file"' in capfd.readouterr().err
    monkeypatch.setenv("DRAWBRIDGE_CA_FILE", "/of/environment")
    main(*call, "--env-file", str(of_file), ca_file=found)
    assert 'DRAWBRIDGE_CA_FILE is "/of/environment"' in capfd.readouterr().err
    main(*call, "--ca-file", "/of/flag", ca_file=found)
    assert '--ca-file is "/of/flag"' in capfd.readouterr().err


def test_it_lets_other_threads_run(keys: KeyServer, capfd: pytest.CaptureFixture[str]) -> None:
    """The key set comes from this very process: it could not come while the GIL was held."""
    assert main("jwks", keys.url) == 0
    assert "1 usable" in capfd.readouterr().out


JWKS = ["jwks", "https://127.0.0.1:1/jwks"]


@pytest.mark.parametrize(
    ("arguments", "variables", "status", "errors"),
    [
        (JWKS, {}, 2, b'drawbridge: SSL_CERT_FILE is "/mine.pem": there is no such file'),
        ([*JWKS, "--ca-file", "/other.pem"], {}, 2, b'--ca-file is "/other.pem": there is no such file'),
        ([*JWKS, "--ca-file=/other.pem"], {}, 2, b'--ca-file is "/other.pem": there is no such file'),
        (JWKS, {"DRAWBRIDGE_CA_FILE": "/other.pem"}, 2, b'DRAWBRIDGE_CA_FILE is "/other.pem": there is no such file'),
        ([*JWKS, "--help"], {}, 0, b""),
    ],
    ids=["alone", "beside a flag", "beside a flag in one word", "beside a variable", "for help"],
)
def test_authorities_that_are_not_there_are_refused(
    arguments: list[str | bytes], variables: dict[str, str], status: int, errors: bytes
) -> None:
    ended = run(COMMAND, arguments, variables={"SSL_CERT_FILE": "/mine.pem", **variables})
    assert (ended.status, errors in ended.errors) == (status, True)
