"""Why a request was refused: one vocabulary for C++, JSON, Python and TypeScript."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple

from drawbridge import _core


class _Facts(NamedTuple):
    group: str
    status: int
    title: str
    www_authenticate: str | None


_FACTS: Mapping[str, _Facts] = {code: _Facts(*facts) for code, facts in _core.error_codes().items()}

_STATUSES = frozenset(int(status) for status in HTTPStatus)

ERROR_CODES: Mapping[str, tuple[str, int]] = MappingProxyType(
    {code: (facts.group, facts.status) for code, facts in _FACTS.items()}
)
"""The group and the HTTP status of every code, as the C++ library has them."""


def _facts_of_ones_own(code: str, status: int | None) -> _Facts:
    """Of an application's code; ValueError for what cannot be one."""
    if code in _FACTS:
        raise ValueError(f'"{code}" is a code of Drawbridge, with the status {_FACTS[code].status}: leave status out')
    if not isinstance(status, int) or isinstance(status, bool) or not 400 <= status <= 499:
        raise ValueError(
            f'"{code}" is not one of drawbridge.ERROR_CODES; your own code needs a status of 400 to 499: '
            f'AuthError("{code}", status=403)'
        )
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", code, re.ASCII):
        raise ValueError(f'"{code}" cannot be an error code: write it in lower case, like account_locked')
    title = HTTPStatus(status).phrase if status in _STATUSES else f"Error {status}"
    challenge = f'Bearer realm="drawbridge", error="invalid_token", error_description="{code}"'
    group = {401: "rejected", 403: "forbidden"}.get(status, "request")
    return _Facts(group, status, title, challenge if status == 401 else None)


def _again(kind: type[AuthError], arguments: tuple[object, ...]) -> AuthError:
    """An error as it was made, before it gets its attributes."""
    return kind.__new__(kind, *arguments)


class AuthError(Exception):
    """A refusal.

    `detail` says what happened and may be shown to whoever sent the request: it holds nothing of the token. `hint`
    says why and what to do, for the developer; it may quote claims, escaped and shortened, but never the token or a
    secret. `retry_after`, in seconds, is there for the group *unavailable* (RFC 9110 §10.2.3).

    An application may raise one of its own with any of ERROR_CODES, for example `user_unknown`, or with a code of its
    own and a `status` of 400 to 499: `AuthError("account_locked", "…", status=403)`. ValueError for anything else. A
    subclass may have attributes and arguments of its own; `copy` and `pickle` keep them.
    """

    def __init__(
        self, code: str, detail: str = "", hint: str = "", retry_after: int | None = None, *, status: int | None = None
    ) -> None:
        self._facts = _FACTS[code] if status is None and code in _FACTS else _facts_of_ones_own(code, status)
        self._status_given = status
        super().__init__(code, detail, hint, retry_after)
        self.code = code
        self.detail: str = detail or f"{self._facts.title}."
        self.hint = hint
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[object, ...]:
        """For a copy, or another process. A subclass may be made of other arguments, so it is not called again."""
        return (_again, (type(self), self.args), self.__dict__.copy())

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.code}:", self.detail, self.hint) if part)

    @property
    def group(self) -> str:
        """`malformed`, `rejected`, `forbidden`, `unavailable`, `request` or `internal`."""
        return self._facts.group

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return self._facts.status

    @property
    def title(self) -> str:
        """One English phrase for the code."""
        return self._facts.title

    @property
    def www_authenticate(self) -> str | None:
        """The value of the `WWW-Authenticate` header (RFC 6750 §3); None where none belongs."""
        return self._facts.www_authenticate

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
            # RFC 9457 §4.2.1: of a code of the app's own nothing is said but what its status says.
            "type": "about:blank" if self._status_given else f"urn:drawbridge:error:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
