"""What a Verifier says of a token: the same as the C++ library, whose it is."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hostile_tokens import HOSTILE
from key_server import key_server

from drawbridge import AuthError, Identity, Verifier
from drawbridge.testing import Issuer

VECTORS = Path(__file__).parents[3] / "tests/vectors"
ALICE = "0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"
BOB = "7a1f3c55-2c1e-4c8a-8f6d-aa55bb66cc77"


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def first(aud: str | list[str]) -> str:
    return aud if isinstance(aud, str) else aud[0]


def code_of(call: Callable[[], object]) -> str | None:
    try:
        call()
    except AuthError as error:
        return error.code
    return None


def at(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)


@pytest.mark.parametrize("file", sorted(VECTORS.glob("*.json")), ids=lambda file: file.stem)
def test_a_real_token_is_read_as_better_auth_made_it(file: Path) -> None:
    vector: dict[str, Any] = json.loads(file.read_text())
    payload = vector["payload"]
    with (
        key_server(lambda: vector["jwks"]) as keys,
        Verifier(
            jwks_url=keys.url,
            issuer=vector["iss"],
            audience=first(vector["aud"]),
            algorithms=[vector["alg"]],
            user_claim="uuid" if "uuid" in payload else "sub",
        ) as verifier,
    ):
        identity = verifier.verify(vector["token"])
    assert identity.issuer == payload["iss"]
    assert identity.subject == payload["sub"]
    assert identity.uuid == (UUID(payload["uuid"]) if "uuid" in payload else None)
    assert identity.email == payload.get("email")
    assert identity.email_verified == payload.get("emailVerified")
    assert identity.name == payload.get("name")
    assert identity.roles == ((payload["role"],) if payload.get("role") else ())
    assert identity.session_id == payload.get("sid")
    assert identity.issued_at == at(payload.get("iat"))
    assert identity.expires_at == at(payload["exp"])
    assert dict(identity.claims) == payload


def test_there_are_vectors() -> None:
    assert {"EdDSA", "ES256", "ES512", "PS256", "RS256"} <= {file.stem for file in VECTORS.glob("*.json")}


def test_a_token_without_a_uuid_is_refused_where_the_uuid_names_the_user() -> None:
    vector = json.loads((VECTORS / "uuid-missing.json").read_text())
    with (
        key_server(lambda: vector["jwks"]) as keys,
        Verifier(jwks_url=keys.url, issuer=vector["iss"], audience=vector["aud"]) as verifier,
    ):
        assert code_of(lambda: verifier.verify(vector["token"])) == "claim_missing"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def verifier(issuer: Issuer) -> Iterator[Verifier]:
    with Verifier(issuer.url) as verifier:
        yield verifier


# An empty token is a matter of the header: below.
@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "empty"])
def test_a_hostile_token_is_refused_with_the_code_of_the_library(issuer: Issuer, verifier: Verifier, name: str) -> None:
    make, code = HOSTILE[name]
    token = make(issuer)
    assert code_of(lambda: verifier.verify(token)) == code
    assert code_of(lambda: asyncio.run(verifier.verify_async(token))) == code
    assert code_of(lambda: verifier.authenticate(f"Bearer {token}")) == code


def test_an_administrator_who_acts_as_a_user_is_known(issuer: Issuer, verifier: Verifier) -> None:
    assert verifier.verify(issuer.token(impersonatedBy="id-of-admin")).impersonated_by == "id-of-admin"
    assert verifier.verify(issuer.token()).impersonated_by is None
    assert code_of(lambda: verifier.verify(issuer.token(impersonatedBy=7))) == "claim_invalid"


HOSTS = ["https://a.example", "https://b.example"]
NAMES: dict[str, tuple[str, str | list[str], str | None]] = {
    "the first": (HOSTS[0], HOSTS[0], None),
    "the second": (HOSTS[1], HOSTS[1], None),
    "one and the other": (HOSTS[1], HOSTS[0], None),
    "one among audiences": (HOSTS[0], ["x", HOSTS[1]], None),
    "a third": ("https://c.example", HOSTS[0], "issuer_mismatch"),
    "for a third": (HOSTS[0], "https://c.example", "audience_mismatch"),
    "the list itself": (",".join(HOSTS), HOSTS[0], "issuer_mismatch"),
    "for the list itself": (HOSTS[0], ",".join(HOSTS), "audience_mismatch"),
}


@pytest.fixture(scope="module")
def of_several_hosts(issuer: Issuer) -> Iterator[Verifier]:
    with Verifier(issuer.url, issuer=HOSTS, audience=",".join(HOSTS)) as verifier:
        yield verifier


@pytest.mark.parametrize(("iss", "aud", "code"), NAMES.values(), ids=NAMES.keys())
def test_one_better_auth_may_have_several_names(
    issuer: Issuer, of_several_hosts: Verifier, iss: str, aud: str | list[str], code: str | None
) -> None:
    token = issuer.token(ALICE, iss=iss, aud=aud)
    assert code_of(lambda: of_several_hosts.verify(token)) == code
    if code is None:
        # The second time it is remembered.
        assert [of_several_hosts.verify(token).issuer for _ in range(2)] == [iss] * 2


def test_the_hint_for_another_host_names_the_settings(issuer: Issuer, of_several_hosts: Verifier) -> None:
    with pytest.raises(AuthError) as refused:
        of_several_hosts.verify(issuer.token(iss="https://c.example"))
    assert 'expects one of "https://a.example", "https://b.example"' in refused.value.hint
    assert "list each host's origin in BETTER_AUTH_ISSUER and BETTER_AUTH_AUDIENCE" in refused.value.hint
    assert "drawbridge({ jwt: { issuer, audience } })" in refused.value.hint


ED25519 = {
    # accepted, the token's alg, the key's alg: code
    "the default, by the newer name": (None, "Ed25519", "Ed25519", None),
    "the default, only the token by the newer name": (None, "Ed25519", "EdDSA", None),
    "the default, only the key by the newer name": (None, "EdDSA", "Ed25519", None),
    "by the newer name alone": (["Ed25519"], "Ed25519", "Ed25519", None),
    "by the newer name alone, the token by the older": (["Ed25519"], "EdDSA", "Ed25519", "algorithm_not_allowed"),
    "Ed448": (None, "Ed448", "Ed25519", "algorithm_not_allowed"),
    "a key for ES256": (None, "Ed25519", "ES256", "key_unusable"),
}


@pytest.mark.parametrize(("accepted", "alg", "of_key", "code"), ED25519.values(), ids=ED25519.keys())
def test_eddsa_has_two_names(
    issuer: Issuer, accepted: list[str] | None, alg: str, of_key: str, code: str | None
) -> None:
    private = Ed25519PrivateKey.generate()
    x = base64url(private.public_key().public_bytes_raw())
    key = {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k", "alg": of_key}
    payload = issuer.token().split(".")[1]
    signed = base64url(json.dumps({"alg": alg, "kid": "k"}).encode()) + "." + payload
    token = f"{signed}.{base64url(private.sign(signed.encode()))}"
    with (
        key_server(lambda: {"keys": [key]}) as keys,
        Verifier(issuer.url, jwks_url=keys.url, algorithms=accepted) as verifier,
    ):
        assert code_of(lambda: verifier.verify(token)) == code


def test_a_refusal_does_not_quote_the_token(issuer: Issuer, verifier: Verifier) -> None:
    token = issuer.token(expires_in=-60)
    with pytest.raises(AuthError) as refused:
        verifier.verify(token)
    said = f"{refused.value} {refused.value.problem()}"
    assert not any(segment in said for segment in token.split("."))
    assert refused.value.__context__ is None


@pytest.mark.parametrize("token", ["\ud800", "a\0b", "é", "." * 16_384, "a.b.c"])
def test_text_that_is_no_token_at_all(verifier: Verifier, token: str) -> None:
    with pytest.raises(AuthError) as refused:
        verifier.verify(token)
    assert refused.value.code == "token_malformed"


@pytest.mark.parametrize("token", [None, b"token", 1])
def test_what_is_no_str_is_a_fault_of_the_caller(verifier: Verifier, token: Any) -> None:
    with pytest.raises(TypeError):
        verifier.verify(token)
    with pytest.raises(TypeError):
        asyncio.run(verifier.verify_async(token))


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ("Bearer {}", None),
        ("bearer {}", None),
        ("BEARER  {}", None),
        (None, "token_missing"),
        ("", "token_missing"),
        ("Bearer", "token_missing"),
        ("Bearer ", "token_missing"),
        ("Basic {}", "token_missing"),
        ("{}", "token_missing"),
        ("Bearer {} {}", "token_malformed"),
        ("Bearer {}, Bearer {}", "token_malformed"),
    ],
)
def test_a_header_is_read_as_the_library_reads_it(
    issuer: Issuer, verifier: Verifier, form: str | None, code: str | None
) -> None:
    header = form and form.replace("{}", issuer.token())
    assert code_of(lambda: verifier.authenticate(header)) == code
    assert code_of(lambda: asyncio.run(verifier.authenticate_async(header))) == code


def test_an_identity_is_read_only_and_made_by_a_verifier_alone(issuer: Issuer, verifier: Verifier) -> None:
    identity = verifier.verify(issuer.token(ALICE, role="admin, editor"))
    assert repr(identity) == f"Identity(subject='id-of-{ALICE}', uuid=UUID('{ALICE}'))"
    assert [identity.has_role(role) for role in ("admin", "editor", "adm", "")] == [True, True, False, False]
    with pytest.raises(TypeError):
        Identity()
    with pytest.raises(AttributeError):
        identity.uuid = uuid4()  # type: ignore[misc]
    with pytest.raises(TypeError):
        identity.claims["uuid"] = str(uuid4())  # type: ignore[index]
    with pytest.raises(TypeError):
        type("Forged", (Identity,), {})


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (ALICE, None),
        (ALICE.upper(), None),
        (UUID(ALICE), None),
        (BOB, "user_mismatch"),
        (UUID(BOB), "user_mismatch"),
        (ALICE.replace("-", ""), "user_mismatch"),
        (f"{{{ALICE}}}", "user_mismatch"),
        (f"id-of-{ALICE}", "user_mismatch"),
        ("", "user_mismatch"),
        ("\ud800", "user_mismatch"),
    ],
)
def test_a_user_reaches_their_own_path_alone(
    issuer: Issuer, verifier: Verifier, path: str | UUID, code: str | None
) -> None:
    identity = verifier.verify(issuer.token(ALICE))
    assert code_of(lambda: verifier.check_user_access(identity, path)) == code


def test_where_sub_names_the_user_the_path_is_the_subject(issuer: Issuer) -> None:
    with Verifier(issuer.url, user_claim="sub") as verifier:
        identity = verifier.verify(issuer.token(ALICE))
        verifier.check_user_access(identity, f"id-of-{ALICE}")
        assert code_of(lambda: verifier.check_user_access(identity, ALICE)) == "user_mismatch"


@pytest.mark.parametrize(
    ("subject", "path", "as_uuid", "code"),
    [
        (ALICE, ALICE.upper(), False, "user_mismatch"),
        (ALICE, ALICE.upper(), True, None),
        (ALICE, UUID(ALICE), False, None),
        (ALICE, UUID(BOB), False, "user_mismatch"),
        ("abc123", "abc123", False, None),
        ("abc123", "abc123", True, "user_mismatch"),
        ("abc123", "ABC123", False, "user_mismatch"),
        ("abc123", "", True, "user_mismatch"),
    ],
)
def test_a_subject_is_compared_as_a_uuid_where_that_is_said(
    issuer: Issuer, subject: str, path: str | UUID, as_uuid: bool, code: str | None
) -> None:
    with Verifier(issuer.url, user_claim="sub") as verifier:
        identity = verifier.verify(issuer.token(sub=subject, uuid=None))
        assert identity.uuid is None
        assert code_of(lambda: verifier.check_user_access(identity, path, as_uuid=as_uuid)) == code


def test_a_policy_is_kept_to(issuer: Issuer) -> None:
    with Verifier(issuer.url, clock_skew=0, max_token_size=1000) as verifier:
        assert code_of(lambda: verifier.verify(issuer.token(expires_in=-1))) == "token_expired"
        assert code_of(lambda: verifier.verify("a" * 1001)) == "token_too_large"
