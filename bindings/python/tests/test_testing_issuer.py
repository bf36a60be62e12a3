"""The issuer for tests: tokens as Better Auth makes them, and no way to have it in production by accident."""

import json
import os
import socket
import struct
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event
from typing import Literal
from uuid import UUID, uuid4

import pytest

from drawbridge import AuthError, Verifier
from drawbridge.testing import Issuer

ALICE = "0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"


def test_a_token_is_what_the_plugin_of_better_auth_makes() -> None:
    with Issuer() as issuer, Verifier(issuer.url) as verifier:
        identity = verifier.verify(issuer.token(ALICE, role="admin,editor", name="Alice", plan="pro"))
    assert identity.uuid == UUID(ALICE)
    assert identity.roles == ("admin", "editor")
    assert (identity.name, identity.email_verified, identity.claims["plan"]) == ("Alice", True, "pro")
    assert set(identity.claims) == {
        *("uuid", "email", "emailVerified", "name", "role", "sid", "sub", "iss", "aud", "iat", "exp", "plan")
    }
    assert identity.issued_at is not None
    assert (identity.expires_at - identity.issued_at).total_seconds() == 900


def test_a_user_is_new_unless_named_and_takes_a_uuid() -> None:
    with Issuer() as issuer, Verifier(issuer.url) as verifier:
        users = [verifier.verify(issuer.token()).uuid for _ in range(2)]
        alice = uuid4()
        assert verifier.verify(issuer.token(alice)).uuid == alice
    assert len(set(users)) == 2


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"expires_in": -60}, "token_expired"),
        ({"sub": None}, "claim_missing"),
        ({"uuid": "alice"}, "claim_invalid"),
        ({"aud": "https://other.test"}, "audience_mismatch"),
    ],
)
def test_a_token_can_be_bad_on_purpose(claims: dict[str, object], code: str) -> None:
    with Issuer() as issuer, Verifier(issuer.url) as verifier, pytest.raises(AuthError) as refused:
        verifier.verify(issuer.token(**claims))  # type: ignore[arg-type]  # a table of keywords
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("user_claim", "user", "subject", "uuid"),
    [
        ("uuid", ALICE, f"id-of-{ALICE}", UUID(ALICE)),
        ("uuid", UUID(ALICE), f"id-of-{ALICE}", UUID(ALICE)),
        ("uuid", "abc123", "abc123", None),
        ("sub", "abc123", "abc123", None),
        ("sub", 7, "7", None),
        ("sub", ALICE, ALICE, None),
        ("sub", UUID(ALICE), ALICE, None),
        ("sub", ALICE.upper(), ALICE.upper(), None),
    ],
)
@pytest.mark.parametrize("how", ["argument", "environment"])
def test_a_user_is_named_as_the_backend_knows_them(
    monkeypatch: pytest.MonkeyPatch,
    user_claim: Literal["uuid", "sub"],
    user: UUID | str | int,
    subject: str,
    uuid: UUID | None,
    how: str,
) -> None:
    if how == "environment":
        monkeypatch.setenv("DRAWBRIDGE_USER_CLAIM", user_claim)
    given = user_claim if how == "argument" else None
    with Issuer(user_claim=given) as issuer, Verifier(issuer.url, user_claim="sub") as verifier:
        identity = verifier.verify(issuer.token(user))
        assert (identity.subject, identity.uuid) == (subject, uuid)
        assert identity.email == f"{user}@example.com"


def test_a_backend_that_wants_a_uuid_refuses_a_user_without() -> None:
    with Issuer() as issuer, Verifier(issuer.url) as verifier, pytest.raises(AuthError) as refused:
        verifier.verify(issuer.token("abc123"))
    assert refused.value.code == "claim_missing"


def test_a_uuid_may_be_given_by_its_name() -> None:
    with Issuer() as issuer, Verifier(issuer.url) as verifier:
        identity = verifier.verify(issuer.token(uuid=UUID(ALICE)))
    assert (identity.subject, identity.uuid) == (f"id-of-{ALICE}", UUID(ALICE))


def test_a_claim_of_none_is_left_out() -> None:
    with Issuer() as issuer, Verifier(issuer.url) as verifier:
        identity = verifier.verify(issuer.token(email=None))
    assert identity.email is None
    assert not {"email", "role"} & set(identity.claims)


def test_rotation_signs_with_a_new_key_and_leaves_the_old_one_listed() -> None:
    with Issuer() as issuer, Verifier(issuer.url) as verifier:
        old = issuer.token(ALICE)
        issuer.rotate()
        new = issuer.token(ALICE)
        assert old.split(".")[0] != new.split(".")[0]
        assert verifier.verify(old).uuid == verifier.verify(new).uuid == UUID(ALICE)


def test_it_serves_public_keys_alone() -> None:
    with Issuer() as issuer, urllib.request.urlopen(f"{issuer.url}/api/auth/jwks") as response:
        (key,) = json.load(response)["keys"]
    assert set(key) == {"alg", "crv", "x", "kty", "kid"}


def test_it_listens_on_loopback_and_stops() -> None:
    with Issuer() as issuer:
        host, port = issuer.url.removeprefix("http://").split(":")
        assert host == "127.0.0.1"
        with pytest.raises((ConnectionRefusedError, TimeoutError)):  # macOS has no such address
            socket.create_connection(("127.0.0.2", int(port)), timeout=1)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)
    issuer.close()


def test_once_closed_it_serves_nobody_who_had_asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, released = Event(), Event()
    issuer = Issuer()
    jwks = issuer.jwks

    def slow_jwks() -> object:
        asked.set()
        assert released.wait(10)
        return jwks()

    monkeypatch.setattr(issuer, "jwks", slow_jwks)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(lambda: urllib.request.urlopen(f"{issuer.url}/api/auth/jwks").status)
        assert asked.wait(10)
        closing = pool.submit(issuer.close)
        assert wait({closing}, timeout=0.3).not_done == {closing}
        released.set()
        closing.result(timeout=10)
        assert answer.result(timeout=10) == 200


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python in a process that is not part of a test run."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=outside | environment, capture_output=True, text=True, timeout=60)


def test_outside_a_test_run_it_is_not_made_even_where_pytest_is_imported() -> None:
    result = run("import pytest, drawbridge.testing as t\nt.Issuer()")
    assert result.returncode == 1
    assert "RuntimeWarning: drawbridge.testing was imported outside a test run" in result.stderr
    assert "RuntimeError: An Issuer can sign in as anyone" in result.stderr


def test_outside_a_test_run_it_is_made_for_who_says_so() -> None:
    result = run("import drawbridge.testing as t\nwith t.Issuer(outside_tests=True) as i: print(i.url)")
    assert result.stdout.startswith("http://127.0.0.1:")


def test_the_app_itself_does_not_import_it() -> None:
    result = run("import sys, drawbridge.fastapi\nprint('drawbridge.testing' in sys.modules)")
    assert result.stdout == "False\n"


def test_what_is_missing_is_named() -> None:
    result = run("import sys\nsys.modules['cryptography'] = None\nimport drawbridge.testing", PYTEST_VERSION="8")
    assert "pip install 'drawbridge-auth[testing]'" in result.stderr


def test_a_client_that_has_gone_is_not_told_of(capfd: pytest.CaptureFixture[str]) -> None:
    with Issuer() as issuer:
        for _ in range(20):
            client = socket.create_connection(("127.0.0.1", int(issuer.url.rpartition(":")[2])))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset at the end
            client.sendall(b"GET /api/auth/jwks HTTP/1.1\r\nHost: localhost\r\n\r\n")
            client.close()
    assert capfd.readouterr() == ("", "")
