"""The settings of a Verifier: each an argument, with an environment variable behind it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from drawbridge import _core
from drawbridge.certificates import certificate_file
from drawbridge.credential_settings import (
    base_url_of,
    fault_of_cached_name,
    fault_of_cookie_name,
    fault_of_kind,
    fault_of_origin,
    fault_of_place,
    quoted,
    session_cookie_of,
)

VARIABLES: Mapping[str, str] = {
    "better_auth_url": "BETTER_AUTH_URL",
    "jwks_url": "BETTER_AUTH_JWKS_URL",
    "issuer": "BETTER_AUTH_ISSUER",
    "audience": "BETTER_AUTH_AUDIENCE",
    "algorithms": "DRAWBRIDGE_ALGORITHMS",
    "clock_skew": "DRAWBRIDGE_CLOCK_SKEW",
    "user_claim": "DRAWBRIDGE_USER_CLAIM",
    "max_token_size": "DRAWBRIDGE_MAX_TOKEN_SIZE",
    "allow_http_hosts": "DRAWBRIDGE_ALLOW_HTTP_HOSTS",
    "ca_file": "DRAWBRIDGE_CA_FILE",
    "keys_snapshot": "DRAWBRIDGE_KEYS_SNAPSHOT",
    "keys_max_stale": "DRAWBRIDGE_KEYS_MAX_STALE",
    "revocations": "DRAWBRIDGE_REVOCATIONS",
    "revocations_secret": "DRAWBRIDGE_REVOCATIONS_SECRET",
    "eddsa_tables": "DRAWBRIDGE_EDDSA_TABLES",
    "credentials": "DRAWBRIDGE_CREDENTIALS",
    "sessions": "DRAWBRIDGE_SESSIONS",
    "session_cookie": "DRAWBRIDGE_SESSION_COOKIE",
    "secret": "BETTER_AUTH_SECRET",
    "secrets": "BETTER_AUTH_SECRETS",
    "allowed_origins": "DRAWBRIDGE_ALLOWED_ORIGINS",
    "credential_max_age": "DRAWBRIDGE_CREDENTIAL_MAX_AGE",
}
"""The environment variable of each argument."""

_NO_BETTER_AUTH = (
    "BETTER_AUTH_URL",
    "is not set: say where Better Auth is, for example BETTER_AUTH_URL=http://localhost:3000",
)

_CORE_ALGORITHMS = (
    *("EdDSA", "Ed25519", "ES256", "ES384", "ES512"),
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
)


@dataclass(frozen=True)
class Settings:
    """Settings that can work, durations in seconds."""

    jwks_url: str
    issuer: tuple[str, ...]
    audience: tuple[str, ...]
    algorithms: tuple[str, ...]
    clock_skew: int
    user_claim: str
    max_token_size: int
    allow_http_hosts: tuple[str, ...]
    ca_file: str | None
    keys_snapshot: str | None
    keys_max_stale: int
    revocations: str = "preferred"
    revocations_secret: str | None = field(default=None, repr=False)
    revocations_url: str | None = None
    eddsa_tables: bool = True
    credentials: tuple[str, ...] = ("token",)
    # Of sessions and keys, as they are where none is taken.
    base_url: str = ""
    credential_max_age: int = 30
    # Of sessions. Read from storage, they need no address of Better Auth.
    reads_sessions: bool = False
    session_cache: bool = False
    session_cookie: str | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    allowed_origins: tuple[str, ...] = ()


class _Given(NamedTuple):
    value: object  # of an argument whatever was passed, of a variable a str
    name: str  # the argument or the variable that gave it


def read_settings(arguments: Mapping[str, object], environment: Mapping[str, str] = os.environ) -> Settings:
    """An argument that is not None wins over its variable.

    Raises ValueError, with one line that names the setting, says what is wrong with it and what to do, for the first
    value that cannot work, an empty one among them.
    """
    return _Reader(arguments, environment).settings()


def better_auth_origin(better_auth_url: str | None = None, environment: Mapping[str, str] = os.environ) -> str:
    """The origin of `better_auth_url`, or of BETTER_AUTH_URL: scheme, host and port alone. ValueError as above."""
    return _Reader({"better_auth_url": better_auth_url}, environment).origin()


def allowed_origins(arguments: Mapping[str, object], environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The origins whose pages may use the API, whether or not sessions are taken. ValueError as above."""
    return _Reader(arguments, environment).allowed_origins()


