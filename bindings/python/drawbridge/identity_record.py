"""What an Identity says, as plain data: for queues, caches and other processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeVar
from uuid import UUID

from drawbridge._core import Identity

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class IdentityRecord:
    """What an Identity said when it was recorded; its members, but for `claims`, are the same. Immutable.

    It proves nothing: whoever can write to where it was kept can write another. Trust it as far as you trust that
    place, and look at `expires_at` where the token must still be good.
    """

    issuer: str
    subject: str
    uuid: UUID | None
    email: str | None
    email_verified: bool | None
    name: str | None
    roles: tuple[str, ...]
    session_id: str | None
    impersonated_by: str | None
    credential: str
    permissions: Mapping[str, tuple[str, ...]] = field(hash=False)
    organizations: Mapping[str, tuple[str, ...]] | None = field(hash=False)
    organizations_truncated: bool
    active_organization: str | None
    issued_at: datetime | None
    expires_at: datetime

    @classmethod
    def of(cls, identity: Identity[UUID | None]) -> IdentityRecord:
        members = {name: getattr(identity, name) for name in cls.__dataclass_fields__}
        # Read-only views cannot be pickled.
        organizations = None if identity.organizations is None else dict(identity.organizations)
        return cls(**{**members, "permissions": dict(identity.permissions), "organizations": organizations})

    def to_dict(self) -> dict[str, Any]:  # Any: JSON
        """Texts, numbers, booleans, None, lists and dicts, which `json.dumps` takes; times are UNIX seconds. It is
        the form that `/api/v1/me` of the tasks API has."""
        return {
            "issuer": self.issuer,
            "subject": self.subject,
            "uuid": None if self.uuid is None else str(self.uuid),
            "email": self.email,
            "email_verified": self.email_verified,
            "name": self.name,
            "roles": list(self.roles),
            "session_id": self.session_id,
            "impersonated_by": self.impersonated_by,
            "credential": self.credential,
            "permissions": _lists(self.permissions),
            "organizations": None if self.organizations is None else _lists(self.organizations),
            "organizations_truncated": self.organizations_truncated,
            "active_organization": self.active_organization,
            "issued_at": None if self.issued_at is None else int(self.issued_at.timestamp()),
            "expires_at": int(self.expires_at.timestamp()),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> IdentityRecord:
        """The same again. ValueError for what `to_dict` does not give; members that it does not know are left out."""

        def read(name: str, kind: type[_Value]) -> _Value:
            value = record.get(name)
            # A bool is an int in Python, and in JSON it is not.
            if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
                raise ValueError(f'the record\'s member "{name}" is not a {kind.__name__}')
            return value

        def maybe(name: str, kind: type[_Value]) -> _Value | None:
            if name not in record:
                raise ValueError(f'the record has no member "{name}"')
            return None if record[name] is None else read(name, kind)

        def texts(name: str, value: object) -> tuple[str, ...]:
            if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
                raise ValueError(f'the record\'s member "{name}" is not a list of str')
            return tuple(value)

        def texts_by_name(name: str, found: dict[Any, Any]) -> dict[str, tuple[str, ...]]:
            return {str(key): texts(name, value) for key, value in found.items()}

        organizations = maybe("organizations", dict)
        issued_at = maybe("issued_at", int)
        uuid = maybe("uuid", str)
        return cls(
            issuer=read("issuer", str),
            subject=read("subject", str),
            uuid=None if uuid is None else _read("uuid", UUID, uuid),
            email=maybe("email", str),
            email_verified=maybe("email_verified", bool),
            name=maybe("name", str),
            roles=texts("roles", record.get("roles")),
            session_id=maybe("session_id", str),
            impersonated_by=maybe("impersonated_by", str),
            credential=read("credential", str),
            permissions=texts_by_name("permissions", read("permissions", dict)),
            organizations=None if organizations is None else texts_by_name("organizations", organizations),
            organizations_truncated=read("organizations_truncated", bool),
            active_organization=maybe("active_organization", str),
            issued_at=None if issued_at is None else _read("issued_at", _time, issued_at),
            expires_at=_read("expires_at", _time, read("expires_at", int)),
        )

    def has_role(self, role: str) -> bool:
        return role in self.roles

    def has_permission(self, resource: str, action: str) -> bool:
        return action in self.permissions.get(resource, ())


def _lists(texts: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(each) for name, each in texts.items()}


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


def _read(name: str, make: Callable[[Any], _Value], value: object) -> _Value:
    try:
        return make(value)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(f'the record\'s member "{name}" cannot be read: {error}') from None
