"""The commands jwks, token and migrate with a real Better Auth, and with the kept vectors."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from better_auth import BetterAuth, Person
from conftest import StartIssuer
from database import KIND
from process import DRAWBRIDGE, ROOT
from token_forgery import claims_of, header_of, with_claims

VECTORS = sorted((ROOT / "tests/vectors").glob("*.json"))


def run(*arguments: str | Path, input: str = "") -> tuple[int, Any]:
    """The exit status, and what `--json` printed; nothing of it may be on standard error."""
    done = subprocess.run(
        [DRAWBRIDGE, *arguments, "--json"], input=input, text=True, capture_output=True, env={}, timeout=30
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


@pytest.mark.parametrize("file", VECTORS, ids=lambda file: file.stem)
def test_each_vector_is_good(file: Path, tmp_path: Path) -> None:
    vector = json.loads(file.read_text())
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(vector["jwks"]))
    audience = vector["aud"][-1] if isinstance(vector["aud"], list) else vector["aud"]
    expected = ["--jwks", keys, "--issuer", vector["iss"], "--audience", audience, "--algorithms", vector["alg"]]
    status, answer = run("token", "verify", *expected, input=vector["token"] + "\n")
    assert (status, answer["valid"]) == (0, True), answer
    assert (answer["header"], answer["claims"]) == (vector["header"], vector["payload"])
    assert answer["identity"]["subject"] == vector["payload"]["sub"]
    assert answer["identity"]["uuid"] == vector["payload"].get("uuid")
    assert answer["identity"]["expires_at"] == vector["payload"]["exp"]


def test_a_live_token_and_the_live_key_set(issuer: BetterAuth, alice: Person) -> None:
    token = alice.token()
    status, answer = run("token", "verify", "--better-auth-url", issuer.url, input=token)
    assert (status, answer["valid"], answer["identity"]["uuid"]) == (0, True, alice.uuid), answer
    status, answer = run("jwks", f"{issuer.url}/api/auth/jwks")
    assert (status, answer["usable"]) == (0, 1), answer
    assert answer["keys"][0]["kid"] == header_of(token)["kid"]


REJECTIONS = {
    "opaque": "token_malformed",
    "tampered": "signature_invalid",
    "expired": "token_expired",
    "issuer-with-path": "issuer_mismatch",
    "audience-with-slash": "audience_mismatch",
    "localhost": "issuer_mismatch",
}


@pytest.mark.parametrize("name", REJECTIONS)
def test_a_rejection_says_its_code_and_a_hint(issuer: BetterAuth, alice: Person, name: str) -> None:
    token = alice.token()
    input = {"opaque": alice.session_token, "tampered": with_claims(token, name="mallory")}.get(name, token)
    more = {
        "expired": ["--at", str(claims_of(token)["exp"] + 31)],
        "issuer-with-path": ["--issuer", f"{issuer.url}/api/auth"],
        "audience-with-slash": ["--audience", f"{issuer.url}/"],
        "localhost": ["--issuer", f"http://localhost:{issuer.port}"],
    }.get(name, [])
    status, answer = run("token", "verify", "--better-auth-url", issuer.url, *more, input=input)
    assert (status, answer["valid"], answer["code"]) == (1, False, REJECTIONS[name]), answer
    assert answer["detail"] and answer["hint"]


def test_an_issuer_that_is_away_is_told_from_a_bad_token(start_issuer: StartIssuer) -> None:
    issuer = start_issuer()
    token = issuer.sign_up("alice").token()
    issuer.stop()
    status, answer = run("token", "verify", "--better-auth-url", issuer.url, input=token)
    assert (status, answer["code"], answer["group"]) == (3, "keys_unavailable", "unavailable"), answer


def test_migrate_prepares_a_database_that_better_auth_made(start_issuer: StartIssuer) -> None:
    url = start_issuer().database.url
    status, before = run("migrate", "status", "--database-url", url)
    assert (status, before["database"], before["version"] < before["latest"]) == (1, KIND, True), before
    assert len(before["pending"]) > 0
    status, _ = run("migrate", "up", "--database-url", url)
    assert status == 0
    status, after = run("migrate", "status", "--database-url", url)
    assert (status, after["version"], after["pending"]) == (0, after["latest"], []), after
