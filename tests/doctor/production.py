"""A set-up as it is in production: TLS in front, Better Auth in its production mode, an audience of the API's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend import Backend
from better_auth import BetterAuth, Person
from database import Database
from examination import Examination, examine_all_fetches
from page import GOOD_HEADERS, running_page
from tls import Certificate, TlsFront

AUDIENCE = "https://api.example.com"
A_MONTH = 30 * 24 * 60 * 60


@dataclass(frozen=True)
class Production:
    issuer: BetterAuth
    backend: Backend
    person: Person
    better_auth_url: str
    api_url: str
    page_url: str
    certificate: Certificate

    def examine(self, *, env: dict[str, str] | None = None, **changes: object) -> Examination:
        """With all that there is, but for `changes`: None leaves an option out."""
        options = {
            "better_auth_url": self.better_auth_url,
            "database_url": self.issuer.database.url,
            "token": self.person.token(),
            "session": next(iter(self.person.browser.cookies.values())),
            "api_url": self.api_url,
            "origin": self.page_url,
            "issuer": self.issuer.url,
            "audience": AUDIENCE,
            "ca_file": self.certificate.file,
            "production": True,
        }
        secret = {"BETTER_AUTH_SECRET": self.issuer.program.env["BETTER_AUTH_SECRET"]}
        shown = secret | {name: value.replace("{page}", self.page_url) for name, value in (env or {}).items()}
        return examine_all_fetches(env=shown, **(options | changes))


def given(settings: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in settings.items() if value is not None}


@contextmanager
def running_production(
    folder: Path,
    database: Database,
    certificate: Certificate,
    knows_of_tls: bool = True,
    backend_settings: dict[str, object] | None = None,
    page_headers: dict[str, str] | None = None,
    **settings: object,
) -> Iterator[Production]:
    """Where Better Auth does not know of TLS, its `baseURL` is the http address behind it. A setting that is None is
    left out; `{page}` in one of the backend's is the page's origin."""
    with ExitStack() as stopping:
        front, api_front = TlsFront(certificate), TlsFront(certificate)
        usual = {"audience": AUDIENCE, "rotate_every": A_MONTH, "trusted_proxies": ""}
        issuer = BetterAuth(folder, database, **given(usual | settings))
        page = stopping.enter_context(running_page(certificate, GOOD_HEADERS if page_headers is None else page_headers))
        address = front.url if knows_of_tls else issuer.url
        issuer.program.env |= {"NODE_ENV": "production", "BETTER_AUTH_URL": address}
        issuer.url, issuer.base = address, f"{address}/api/auth"
        stopping.callback(front.stop)
        front.start(issuer.port)
        stopping.callback(issuer.stop)
        issuer.start()
        database.migrate()
        person = issuer.sign_up("alice")
        person.token()  # so that there is a key
        other = {
            "better_auth_audience": AUDIENCE,
            "drawbridge_allowed_origins": "{page}",
            "drawbridge_docs": "off",
            "drawbridge_ca_file": certificate.file,
        } | (backend_settings or {})
        chosen = {name: str(value).replace("{page}", page) for name, value in given(other).items()}
        backend = Backend(folder, issuer, **chosen)
        stopping.callback(backend.stop)
        backend.start()
        stopping.callback(api_front.stop)
        api_front.start(backend.port)
        yield Production(issuer, backend, person, front.url, api_front.url, page, certificate)
