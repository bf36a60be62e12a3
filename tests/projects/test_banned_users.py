"""The README's look at the user, with those whom Better Auth's own plugin admin() has banned and deleted."""

from __future__ import annotations

import pytest

from conftest import NewSite
from database import SqliteDatabase
from loopback import get
from pages import blocks_of

README = "bindings/python/README.md"
SECTIONS = ("Protect a route", "The user in your database")
DRIVERS = {"sqlite": ("sqlite:", "sqlite+aiosqlite:///"), "postgresql": ("postgresql:", "postgresql+asyncpg:")}


@pytest.mark.parametrize("product", DRIVERS)
def test_a_user_whom_the_administrator_bans_is_refused_at_once(new_site: NewSite, product: str) -> None:
    site = new_site(f"banned-{product}")
    if product == "sqlite":
        site.database = SqliteDatabase(site.folder / "app.db")
    issuer = site.start_better_auth(admin="on")
    site.run("drawbridge migrate up --only user")
    app = "".join(blocks_of(README, section, "python")[0] for section in SECTIONS)
    (site.folder / "main.py").write_text(app)
    url = site.start_app(issuer, {"DATABASE_URL": site.database.url.replace(*DRIVERS[product], 1)})
    ada, bob = issuer.sign_up("ada"), issuer.sign_up("bob")
    site.database.execute("""update "user" set role = 'admin' where id = ?""", ada.id)
    bearer = {"Authorization": f"Bearer {bob.token()}"}

    def bobs_profile() -> tuple[int, str]:
        answer = get(f"{url}/api/v1/profile", bearer)
        return answer.status_code, answer.json().get("code") or answer.json()["name"]

    def administer(what: str, **how: object) -> None:
        done = ada.browser.post(f"/admin/{what}", json={"userId": bob.id, **how})
        assert done.status_code == 200, done.text

    let_in, refused = (200, "bob"), (403, "user_unknown")
    assert bobs_profile() == let_in
    administer("ban-user")
    assert bobs_profile() == refused
    administer("unban-user")
    assert bobs_profile() == let_in
    administer("ban-user", banExpiresIn=3600)
    assert bobs_profile() == refused
    administer("ban-user", banExpiresIn=-3600)
    assert bobs_profile() == let_in
    administer("remove-user")
    assert bobs_profile() == refused