class ShownCredentials(NamedTuple):
    """What an app's document says of the credentials that it takes."""

    kinds: tuple[str, ...]
    session_cookie: str


def shown_credentials(arguments: Mapping[str, object], environment: Mapping[str, str] = os.environ) -> ShownCredentials:
    """The same without the settings that only a verifier needs, so that a document can be written anywhere."""
    return _Reader(arguments, environment).shown_credentials()


def _fault(name: str, what: str) -> NoReturn:
    raise ValueError(f"{name} {what}")


def _fault_if_any(name: str, what: str | None) -> None:
    if what is not None:
        _fault(name, what)


class _Reader:
    def __init__(self, arguments: Mapping[str, object], environment: Mapping[str, str]) -> None:
        self._arguments = arguments
        self._environment = environment

    def settings(self) -> Settings:
        jwks_url = self._jwks_url()
        issuer = self._claim("issuer", 1)
        revocations = self._revocations()
        kinds = self._kinds()
        takes_sessions = "session" in kinds
        reads_sessions = takes_sessions and not isinstance(self._arguments.get("sessions"), str | None)
        asks = "key" in kinds or (takes_sessions and not reads_sessions)
        return Settings(
            jwks_url=jwks_url,
            issuer=issuer,
            audience=self._claim("audience", 2),
            algorithms=self._list("algorithms", ("EdDSA",), self._check_algorithm),
            clock_skew=self._number("clock_skew", 30, 0, 300, "seconds"),
            user_claim=self._user_claim(),
            max_token_size=self._number("max_token_size", 16_384, 1, 1024 * 1024, "bytes"),
            allow_http_hosts=self._list("allow_http_hosts", (), self._check_host),
            ca_file=self._ca_file(),
            keys_snapshot=self._keys_snapshot(),
            keys_max_stale=self._number("keys_max_stale", 86_400, 1, 30 * 86_400, "seconds"),
            revocations=revocations,
            revocations_secret=self._revocations_secret() if revocations != "off" else None,
            revocations_url=self._revocations_url(jwks_url, revocations),
            eddsa_tables=self._eddsa_tables(),
            credentials=kinds,
            base_url=self._base_url(jwks_url) if asks else "",
            credential_max_age=self._number("credential_max_age", 30, 0, 30, "seconds") if asks else 30,
            reads_sessions=reads_sessions,
            session_cache=takes_sessions and not reads_sessions and self._session_cache(issuer),
            session_cookie=self._session_cookie(issuer) if takes_sessions else None,
            secrets=self._secrets(reads_sessions) if takes_sessions else (),
            allowed_origins=self.allowed_origins() if takes_sessions else (),
        )

    def allowed_origins(self) -> tuple[str, ...]:
        if self._find("allowed_origins") is None:
            return (self.origin(),)
        return self._list("allowed_origins", (), lambda name, item: _fault_if_any(name, fault_of_origin(item)))

    def shown_credentials(self) -> ShownCredentials:
        kinds = self._kinds()
        if "session" not in kinds:
            return ShownCredentials(kinds, "")
        known = self._find("issuer") or self._find("better_auth_url")
        issuer = self._claim("issuer", 1) if known else ("http://",)
        return ShownCredentials(kinds, self._session_cookie(issuer))

    def origin(self) -> str:
        addresses = self._better_auth()
        if addresses is None:
            _fault(*_NO_BETTER_AUTH)
        return addresses[1]

    def _find(self, argument: str) -> _Given | None:
        value = self._arguments.get(argument)
        given = None if value is None else _Given(value, argument)
        variable = VARIABLES[argument]
        if given is None and variable in self._environment:
            given = _Given(self._environment[variable], variable)
        if given is not None and given.value == "":
            _fault(given.name, "is empty: give it a value, or leave it out")
        return given

    def _text(self, argument: str) -> _Given | None:
        given = self._find(argument)
        if given is not None and not isinstance(given.value, (str, os.PathLike)):
            _fault(given.name, f"is a {type(given.value).__name__}: give a str")
        return given if given is None else _Given(os.fspath(given.value), given.name)  # type: ignore[call-overload]

    def _better_auth(self) -> tuple[str, str, str] | None:
        """`(jwks_url, issuer, audience)` as the URL of Better Auth says."""
        given = self._text("better_auth_url")
        if given is None:
            return None
        try:
            return _core.better_auth_at(str(given.value))
        except ValueError as error:
            _fault(given.name, f"cannot be used: {error}")

    def _jwks_url(self) -> str:
        given = self._text("jwks_url")
        if given is not None:
            return str(given.value)
        addresses = self._better_auth()
        if addresses is None:
            _fault(*_NO_BETTER_AUTH)
        return addresses[0]

    def _claim(self, argument: str, place: int) -> tuple[str, ...]:
        given = self._find(argument)
        if given is not None:
            text = given.value
            # Compared byte by byte, so that white space around it by mistake would refuse every token.
            if isinstance(text, str) and text != text.strip():
                _fault(given.name, f"is {quoted(text)}: remove the white space around it")
            a_name = ("",)  # an empty list is none, and refused
            return self._list(argument, a_name, self._check_claim)
        addresses = self._better_auth()
        if addresses is None:
            _fault(VARIABLES[argument], "is not set: set it, or set BETTER_AUTH_URL, whose origin is the default")
        return (addresses[place],)

    @staticmethod
    def _check_claim(name: str, item: str) -> None:
        if item != item.strip():
            _fault(name, f"names {quoted(item)}: remove the white space around it")
        if "*" in item:
            _fault(name, f"names {quoted(item)}: it is compared literally, so list each one")

    def _number(self, argument: str, default: int, least: int, most: int, unit: str) -> int:
        given = self._find(argument)
        if given is None:
            return default
        value = given.value
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            _fault(given.name, f"is {quoted(given.value)}: give a whole number of {unit} from {least} to {most}")
        return value

    def _list(self, argument: str, default: tuple[str, ...], check: Callable[[str, str], None]) -> tuple[str, ...]:
        given = self._find(argument)
        if given is None:
            return default
        if isinstance(given.value, str):
            items = [item.strip(" ") for item in given.value.split(",")]
        elif isinstance(given.value, Iterable) and not isinstance(given.value, (bytes, Mapping)):
            items = list(given.value)
            for item in items:
                if not isinstance(item, str):  # os.getenv of what is not set, for example
                    _fault(given.name, f"holds a {type(item).__name__}: give a str or a list of str")
        else:
            _fault(given.name, f"is a {type(given.value).__name__}: give a str or a list of str")
        if not all(items):
            _fault(given.name, f"is {quoted(given.value)}: an item is empty, before or after a comma")
        if not items and default:
            _fault(given.name, "is empty: give it a value, or leave it out")
        for item in items:
            check(given.name, item)
        return tuple(dict.fromkeys(items))

    @staticmethod
    def _check_algorithm(name: str, item: str) -> None:
        if item not in _CORE_ALGORITHMS:
            _fault(
                name,
                f"names {quoted(item)}, which Drawbridge does not verify: give one or more of "
                f"{', '.join(_CORE_ALGORITHMS)}",
            )

    @staticmethod
    def _check_host(name: str, item: str) -> None:
        bracketed = item.startswith("[") and item.endswith("]")
        if any(foreign in item for foreign in "/@* ") or (":" in item and not bracketed):
            _fault(name, f"names {quoted(item)}: give only host names, without http://, port or *")

    def _user_claim(self) -> str:
        given = self._text("user_claim")
        if given is None:
            return "uuid"
        if given.value not in ("uuid", "sub"):
            _fault(given.name, f"is {quoted(given.value)}: give one of uuid, sub")
        return str(given.value)

    def _kinds(self) -> tuple[str, ...]:
        seen: set[str] = set()

        def check(name: str, item: str) -> None:
            _fault_if_any(name, fault_of_kind(item))
            if item in seen:
                _fault(name, f"names {quoted(item)} twice: give each once")
            seen.add(item)

        return self._list("credentials", ("token",), check)

    def _revocations(self) -> str:
        given = self._text("revocations")
        if given is None:
            return "preferred"
        if given.value not in ("preferred", "required", "off"):
            _fault(given.name, f"is {quoted(given.value)}: give one of preferred, required, off")
        return str(given.value)

    def _eddsa_tables(self) -> bool:
        given = self._text("eddsa_tables")
        if given is not None and given.value not in ("on", "off"):
            _fault(given.name, f"is {quoted(given.value)}: give one of on, off")
        return given is None or given.value == "on"

    def _revocations_secret(self) -> str | None:
        given = self._text("revocations_secret")
        return None if given is None else str(given.value)

    def _revocations_url(self, jwks_url: str, revocations: str) -> str | None:
        """Better Auth's base URL, where that of the keys does not say it."""
        if revocations == "off" or jwks_url.endswith("/jwks"):
            return None
        better_auth_url = self._text("better_auth_url")
        return base_url_of(jwks_url, str(better_auth_url.value)) if better_auth_url else None

    def _base_url(self, jwks_url: str) -> str:
        better_auth_url = self._text("better_auth_url")
        found = base_url_of(jwks_url, str(better_auth_url.value) if better_auth_url else "")
        if not found:
            _fault(
                "BETTER_AUTH_URL",
                "is not set, but sessions and keys are checked with Better Auth: set it, or accept only tokens "
                "(DRAWBRIDGE_CREDENTIALS=token)",
            )
        return found

    def _session_cookie(self, issuer: tuple[str, ...]) -> str:
        given = self._text("session_cookie")
        if given is not None:
            _fault_if_any(given.name, fault_of_cookie_name(str(given.value)))
            return str(given.value)
        name = session_cookie_of(issuer)
        if name is None:
            _fault(
                VARIABLES["session_cookie"],
                "is not set, and BETTER_AUTH_ISSUER has both http and https issuers, whose cookies have "
                "different names: give the name that browsers have",
            )
        return name

    def _session_cache(self, issuer: tuple[str, ...]) -> bool:
        place = self._text("sessions")
        if place is None:
            return False
        _fault_if_any(place.name, fault_of_place(str(place.value)))
        if place.value != "cookie":
            return False
        given = self._text("session_cookie")
        if given is not None:
            _fault_if_any(given.name, fault_of_cached_name(self._session_cookie(issuer)))
        return True

    def _secrets(self, is_needed: bool) -> tuple[str, ...]:
        """As Better Auth: where there are versioned ones, they alone sign cookies."""
        versioned = self._text("secrets")
        if versioned is not None:
            found = _core.read_versioned_secrets(str(versioned.value))
            if found is None:
                _fault(
                    versioned.name,
                    "cannot be read: give each as VERSION:SECRET, the newest first, no version twice: 2:…,1:…",
                )
            return tuple(found)
        secret = self._text("secret")
        if secret is None and is_needed:
            _fault(
                VARIABLES["secret"],
                "is not set, but sessions are read from storage: give Better Auth's secret, which exposes forged "
                "session cookies",
            )
        return () if secret is None else (str(secret.value),)

    def _ca_file(self) -> str | None:
        given = self._text("ca_file")
        if given is None:
            return certificate_file()
        file = str(given.value)
        if not os.path.isfile(file) or not os.access(file, os.R_OK):
            _fault(given.name, f"is {quoted(file)}: there is no such file, or it cannot be read")
        return file

    def _keys_snapshot(self) -> str | None:
        given = self._text("keys_snapshot")
        if given is None:
            return None
        file = str(given.value)
        if os.path.isdir(file):
            _fault(given.name, f"is {quoted(file)}: that is a directory; name a file in it")
        if not os.path.isdir(os.path.dirname(file) or "."):
            _fault(given.name, f"is {quoted(file)}: its directory does not exist")
        return file
