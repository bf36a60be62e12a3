"""IdentityRecord: an Identity as plain data, there and back."""

import json
import pickle
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

import pytest

from drawbridge import Identity, IdentityRecord, Verifier
from drawbridge.testing import Issuer

ALICE = "0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"
RECORD: Mapping[str, Any] = {
    "issuer": "http://localhost:3000",
    "subject": f"id-of-{ALICE}",
    "uuid": ALICE,
    "email": "alice@example.com",
    "email_verified": True,
    "name": "Alicé",
    "roles": ["admin", "editor"],
    "session_id": "s1",
    "impersonated_by": None,
    "credential": "key",
    "permissions": {"files": ["read"]},
    "organizations": {"org1": ["owner"], "org2": []},
    "organizations_truncated": True,
    "active_organization": "org1",
    "issued_at": 1_800_000_000,
    "expires_at": 1_800_000_900,
}


@pytest.mark.parametrize(
    "claims",
    [
        {"role": "admin,editor", "name": "Alicé", "impersonatedBy": "admin1"},
        {"key": "key1", "permissions": {"files": ["read", "list"], "none": []}},
        {"orgs": {"org1": "admin,member", "org2": ""}, "orgs_truncated": True, "active_org": "org2"},
        {"orgs": {}},
        {"uuid": None},
        {"email": None, "emailVerified": None, "name": None, "sid": None, "iat": None},
    ],
    ids=["all", "of a key", "of organizations", "of none", "without uuid", "what must be there"],
)
def test_it_says_what_the_identity_says_also_after_json(issuer: Issuer, claims: dict[str, Any]) -> None:
    with Verifier(issuer.url, user_claim="sub") as verifier:
        identity = verifier.verify(issuer.token(**claims))
    record = IdentityRecord.of(identity)
    again = IdentityRecord.from_dict(json.loads(json.dumps(record.to_dict())))
    assert again == record
    members = {name for name in dir(Identity) if not name.startswith("_")} - {"claims", "has_role", "has_permission"}
    assert set(record.to_dict()) == members
    for name in members:
        assert getattr(again, name) == getattr(identity, name), name
    assert [again.has_role(role) for role in ("admin", "adm")] == [identity.has_role("admin"), False]
    for resource, action in (("files", "read"), ("files", "write"), ("file", "read")):
        assert again.has_permission(resource, action) == identity.has_permission(resource, action)
    assert pickle.loads(pickle.dumps(record)) == record
    assert hash(record) == hash(again)


def test_what_is_read_is_typed() -> None:
    record = IdentityRecord.from_dict({**RECORD, "added_later": 1})
    assert record.to_dict() == RECORD
    assert (record.uuid, record.roles) == (UUID(ALICE), ("admin", "editor"))
    assert record.expires_at == datetime(2027, 1, 15, 8, 15, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("subject", None),
        ("subject", 7),
        ("uuid", "alice"),
        ("uuid", 7),
        ("email", ["a"]),
        ("email_verified", 1),
        ("roles", "admin"),
        ("roles", [1]),
        ("roles", None),
        ("credential", None),
        ("permissions", ["files"]),
        ("permissions", {"files": "read"}),
        ("permissions", {"files": [1]}),
        ("organizations", ["org1"]),
        ("organizations", {"org1": "owner"}),
        ("organizations_truncated", None),
        ("organizations_truncated", 1),
        ("active_organization", 1),
        ("issued_at", "2026"),
        ("expires_at", None),
        ("expires_at", True),
        ("expires_at", 10**20),
    ],
)
def test_what_is_no_record_is_refused(member: str, value: object) -> None:
    with pytest.raises(ValueError, match=member):
        IdentityRecord.from_dict({**RECORD, member: value})


@pytest.mark.parametrize("member", RECORD)
def test_a_member_that_is_missing_is_refused(member: str) -> None:
    with pytest.raises(ValueError, match=member):
        IdentityRecord.from_dict({name: value for name, value in RECORD.items() if name != member})


def test_it_is_no_identity(issuer: Issuer) -> None:
    record = IdentityRecord.from_dict(RECORD)
    assert not isinstance(record, Identity)
    with Verifier(issuer.url) as verifier, pytest.raises(TypeError):
        verifier.check_user_access(record, ALICE)  # type: ignore[arg-type]
