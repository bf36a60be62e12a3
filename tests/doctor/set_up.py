"""A whole set-up that doctor looks at: Better Auth, a database, an API and somebody who is signed in."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend import Backend
from better_auth import BetterAuth, Person
from examination import Examination, examine

SESSION_COOKIE = "better-auth.session_token"


@dataclass(frozen=True)
class SetUp:
    issuer: BetterAuth
    backend: Backend
    person: Person
    token: str = field(repr=False)

    @property
    def session_cookie(self) -> str:
        return self.person.browser.cookies[SESSION_COOKIE]

    def options(self) -> dict[str, object]:
        """All that doctor can be given."""
        return {
            "better_auth_url": self.issuer.url,
            "database_url": self.issuer.database.url,
            "token": self.token,
            "session": self.session_cookie,
            "api_url": self.backend.url,
        }

    def examine(self, *, env: dict[str, str] | None = None, **changes: object) -> Examination:
        """With all that there is, but for `changes`: None leaves an option out."""
        return examine(env=env, **(self.options() | changes))
