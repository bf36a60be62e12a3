"""What Better Auth says of ended sessions, and each way in which a backend is not told."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from better_auth import BetterAuth
from conftest import PRODUCTS, NewDatabase, StartBackend, StartIssuer, StartSetUp
from examination import Examination, arguments_of, examine
from fastapi_backend import PYTHON
from findings import only
from loopback import get
from process import wait_until
from relay import RelayedAnswer, relay
from set_up import SetUp
from spoilt_tables import script, up

FEED, TABLE, FRESH = "revocations.feed", "tables.revocations", "token.fresh"
SECRET = "the-plugins-secret-0123456789abcdef"
REQUIRED = {"DRAWBRIDGE_REVOCATIONS": "required"}


@pytest.fixture(scope="module")
def recording(start_set_up: StartSetUp) -> SetUp:
    return start_set_up("sqlite", revocations="on")


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_better_auth_that_records(start_set_up: StartSetUp, product: str):
    set_up = start_set_up(product, revocations="on")
    checks = set_up.examine(env=REQUIRED)
    assert [check for check in checks.values() if check.status != "ok"] == []
    assert "0 entries" in checks[FEED].summary
    set_up.issuer.sign_up("bob").sign_out()
    checks = set_up.examine()
    assert "1 entry" in checks[FEED].summary
    assert (checks[TABLE].status, checks[FRESH].status) == ("ok", "ok")


def test_one_that_does_not_is_no_fault_and_the_option_is_named(healthy_sqlite: SetUp):
    checks = healthy_sqlite.examine()
    only(checks)
    assert "With drawbridge({ revocations: true })" in checks[FEED].summary
    only(healthy_sqlite.examine(env={"DRAWBRIDGE_REVOCATIONS": "off"}))


def test_one_that_does_not_where_it_must(healthy_sqlite: SetUp):
    text = only(healthy_sqlite.examine(env=REQUIRED), FEED)
    assert "drawbridge({ revocations: true })" in text and "503 revocations_unavailable" in text


SECRETS = {
    "none": ({}, "requires a secret, but DRAWBRIDGE_REVOCATIONS_SECRET is not set"),
    "another": ({"DRAWBRIDGE_REVOCATIONS_SECRET": "another-secret"}, "is not the plugin's secret"),
    "the plugin's": ({"DRAWBRIDGE_REVOCATIONS_SECRET": SECRET}, None),
}


@pytest.mark.parametrize(("env", "says"), SECRETS.values(), ids=SECRETS.keys())
def test_a_secret(start_issuer: StartIssuer, env: dict[str, str], says: str | None):
    issuer = start_issuer(feed_secret=SECRET)
    text = only(examine(better_auth_url=issuer.url, env=env), FEED if says else None)
    assert (says or "") in text
    assert SECRET not in text and "another-secret" not in text


def status_of(issuer: BetterAuth, path: str) -> int:
    with suppress(httpx.TransportError):
        return get(f"{issuer.base}/{path}").status_code
    return 0


@pytest.mark.parametrize("product", PRODUCTS)
def test_no_table(start_issuer: StartIssuer, new_database: NewDatabase, product: str):
    """The option was written, and no migration has run since: Better Auth answers 500 to everything."""
    issuer = start_issuer(new_database(product))
    issuer.stop()
    issuer.program.env |= {"ISSUER_REVOCATIONS": "on", "ISSUER_MIGRATE": "off"}
    up(issuer.database)
    issuer.program.start()
    wait_until(lambda: status_of(issuer, "ok") == 500, 60, "Better Auth fails")
    options = {"better_auth_url": issuer.url, "database_url": issuer.database.url}
    text = only(examine(**options), "jwks.status", TABLE)
    assert "npx auth migrate" in text and "drawbridge migrate leaves this table to it" in text
    # The remedy, followed.
    issuer.stop()
    del issuer.program.env["ISSUER_MIGRATE"]
    issuer.start()
    only(examine(**options, token=issuer.sign_up("bob").token()))


def test_a_table_that_was_dropped(start_issuer: StartIssuer):
    """Of a Better Auth that runs, which then says so of its revocations alone."""
    issuer = start_issuer(revocations="on")
    up(issuer.database)
    script(issuer.database, 'drop table "drawbridgeRevocation"')
    wait_until(lambda: status_of(issuer, "drawbridge/revocations") == 503, 60, "the feed is away")
    options = {"better_auth_url": issuer.url, "token": issuer.sign_up("alice").token()}
    text = only(examine(**options, database_url=issuer.database.url), TABLE)
    assert "but Better Auth records revocations" in text and "npx auth migrate" in text
    assert "REVOCATIONS_UNAVAILABLE" in only(examine(**options), FEED)  # where no database is looked at


@pytest.mark.parametrize("reads", [0, 1])
def test_a_limit_of_the_applications_own(start_issuer: StartIssuer, reads: int):
    """Also one that lets through the first question alone."""
    issuer = start_issuer(revocations="on", feed_reads=reads)
    text = only(examine(better_auth_url=issuer.url), FEED)
    assert "returns 429" in text and "rateLimit.customRules" in text


def test_a_proxy_that_answers_in_its_place(recording: SetUp):
    def web_page(answer: RelayedAnswer) -> None:
        if b'"cursor"' in answer.body:
            answer.body = b"<!doctype html><title>Sign in</title>"

    with relay(recording.issuer.url, web_page) as url:
        text = only(examine(better_auth_url=recording.issuer.url, jwks_url=f"{url}/api/auth/jwks"), FEED)
    assert "returns something other than revocations: a web page" in text


def test_a_clock_that_is_wrong_does_not_matter_to_them(recording: SetUp):
    def an_hour_ahead(answer: RelayedAnswer) -> None:
        if b'"cursor"' in answer.body:
            page = json.loads(answer.body)
            answer.body = json.dumps(page | {"now": page["now"] + 3_600_000}).encode()

    with relay(recording.issuer.url, an_hour_ahead) as url:
        only(examine(better_auth_url=recording.issuer.url, jwks_url=f"{url}/api/auth/jwks"))


def test_a_token_of_a_process_without_the_option(
    start_issuer: StartIssuer, recording: SetUp, new_database: NewDatabase
):
    issuer = start_issuer(new_database("sqlite"))
    person = issuer.sign_up("alice")
    before = person.token()
    issuer.stop()
    issuer.program.env["ISSUER_REVOCATIONS"] = "on"
    issuer.start()
    text = only(examine(better_auth_url=issuer.url, token=before), warning=FRESH)
    assert "it has no `fresh`" in text and "every Better Auth process" in text
    only(examine(better_auth_url=issuer.url, token=person.token()))


def test_an_api_that_is_not_told(start_issuer: StartIssuer, start_backend: StartBackend):
    """While doctor, which has the secret, is."""
    issuer = start_issuer(feed_secret=SECRET)
    issuer.database.migrate()
    person = issuer.sign_up("alice")
    env = {"DRAWBRIDGE_REVOCATIONS_SECRET": SECRET}
    backend = start_backend(issuer, drawbridge_revocations="required")
    checks = examine(better_auth_url=issuer.url, api_url=backend.url, token=person.token(), env=env)
    text = only(checks, "api.ready")
    assert "its DRAWBRIDGE_REVOCATIONS_SECRET" in text
    # And the same fault told once where doctor has no secret either.
    only(examine(better_auth_url=issuer.url, api_url=backend.url, token=person.token()), FEED)
    goes_on = start_backend(issuer)

    def warned() -> Examination | None:
        found = examine(better_auth_url=issuer.url, api_url=goes_on.url, token=person.token(), env=env)
        return found if found.warnings else None

    wait_until(lambda: warned() is not None, 60, "the API has lost them")
    assert "even after sign-out" in only(warned() or Examination(), warning="api.ready")


def test_an_open_feed_is_a_note(recording: SetUp):
    checks = examine(better_auth_url=recording.issuer.url, production=True)
    assert checks["production.revocations"].status == "ok"
    assert "drawbridge({ revocations: { secret } })" in checks["production.revocations"].summary


def test_the_python_packages_command_judges_the_same(start_issuer: StartIssuer):
    issuer = start_issuer(feed_secret=SECRET)
    command = [Path(PYTHON).with_name("drawbridge"), "doctor", "--json", *arguments_of({"better_auth_url": issuer.url})]
    done = subprocess.run(command, text=True, capture_output=True, env={}, timeout=60, check=False)
    assert [check["id"] for check in json.loads(done.stdout)["checks"] if check["status"] == "fault"] == [FEED]


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_migration_leaves_the_table_alone(recording: SetUp, start_set_up: StartSetUp, product: str):
    set_up = recording if product == "sqlite" else start_set_up(product, revocations="on")
    set_up.issuer.sign_up("carol").sign_out()
    database = set_up.issuer.database
    rows = 'select * from "drawbridgeRevocation" order by id'
    before = database.execute(rows)
    assert before
    assert up(database, "--with-better-auth").done == []
    only(examine(better_auth_url=set_up.issuer.url, database_url=database.url))
    assert database.execute(rows) == before
