"""Keys that sign for ever, in the databases that Better Auth has them in."""

from __future__ import annotations

import re

import pytest

from cases import cases
from conftest import PRODUCTS, StartSetUp
from examination import Check
from set_up import SetUp

MONTH = str(30 * 24 * 60 * 60)


def rotation(set_up: SetUp, token: str) -> Check:
    checks = set_up.examine(token=token, api_url=None, production=True)
    assert checks["token.signature"].status == "ok"
    return checks["production.rotation"]


def restart(set_up: SetUp, rotate_every: str | None) -> None:
    issuer = set_up.issuer
    issuer.stop()
    issuer.program.env.pop("ISSUER_ROTATE_EVERY", None)
    if rotate_every:
        issuer.program.env["ISSUER_ROTATE_EVERY"] = rotate_every
    issuer.start()


@pytest.mark.parametrize("product", PRODUCTS)
def test_rotation_that_is_turned_on(start_set_up: StartSetUp, product: str):
    set_up = start_set_up(product)
    assert rotation(set_up, set_up.token).status == "warning"

    restart(set_up, MONTH)
    found = rotation(set_up, set_up.person.token())
    assert found.status == "warning", "the key of before is used on, and has no end"
    assert "one has no expiry" in found.summary

    # As the remedy says, to the letter.
    (statement,) = re.findall(r"UPDATE jwks .*?;", found.remedy or "")
    set_up.issuer.database.execute(statement)
    new = set_up.person.token()
    assert rotation(set_up, new).status == "ok"
    assert rotation(set_up, set_up.token).status == "ok", "a token of before is refused"
    assert set_up.issuer.database.execute('select count(*), count("expiresAt") from jwks') == [(2, 2)]


@pytest.mark.parametrize("product", cases(PRODUCTS, "postgresql"))
def test_rotation_that_is_turned_off(start_set_up: StartSetUp, product: str):
    set_up = start_set_up(product, rotate_every=MONTH)
    assert rotation(set_up, set_up.token).status == "ok"

    restart(set_up, None)
    assert rotation(set_up, set_up.person.token()).status == "ok", "the key in use has an end still"
    set_up.issuer.database.execute("""update jwks set "expiresAt" = '2026-01-01T00:00:00.000Z'""")
    found = rotation(set_up, set_up.person.token())
    assert found.status == "warning"
    assert "of 2 signing keys in the table jwks, one has no expiry" in found.summary
