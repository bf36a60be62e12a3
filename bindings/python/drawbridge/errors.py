"""Why a request was refused: one vocabulary for C++, JSON, Python and TypeScript."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from drawbridge import _core


class _Facts(NamedTuple):
    group: str
    status: int
    title: str
    www_authenticate: str | None


_FACTS: Mapping[str, _Facts] = {code: _Facts(*facts) for code, facts in _core.error_codes().items()}

ERROR_CODES: Mapping[str, tuple[str, int]] = MappingProxyType(
    {code: (facts.group, facts.status) for code, facts in _FACTS.items()}
)
"""The group and the HTTP status of every code, as the C++ library has them."""


class AuthError(Exception):
    """A refusal.

    `detail` says what happened and may be shown to whoever sent the request: it holds nothing of the token. `hint`
    says why and what to do, for the developer; it may quote claims, escaped and shortened, but never the token or a
    secret. `retry_after`, in seconds, is there for the group *unavailable* (RFC 9110 §10.2.3).

    An application may raise one of its own with any of ERROR_CODES, for example `user_unknown`.
    """

    def __init__(self, code: str, detail: str = "", hint: str = "", retry_after: int | None = None) -> None:
        if code not in _FACTS:
            raise ValueError(f'"{code}" is no error code: drawbridge.ERROR_CODES lists them')
        super().__init__(code, detail, hint, retry_after)
        self.code = code
        self.detail = detail or f"{_FACTS[code].title}."
        self.hint = hint
        self.retry_after = retry_after

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.code}:", self.detail, self.hint) if part)

    @property
    def group(self) -> str:
        """`malformed`, `rejected`, `forbidden`, `unavailable`, `request` or `internal`."""
        return _FACTS[self.code].group

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return _FACTS[self.code].status

    @property
    def title(self) -> str:
        """One English phrase for the code."""
        return _FACTS[self.code].title

    @property
    def www_authenticate(self) -> str | None:
        """The value of the `WWW-Authenticate` header (RFC 6750 §3); None where none belongs."""
        return _FACTS[self.code].www_authenticate

    def headers(self) -> dict[str, str]:
        """The headers that an answer with this error has beside its content's."""
        headers = {"Cache-Control": "no-store"}
        if self.www_authenticate is not None:
            headers["WWW-Authenticate"] = self.www_authenticate
        if self.group == "unavailable" or self.retry_after is not None:
            headers["Retry-After"] = str(1 if self.retry_after is None else self.retry_after)
        return headers

    def problem(self) -> dict[str, str | int]:
        """The RFC 9457 problem document, to be sent as `application/problem+json`."""
        return {
            "type": f"urn:drawbridge:error:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
