"""The arguments of a `Verifier` for type checkers: those that `BetterAuth` passes on to the one that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from uuid import UUID

    from typing_extensions import TypeVar

    from drawbridge.sessions.source import SessionSource
    from drawbridge.verifier import KeyEvent

    # What `uuid` of an Identity is: always there, unless the verifier goes by `sub`.
    Uuid_co = TypeVar("Uuid_co", bound=UUID | None, default=UUID, covariant=True)
else:
    from typing import TypeVar

    Uuid_co = TypeVar("Uuid_co", covariant=True)


class VerifierSettings(TypedDict, total=False):
    """The arguments of `Verifier`, which says what they mean, beside `better_auth_url` and `user_claim`."""

    jwks_url: str | None
    issuer: str | Iterable[str] | None
    audience: str | Iterable[str] | None
    algorithms: Iterable[str] | None
    clock_skew: int | None
    max_token_size: int | None
    allow_http_hosts: Iterable[str] | None
    ca_file: str | PathLike[str] | None
    keys_snapshot: str | PathLike[str] | None
    keys_max_stale: int | None
    revocations: str | None
    revocations_secret: str | None
    eddsa_tables: str | None
    credentials: str | Iterable[str] | None
    session_cookie: str | None
    secret: str | None
    secrets: str | None
    allowed_origins: str | Iterable[str] | None
    credential_max_age: int | None
    sessions: str | SessionSource | None
    remembered_tokens: int
    on_event: Callable[[KeyEvent], object] | None
