"""The settings that `BetterAuth` passes on to the `Verifier` that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike
from typing import TypedDict

from drawbridge import KeyEvent


class VerifierSettings(TypedDict, total=False):
    """The arguments of `Verifier`, which says what they mean, beside `better_auth_url`."""

    jwks_url: str | None
    issuer: str | None
    audience: str | None
    algorithms: Iterable[str] | None
    clock_skew: int | None
    user_claim: str | None
    max_token_size: int | None
    allow_http_hosts: Iterable[str] | None
    ca_file: str | PathLike[str] | None
    keys_snapshot: str | PathLike[str] | None
    keys_max_stale: int | None
    remembered_tokens: int
    on_event: Callable[[KeyEvent], object] | None
