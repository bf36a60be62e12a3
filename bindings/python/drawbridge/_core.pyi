"""libdrawbridge for the façade in drawbridge/*.py, which is the API."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Literal, final
from uuid import UUID

from typing_extensions import TypeVar

_Uuid_co = TypeVar("_Uuid_co", bound=UUID | None, default=UUID, covariant=True)

@final
class Identity(Generic[_Uuid_co]):
    """The user who sent a request, as a verified token says. Immutable; any number of threads may read one.

    Only a Verifier makes one, so holding one means that a token was verified. Where a verifier goes by `sub`, `uuid`
    may be None: for type checkers that is `Identity[UUID | None]`, and `Identity` alone has a `uuid`.
    """

    @property
    def issuer(self) -> str:
        """Claim `iss` (RFC 7519 §4.1.1): the one of the verifier's issuers that the token names."""
    @property
    def subject(self) -> str:
        """Claim `sub` (RFC 7519 §4.1.2): Better Auth's `user.id`, not empty."""
    @property
    def uuid(self) -> _Uuid_co:
        """Claim `uuid`: the user's id in the backend's tables; None where the token has none."""
    @property
    def email(self) -> str | None: ...
    @property
    def email_verified(self) -> bool | None:
        """Claim `emailVerified`; None when it is not a boolean."""
    @property
    def name(self) -> str | None: ...
    @property
    def roles(self) -> tuple[str, ...]:
        """Claim `role` (comma-separated), else claim `roles` (array of strings); empty when absent."""
    @property
    def session_id(self) -> str | None:
        """Claim `sid`."""
    @property
    def impersonated_by(self) -> str | None:
        """Claim `impersonatedBy`: the `user.id` of the administrator who acts as this user; None when the user does."""
    @property
    def credential(self) -> Literal["token", "session", "key"]:
        """What proved who sent the request. A key is not its user: `key` for a token with the claim `key` too,
        whichever way it came."""
    @property
    def permissions(self) -> Mapping[str, tuple[str, ...]]:
        """Claim `permissions` of an API key's token, actions by resource, read-only; empty for everything else."""
    @property
    def organizations(self) -> Mapping[str, tuple[str, ...]] | None:
        """Claim `orgs`: the organizations that the user is a member of, by id, with the roles in each, read-only. None
        where the credential does not say: nothing is known then, not even that there are none."""
    @property
    def organizations_truncated(self) -> bool:
        """Claim `orgs_truncated`: the user is a member of more than `organizations` has."""
    @property
    def active_organization(self) -> str | None:
        """Claim `active_org`: the organization that the front end works with, to be shown. The user chooses it, so it
        never decides what a request may do."""
    @property
    def issued_at(self) -> datetime | None:
        """Claim `iat`, aware, whole seconds; Better Auth may leave it out."""
    @property
    def expires_at(self) -> datetime:
        """Claim `exp`, aware, whole seconds, rounded down."""
    @property
    def claims(self) -> Mapping[str, Any]:  # Any: what a claim holds is the issuer's choice
        """All claims as they were signed, read-only; read from JSON at each call."""
    def has_role(self, role: str) -> bool: ...
    def has_permission(self, resource: str, action: str) -> bool:
        """Whether `permissions` lists the action. Sessions and tokens of users have no permissions."""

@final
class Pending:
    def on_done(self, wake: Callable[[], object]) -> None: ...
    def result(self) -> Identity[Any]: ...  # Any: the verifier knows what its policy requires

@final
class SessionLook:
    """A session that Python is to look for. Answered once, by found() or failed(), which raise AuthError."""

    @property
    def token(self) -> str: ...
    def found(self, record: bytes | None, revoked_before: int | None) -> Identity[Any]: ...
    def failed(self, why: str) -> Identity[Any]: ...

@final
class CredentialSource:
    def __init__(
        self,
        *,
        kinds: Sequence[str],
        base_url: str,
        session_cookie: str | None,
        secrets: Sequence[str],
        allowed_origins: Sequence[str],
        max_age: int,
        reads_sessions: bool,
        session_cache: bool,
        on_failure: Callable[[str], object],
    ) -> None: ...

