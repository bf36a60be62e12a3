"""The console command does what the C++ program does, byte by byte."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hostile_tokens import HOSTILE
from key_server import KeyServer, key_server

from drawbridge import _command
from drawbridge.testing import Issuer

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "build/release/bin/drawbridge"
COMMAND = [sys.executable, "-m", "drawbridge"]
VECTOR = json.loads((ROOT / "tests/vectors/EdDSA.json").read_text())
POLICY = ["--issuer", VECTOR["iss"], "--audience", VECTOR["aud"]]
SETTINGS = ("BETTER_AUTH_", "DRAWBRIDGE_", "SSL_CERT_FILE")
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
        ([], 2),
        (["nonsense"], 2),
        ([b"\xff\xfe"], 2),
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
    ],
    ids=lambda value: " ".join(map(str, value))[:60] if isinstance(value, list) else "",
)
def test_the_same_as_the_program(arguments: list[str | bytes], status: int) -> None:
    assert run_both(arguments).status == status


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


def test_ctrl_c_ends_it_at_once(keys: KeyServer) -> None:
    keys.answering.clear()
    with subprocess.Popen([*COMMAND, "jwks", keys.url], env=CLEAN, stderr=subprocess.PIPE) as process:
        while keys.fetches == 0:
            keys.wait_for_a_fetch()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    keys.answering.set()
    assert (process.returncode, errors) == (-signal.SIGINT, b"")


@pytest.mark.repository
@pytest.mark.parametrize("program", [COMMAND, [str(PROGRAM)]], ids=["command", "program"])
def test_an_answer_that_cannot_be_written_is_lost_and_said_to_be(keys: KeyServer, program: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*program, "jwks", keys.url], env=CLEAN, stdout=full, stderr=subprocess.PIPE, timeout=30, check=False
        )
    assert done.returncode == 3
    assert done.stderr == b"drawbridge: standard output could not be written: the answer is lost\n"


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
