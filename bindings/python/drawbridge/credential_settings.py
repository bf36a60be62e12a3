"""What the settings of sessions and API keys may be."""

from __future__ import annotations

import re

from drawbridge import _core

KINDS = ("token", "session", "key")
"""Of credentials."""
PLACES = ("issuer", "cookie")
"""Where a session is looked for."""

_COOKIE_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)  # a token, RFC 9110 §5.6.2
_COOKIE_VALUE = re.compile(r"[^.]{32}\.\S{44,}")


def fault_of_kind(kind: str) -> str | None:
    """What is wrong with it, to be said after the setting's name; None where nothing is. So do they all."""
    return (
        None if kind in KINDS else f"names {quoted(kind)}: give one or more of {', '.join(KINDS)}, separated by commas"
    )


def fault_of_cookie_name(name: str) -> str | None:
    """Does not quote it: it may be a session, where somebody took the setting for that."""
    if _COOKIE_VALUE.fullmatch(name):
        return "holds a cookie's value, which is a secret: give the cookie's name"
    if not _COOKIE_NAME.fullmatch(name):
        return "is not a cookie name: give only the full name, for example __Secure-better-auth.session_token"
    return None


def fault_of_place(place: str) -> str | None:
    """Of where a session is looked for."""
    if place in PLACES:
        return None
    storage = "; where it is storage, pass sessions= of drawbridge.sessions" if place in ("database", "redis") else ""
    return f"is {quoted(place)}: give one of {', '.join(PLACES)}{storage}"


def fault_of_cached_name(name: str) -> str | None:
    """Of a session cookie's name, where its cache is taken."""
    if _core.cache_cookie_name(name) is not None:
        return None
    return (
        "does not end in session_token, so the name of the cookie that caches the session cannot be derived from "
        "it: name Better Auth's cookies with advanced.cookiePrefix"
    )


def fault_of_origin(origin: str) -> str | None:
    if "*" in origin or origin == "null":
        return (
            f"names {quoted(origin)}, which would let any page in: list each origin, for example "
            "https://app.example.com"
        )
    try:
        written_by_a_browser = _core.better_auth_at(origin)[1]
    except ValueError:
        return f"names {quoted(origin)}, which is not an origin: give for example https://app.example.com"
    if origin != written_by_a_browser:
        return f"names {quoted(origin)}, but a browser sends the origin {quoted(written_by_a_browser)}: write that"
    return None


def session_cookie_of(issuers: tuple[str, ...]) -> str | None:
    """The session cookie's usual name; None where http and https among the issuers make it two."""
    names = {_core.session_cookie_name(issuer) for issuer in issuers}
    return names.pop() if len(names) == 1 else None


def base_url_of(jwks_url: str, better_auth_url: str) -> str:
    """Where sessions and keys are asked about: where the keys of tokens come from, as that is how the API reaches
    Better Auth. Else, where the key set has an address of its own, as `better_auth_url` says."""
    return jwks_url.removesuffix("/jwks") if jwks_url.endswith("/jwks") else better_auth_url


def quoted(value: object) -> str:
    text = str(value)
    return '"' + (text if len(text) <= 64 else text[:63] + "…").encode("unicode_escape").decode() + '"'