_CredentialCounts = tuple[int, int, int, int, int, int]
_Headers = Iterable[tuple[bytes, bytes]]

@final
class RemoteVerifier:
    def __init__(
        self,
        *,
        jwks_url: str,
        issuers: Sequence[str],
        audiences: Sequence[str],
        algorithms: Sequence[str],
        clock_skew: int,
        max_token_size: int,
        required_claims: Sequence[str],
        allow_http_hosts: Sequence[str],
        ca_file: str | None,
        keys_snapshot: str | None,
        keys_max_stale: int,
        remembered_tokens: int,
        revocations: str,
        revocations_url: str | None,
        revocations_secret: str | None,
        eddsa_tables: bool,
        on_event: Callable[[bool, str, bool], object],
        credentials: CredentialSource,
    ) -> None: ...
    def verify(self, token: str, client_address: str | None) -> Identity[Any]: ...
    def authenticate(self, header: str | None, client_address: str | None) -> Identity[Any]: ...
    def verify_async(self, token: str, client_address: str | None) -> Identity[Any] | Pending: ...
    def authenticate_async(self, header: str | None, client_address: str | None) -> Identity[Any] | Pending: ...
    def authenticate_request(
        self, headers: _Headers, method: str, is_websocket: bool, client_address: str | None
    ) -> Identity[Any]: ...
    def authenticate_request_async(
        self, headers: _Headers, method: str, is_websocket: bool, client_address: str | None
    ) -> Identity[Any] | Pending | SessionLook: ...
    def counts_by_cookie(self, headers: _Headers) -> bool: ...
    def refresh(self) -> None: ...
    def key_status(self) -> tuple[Literal["fresh", "stale", "absent"], int, int | None, str]: ...
    def revocation_status(self) -> tuple[Literal["off", "pending", "current", "lost"], bool, int, int | None, str]: ...
    def counts(self) -> tuple[int, int, int, int, int, int, _CredentialCounts, _CredentialCounts, int, int]: ...

def error_codes() -> dict[str, tuple[str, int, str, str | None]]: ...
def count_refusal(code: str) -> None: ...
def refusals() -> dict[str, int]: ...
def end_of_interpreter() -> None: ...
def in_verifiers_thread() -> bool:
    """Whether a thread of a verifier's own made this call, as one does for `on_event`."""

def better_auth_at(url: str) -> tuple[str, str, str]: ...
def session_cookie_name(issuer: str) -> str: ...
def cache_cookie_name(session_cookie: str) -> str | None: ...
def read_versioned_secrets(text: str) -> list[str] | None: ...
def session_key(prefix: str, token: str) -> str: ...
def revocation_key(prefix: str, record: bytes) -> str | None: ...
def read_revocation(text: bytes) -> int | None: ...
def check_user_access(identity: Identity[UUID | None], path_user_id: str, by_subject: bool, as_uuid: bool) -> None: ...
def check_membership(identity: Identity[UUID | None], organization_id: str, roles: Sequence[str] | None) -> None: ...
def knows_membership(identity: Identity[UUID | None], organization_id: str) -> bool: ...

# What a migration does; drawbridge/alembic/changes.py says what the parts are.
_Query = Callable[[str], list[list[str | None]]]
_Plan = tuple[str, list[tuple[str, list[str], list[str], int, str]]]

def plan_better_auth_tables(product: str, query: _Query, where: tuple[str, str], ids: str) -> _Plan: ...
def plan_user_uuid(product: str, query: _Query, where: tuple[str, str]) -> _Plan: ...
def plan_without_better_auth_tables(product: str, query: _Query, where: tuple[str, str]) -> _Plan: ...
def plan_without_user_uuid(product: str, query: _Query, where: tuple[str, str]) -> _Plan: ...
def session_statement(product: str, query: _Query, where: tuple[str, str], parameter: str) -> tuple[str, str]: ...
def refused_change(name: str, done: str, reason: str) -> str: ...
def tables_of_migrations() -> list[str]: ...
