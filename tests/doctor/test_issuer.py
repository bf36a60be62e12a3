"""What Better Auth makes of a session, and whether it can sign."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from better_auth import BetterAuth, Person
from cases import cases
from conftest import PRODUCTS, NewDatabase, StartIssuer
from examination import Examination, examine
from findings import only
from loopback import get
from set_up import SESSION_COOKIE, SetUp


def examine_session(issuer: BetterAuth, person: Person, **more: object) -> Examination:
    return examine(
        better_auth_url=issuer.url,
        session=person.browser.cookies[SESSION_COOKIE],
        **more,
    )


# ---- the cookie --------------------------------------------------------------------------------------

FORMS: dict[str, Callable[[str], str]] = {
    "its value": lambda cookie: cookie,
    "name and value": lambda cookie: f"{SESSION_COOKIE}={cookie}",
    "the whole header": lambda cookie: f"theme=dark; {SESSION_COOKIE}={cookie}",
    "its value, decoded": lambda cookie: cookie.replace("%3D", "=").replace("%2B", "+").replace("%2F", "/"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_each_form_of_the_cookie_is_understood(healthy: SetUp, form: Callable[[str], str]):
    checks = healthy.examine(session=form(healthy.session_cookie), token=None, api_url=None)
    only(checks)
    assert checks["token.signature"].status == "ok"


def test_a_cookie_without_signature(healthy_sqlite: SetUp):
    text = only(
        healthy_sqlite.examine(session=healthy_sqlite.person.session_token),
        "issuer.session",
    )
    assert "session.token" in text


def test_a_session_that_ended(start_issuer: StartIssuer):
    issuer = start_issuer()
    person = issuer.sign_up("alice")
    cookie = person.browser.cookies[SESSION_COOKIE]
    assert person.browser.post("/sign-out").status_code == 200
    text = only(examine(better_auth_url=issuer.url, session=cookie), "issuer.session")
    assert "sign in again" in text
    only(examine_session(issuer, issuer.sign_up("bob")))


def test_a_cookie_is_not_shown(healthy_sqlite: SetUp):
    for cookie in (healthy_sqlite.session_cookie, healthy_sqlite.session_cookie[:-8]):
        checks = healthy_sqlite.examine(session=cookie)
        assert cookie not in " ".join(check.text() for check in checks.values())


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_session_is_not_prolonged(start_issuer: StartIssuer, new_database: NewDatabase, product: str):
    issuer = start_issuer(new_database(product))
    person = issuer.sign_up("alice")
    # Better Auth prolongs a session of seven days at any request a day after it was last prolonged.
    soon = (datetime.now(UTC) + timedelta(days=2)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    issuer.database.execute('update session set "expiresAt" = ?', soon)
    before = issuer.database.execute("select * from session")
    only(examine_session(issuer, person))
    assert issuer.database.execute("select * from session") == before
    assert person.browser.get("/get-session").status_code == 200  # which does prolong it
    assert issuer.database.execute("select * from session") != before


# ---- session tokens ----------------------------------------------------------------------------------


def test_session_tokens_as_bearer_tokens(start_issuer: StartIssuer):
    issuer = start_issuer(bearer="on")
    person = issuer.sign_up("alice")
    stolen = {"Authorization": f"Bearer {person.session_token}"}  # as the database and logs have it
    assert get(f"{issuer.base}/get-session", headers=stolen).json()["user"]["id"] == person.id
    checks = examine_session(issuer, person)
    text = only(checks, warning="issuer.bearer")
    assert "bearer({ requireSignature: true })" in text and person.session_token not in text
    # The remedy, followed.
    mended = start_issuer(bearer="signed")
    person = mended.sign_up("alice")
    stolen = {"Authorization": f"Bearer {person.session_token}"}
    assert get(f"{mended.base}/get-session", headers=stolen).json() is None
    only(examine_session(mended, person))


# ---- signing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("product", "settings"),
    [
        pytest.param("sqlite", {}, id="sqlite with the plugin"),
        pytest.param("postgresql", {"payload": "own"}, id="postgresql with jwt()"),
        pytest.param("sqlite", {"payload": "own"}, id="sqlite with jwt()", marks=pytest.mark.long),
        pytest.param("postgresql", {}, id="postgresql with the plugin", marks=pytest.mark.long),
    ],
)
def test_a_secret_that_does_not_open_the_key(
    start_issuer: StartIssuer,
    new_database: NewDatabase,
    product: str,
    settings: dict[str, str],
):
    issuer = start_issuer(new_database(product), **settings)
    before = issuer.sign_up("alice")
    before.token()
    issuer.stop()
    issuer.program.env["BETTER_AUTH_SECRET"] = secrets.token_hex(32)
    issuer.start()
    assert "BETTER_AUTH_SECRET has changed" in only(examine_session(issuer, before), "issuer.session")

    person = sign_in_anew(issuer)
    text = only(examine_session(issuer, person), "issuer.signs")
    assert "DELETE FROM jwks" in text
    issuer.database.execute("DELETE FROM jwks")
    only(examine_session(issuer, person))


def sign_in_anew(issuer: BetterAuth) -> Person:
    person = issuer.sign_up("bob")
    assert person.browser.cookies[SESSION_COOKIE]
    return person


def test_no_jwt_plugin(start_issuer: StartIssuer):
    issuer = start_issuer(jwt="off")
    text = only(examine_session(issuer, issuer.sign_up("alice")), "jwks.status")
    assert "no JWT plugin" in text


@pytest.mark.parametrize("product", cases(PRODUCTS, "sqlite"))
def test_a_better_auth_that_cannot_read_its_sessions(
    start_issuer: StartIssuer, new_database: NewDatabase, product: str
):
    issuer = start_issuer(new_database(product))
    person = issuer.sign_up("alice")
    person.token()
    issuer.database.execute("alter table session rename to session_elsewhere")
    checks = examine_session(issuer, person)
    only(checks)  # doctor was not shown the database, and a failure is no answer to what it asked
    assert "returns 500" in checks["issuer.session"].summary
    assert checks["token.form"].summary == checks["issuer.session"].summary
    issuer.database.execute("alter table session_elsewhere rename to session")
    only(examine_session(issuer, person))


# ---- fields that are not the user's to set -----------------------------------------------------------


@pytest.mark.parametrize("product", cases(PRODUCTS, "postgresql"))
def test_users_may_set_their_own_uuid_and_role(start_issuer: StartIssuer, new_database: NewDatabase, product: str):
    database = new_database(product)
    issuer = start_issuer(database, payload="own", own_fields="on")
    person = issuer.sign_up("alice")
    before = database.execute('select id, uuid, role from "user"')
    text = only(examine_session(issuer, person), "issuer.own_fields")
    assert "uuid, role" in text and "input: false" in text
    assert database.execute('select id, uuid, role from "user"') == before
    issuer.stop()
    with_plugin = start_issuer(database)
    database.execute("delete from jwks")  # which this one's secret does not open
    only(examine_session(with_plugin, with_plugin.sign_up("bob")))


def test_fields_that_are_not_input(start_issuer: StartIssuer):
    issuer = start_issuer(payload="own")
    checks = examine_session(issuer, issuer.sign_up("alice"))
    only(checks)
    assert checks["issuer.own_fields"].status == "ok"


def test_a_user_without_uuid(start_issuer: StartIssuer):
    issuer = start_issuer(payload="no-uuid", uuid="off")
    checks = examine_session(issuer, issuer.sign_up("alice"))
    only(checks, "token.uuid")
    assert checks["issuer.own_fields"].status == "not_checked"
