"""Faults of the key set and of the way to it. Each is told once, its text says what it is, and its remedy helps."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from better_auth import BetterAuth
from conftest import PRODUCTS, StartIssuer, StartSetUp
from examination import examine, examine_all_fetches
from findings import only
from process import free_port
from relay import RelayedAnswer, relay
from set_up import SESSION_COOKIE, SetUp
from token_forgery import encoded, header_of

RSA_1024 = {
    "alg": "RS256",
    "kty": "RSA",
    "e": "AQAB",
    "n": "3T2ODBo08E_Z-mfWvVs4ma_SR1TDDlIldtuezZ0jULOc5LQeANSVZvgqRU4Fl3vzcY6QS3GcmBeIQi54Px_yAVL4gLaHLN-hT-uM6F3U"
    "w3fZ8v7Jr2gKfhwCFPPc6pMoZUz0XRLzaSm9TPBfcWHWnLXzV_iwDvDS_8Mg_p7Ej0E",
}
SMALL_ORDER = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
}


ChangeKey = Callable[[dict[str, Any]], dict[str, Any]]
ChangeAnswer = Callable[[RelayedAnswer], None]


# ---- the way to the set ------------------------------------------------------------------------------


def test_nobody_listens(healthy_sqlite: SetUp):
    text = only(examine(better_auth_url=f"http://127.0.0.1:{free_port()}"), "jwks.reachable")
    assert "Nothing listens" in text and "BETTER_AUTH_URL" in text
    only(examine(better_auth_url=healthy_sqlite.issuer.url))


def test_another_base_path(start_issuer: StartIssuer):
    issuer = start_issuer(base_path="/auth")
    assert "basePath" in only(examine(better_auth_url=issuer.url), "jwks.status")
    only(examine(better_auth_url=f"{issuer.url}/auth"))


def test_a_base_path_that_it_does_not_have(healthy_sqlite: SetUp):
    url = healthy_sqlite.issuer.url
    text = only(
        healthy_sqlite.examine(better_auth_url=f"{url}/auth", api_url=None),
        "jwks.status",
    )
    assert f"set BETTER_AUTH_URL={url}" in text


def test_another_path_of_the_keys(start_issuer: StartIssuer):
    issuer = start_issuer(jwks_path="/keys")
    assert "jwksPath" in only(examine(better_auth_url=issuer.url), "jwks.status")
    only(examine(better_auth_url=issuer.url, jwks_url=f"{issuer.base}/keys"))


@pytest.mark.parametrize(
    ("path", "check"),
    {
        "nothing there": ("/nothing", "jwks.status"),
        "other JSON": ("/ok", "jwks.document"),
    }.values(),
)
def test_an_address_of_keys_that_is_not_theirs(healthy_sqlite: SetUp, path: str, check: str):
    text = only(
        healthy_sqlite.examine(jwks_url=healthy_sqlite.issuer.base + path, api_url=None),
        check,
    )
    assert "remove BETTER_AUTH_JWKS_URL" in text


def test_an_address_of_keys_that_is_a_pages(healthy_sqlite: SetUp):
    page = f"{healthy_sqlite.backend.url}/docs"
    text = only(healthy_sqlite.examine(jwks_url=page), "jwks.document")
    assert f"{page} returns a web page" in text and "remove BETTER_AUTH_JWKS_URL" in text
    only(healthy_sqlite.examine(jwks_url=None))


@contextmanager
def key_service() -> Iterator[tuple[str, str]]:
    """The address of its public key, and the private one, which Better Auth has for it."""
    private = Ed25519PrivateKey.generate()
    public = {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": encoded(private.public_key().public_bytes_raw()),
        "kid": "service",
    }
    body = json.dumps({"keys": [public | {"alg": "EdDSA"}]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield (
            f"http://127.0.0.1:{server.server_port}/jwks.json",
            json.dumps(public | {"d": encoded(private.private_bytes_raw())}),
        )
    finally:
        server.shutdown()
        server.server_close()


def test_keys_at_a_key_service(start_issuer: StartIssuer):
    with key_service() as (url, private):
        issuer = start_issuer(remote_url=url, service_key=private)
        token = issuer.sign_up("alice").token()
        text = only(examine(better_auth_url=issuer.url), "jwks.status")
        assert "jwks.remoteUrl" in text and "set BETTER_AUTH_JWKS_URL to the value of jwks.remoteUrl" in text
        # The remedy, followed.
        checks = examine(better_auth_url=issuer.url, jwks_url=url, token=token)
        only(checks)
        assert checks["token.signature"].status == "ok"


def key_that_cannot_sign() -> str:
    """One to agree on secrets with, as a JWK."""
    key = X25519PrivateKey.generate()
    x, d = encoded(key.public_key().public_bytes_raw()), encoded(key.private_bytes_raw())
    return json.dumps({"kty": "OKP", "crv": "X25519", "x": x, "d": d, "kid": "k"})


def test_a_key_service_that_does_not_sign(start_issuer: StartIssuer):
    """What is known is that Better Auth could not sign, and where the keys are: a secret need not have changed."""
    with key_service() as (url, private):
        issuer = start_issuer(remote_url=url, service_key=key_that_cannot_sign())
        cookie = issuer.sign_up("alice").browser.cookies[SESSION_COOKIE]
        options = {"better_auth_url": issuer.url, "jwks_url": url, "session": cookie}
        text = only(examine(**options), "issuer.signs")
        assert f"the keys come from {url}" in text and "If a key service signs there (jwt.sign), it failed" in text
        assert "fix the service" in text and "DELETE FROM jwks" not in text
        issuer.stop()
        issuer.program.env["ISSUER_SERVICE_KEY"] = private
        issuer.start()
        assert examine(**options)["issuer.signs"].status == "ok"


def test_no_jwt_plugin(start_issuer: StartIssuer, new_database: Any):
    database = new_database("sqlite")
    without = start_issuer(database, jwt="off")
    assert "drawbridge()" in only(examine(better_auth_url=without.url), "jwks.status")
    without.stop()
    only(examine(better_auth_url=start_issuer(database).url))


def test_limited_fetches(start_issuer: StartIssuer, new_database: Any):
    database = new_database("sqlite")
    issuer = start_issuer(database, payload="own", key_fetches=1)
    only(examine(better_auth_url=issuer.url))
    text = only(examine(better_auth_url=issuer.url), "jwks.status")
    assert "429" in text and 'rateLimit.customRules["/jwks"] = false' in text
    issuer.stop()
    # The plugin obeys a rule of one's own for that path, so the rule has to go.
    with_plugin = start_issuer(database, key_fetches=1)
    only(examine(better_auth_url=with_plugin.url))
    text = only(examine(better_auth_url=with_plugin.url), "jwks.status")
    assert "unless one of your rules names that path" in text
    with_plugin.stop()
    # The remedy, followed, while all else is limited.
    for payload in ({"payload": "own"}, {}):
        mended = start_issuer(database, key_fetches=0, **payload)
        checks = examine_all_fetches(better_auth_url=mended.url, production=True)
        assert checks["production.key_fetch"].status == "ok", checks["production.key_fetch"]
        only(examine(better_auth_url=mended.url))
        mended.stop()


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_better_auth_that_fails(start_set_up: StartSetUp, product: str):
    set_up = start_set_up(product)
    issuer = set_up.issuer
    # A table of these columns is found under any name.
    issuer.database.execute('alter table jwks rename column "privateKey" to hidden')
    issuer.database.execute("alter table jwks rename to jwks_elsewhere")
    assert "--database-url" in only(examine(better_auth_url=issuer.url), "jwks.status")
    # With the database to look at, what is told is the root.
    assert set_up.examine(api_url=None).faults == {"tables.jwks"}
    issuer.database.execute("alter table jwks_elsewhere rename to jwks")
    issuer.database.execute('alter table jwks rename column hidden to "privateKey"')
    only(set_up.examine(api_url=None))


# ---- the keys, altered in Better Auth's table --------------------------------------------------------


@pytest.fixture(scope="module", params=PRODUCTS)
def set_up(request: pytest.FixtureRequest, start_set_up: StartSetUp) -> SetUp:
    return start_set_up(request.param)


@contextmanager
def public_key(issuer: BetterAuth, change: ChangeKey) -> Iterator[None]:
    ((key, public),) = issuer.database.execute('select id, "publicKey" from jwks')
    statement = 'update jwks set "publicKey" = ? where id = ?'
    issuer.database.execute(statement, json.dumps(change(json.loads(public))), key)
    try:
        yield
    finally:
        issuer.database.execute(statement, public, key)


UNSOUND: dict[str, tuple[ChangeKey, str, str]] = {
    "a private key": (
        lambda key: key | {"d": key["x"]},
        "jwks.private_members",
        "private key",
    ),
    "an RSA key of 1024 bits": (lambda _: RSA_1024, "jwks.strength", "1024 bits"),
    "a key of small order": (lambda _: SMALL_ORDER, "jwks.strength", "small order"),
    "a key off its curve": (
        lambda key: key | {"x": "_" * 42 + "8"},
        "jwks.strength",
        "off it",
    ),
}


@pytest.mark.parametrize(("change", "check", "says"), UNSOUND.values(), ids=UNSOUND.keys())
def test_an_unsound_key(set_up: SetUp, change: ChangeKey, check: str, says: str):
    with public_key(set_up.issuer, change):
        assert says in only(set_up.examine(api_url=None), check)


def test_an_unsound_key_is_replaced(start_set_up: StartSetUp):
    set_up = start_set_up()
    with public_key(set_up.issuer, UNSOUND["a private key"][0]):
        assert "delete these rows" in only(set_up.examine(api_url=None), "jwks.private_members")
        set_up.issuer.database.execute("delete from jwks")
        only(set_up.examine(token=set_up.person.token(), api_url=None))


def test_no_key(set_up: SetUp):
    issuer = set_up.issuer
    issuer.database.execute("""update jwks set "expiresAt" = '2020-01-01T00:00:00.000Z'""")
    assert "get a token" in only(examine(better_auth_url=issuer.url), "jwks.not_empty")
    token = set_up.person.token()
    only(set_up.examine(token=token, api_url=None))
    issuer.database.execute("""delete from jwks where "expiresAt" < '2021-01-01T00:00:00.000Z'""")


def test_many_keys(set_up: SetUp):
    columns = '"publicKey", "privateKey", "createdAt", "expiresAt", alg, crv'
    issuer, token = set_up.issuer, set_up.person.token()
    ((key,),) = issuer.database.execute("select id from jwks")
    for i in range(50):
        copy = f"insert into jwks (id, {columns}) select ?, {columns} from jwks where id = ?"
        issuer.database.execute(copy, f"copy{i}", key)
    # Within its grace period an ended key is listed still.
    ended, a_quarter_ago = (
        (datetime.now(UTC) - ago).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for ago in (timedelta(hours=1), timedelta(minutes=15))
    )
    issuer.database.execute('update jwks set "expiresAt" = ? where id <> ?', ended, key)
    text = only(set_up.examine(token=token, api_url=None), warning="jwks.count")
    assert "51 keys" in text and "rotationInterval" in text and "longer ago than a token is valid" in text
    # The remedy, followed.
    issuer.database.execute('delete from jwks where "expiresAt" < ?', a_quarter_ago)
    checks = set_up.examine(token=token)
    assert checks["jwks.count"].summary == "1 key"
    only(checks)


def test_another_algorithm(start_issuer: StartIssuer):
    issuer = start_issuer(algorithm="RS256")
    person = issuer.sign_up("alice")
    text = only(examine(better_auth_url=issuer.url, token=person.token()), "jwks.algorithm")
    assert "set DRAWBRIDGE_ALGORITHMS=RS256" in text
    only(
        examine(
            better_auth_url=issuer.url,
            token=person.token(),
            env={"DRAWBRIDGE_ALGORITHMS": "RS256"},
        )
    )


def test_eddsa_by_its_newer_name(start_set_up: StartSetUp):
    """As a key service writes it, or a later Better Auth might (RFC 9864)."""
    set_up = start_set_up()
    set_up.issuer.database.execute("update jwks set alg = 'Ed25519'")
    token = set_up.person.token()
    assert header_of(token)["alg"] == "Ed25519"
    checks = set_up.examine(token=token)
    only(checks)
    assert checks["token.algorithm"].summary == "Ed25519"
    assert checks["jwks.algorithm"].summary.endswith(": Ed25519")
    # The API fetched the keys under the older name; the one that it holds is the same.
    strict = set_up.examine(token=token, api_url=None, env={"DRAWBRIDGE_ALGORITHMS": "Ed25519"})
    only(strict)
    text = only(
        set_up.examine(token=set_up.token, api_url=None, env={"DRAWBRIDGE_ALGORITHMS": "Ed25519"}),
        "token.algorithm",
    )
    assert "set DRAWBRIDGE_ALGORITHMS=EdDSA" in text


def test_a_key_that_a_session_makes_is_looked_for_again(start_issuer: StartIssuer):
    issuer = start_issuer()
    person = issuer.sign_up("alice")
    person.token()
    # Listed still, within its grace period, and no longer used.
    just_now = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    issuer.database.execute('update jwks set "expiresAt" = ?', just_now)
    cookie = person.browser.cookies["better-auth.session_token"]
    checks = examine(better_auth_url=issuer.url, session=cookie)
    only(checks)
    assert checks["token.signature"].status == "ok"


# ---- what stands between, simulated by a relay in front of the real Better Auth ----------------------


def page(answer: RelayedAnswer) -> None:
    answer.body = b"\n<!doctype html><title>Tasks</title>"


def to_sign_in(answer: RelayedAnswer) -> None:
    answer.status = 307
    answer.headers["Location"] = "/sign-in?next=%2Fapi%2Fauth%2Fjwks"


def to_https(answer: RelayedAnswer) -> None:
    answer.status = 308
    answer.headers["Location"] = "https://auth.example.com/api/auth/jwks"


def to_nobody(answer: RelayedAnswer) -> None:
    answer.status = 403


def failed(answer: RelayedAnswer) -> None:
    answer.status = 500


def with_keys(change: Callable[[list[dict[str, Any]]], object]) -> ChangeAnswer:
    def changed(answer: RelayedAnswer) -> None:
        document = json.loads(answer.body)
        change(document["keys"])
        answer.body = json.dumps(document).encode()

    return changed


BETWEEN: dict[str, tuple[ChangeAnswer, str, str]] = {
    "a page": (page, "jwks.document", "a web page"),
    "a redirect to the page for signing in": (
        to_sign_in,
        "jwks.status",
        "exempt /api/auth",
    ),
    "a redirect to https": (
        to_https,
        "jwks.status",
        "https://auth.example.com/api/auth/jwks",
    ),
    "a proxy that wants to know who asks": (
        to_nobody,
        "jwks.status",
        "keys are public",
    ),
    "a failure": (failed, "jwks.status", "Better Auth's log"),
    "one kid for two keys": (
        with_keys(lambda keys: keys.append(keys[0])),
        "jwks.kids",
        "several keys share",
    ),
    "a key without kid": (
        with_keys(lambda keys: keys[0].pop("kid")),
        "jwks.kids",
        "has no kid",
    ),
}


@pytest.mark.parametrize(("change", "check", "says"), BETWEEN.values(), ids=BETWEEN.keys())
def test_simulated_something_between(healthy_sqlite: SetUp, change: ChangeAnswer, check: str, says: str):
    with relay(healthy_sqlite.issuer.url, change) as url:
        # The API has the keys from Better Auth itself, so that what it does shows nothing of this.
        checks = healthy_sqlite.examine(jwks_url=f"{url}/api/auth/jwks", api_url=None)
    assert says in only(checks, check)


def shifted(seconds: int) -> ChangeAnswer:
    def change(answer: RelayedAnswer) -> None:
        date = parsedate_to_datetime(answer.headers["Date"]) + timedelta(seconds=seconds)
        answer.headers["Date"] = format_datetime(date.astimezone(UTC), usegmt=True)

    return change


CLOCKS = {
    "agrees": (0, None, None),
    "is a bit ahead": (20, None, "clock.issuer"),
    "is far ahead": (300, "clock.issuer", None),
    "is far behind": (-300, "clock.issuer", None),
}


@pytest.mark.parametrize(("seconds", "fault", "warning"), CLOCKS.values(), ids=CLOCKS.keys())
def test_simulated_clock(healthy_sqlite: SetUp, seconds: int, fault: str | None, warning: str | None):
    with relay(healthy_sqlite.issuer.url, shifted(seconds)) as url:
        only(
            healthy_sqlite.examine(jwks_url=f"{url}/api/auth/jwks", api_url=None),
            fault,
            warning,
        )


def test_a_wrong_port_is_one_fault(healthy_sqlite: SetUp):
    checks = healthy_sqlite.examine(better_auth_url=f"http://127.0.0.1:{free_port()}")
    text = only(checks, "jwks.reachable")
    assert f"set BETTER_AUTH_URL={healthy_sqlite.issuer.url}; issuer, audience" in text
    for check in ("token.issuer", "token.audience", "api.own_path"):
        assert checks[check].summary == "because of the fault jwks.reachable"
