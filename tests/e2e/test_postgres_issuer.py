"""The Better Auth of the tests lives through what they do to its PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from better_auth import BetterAuth, Person
from private_postgres import PrivatePostgres
from process import wait_until


def signs_in(person: Person) -> bool:
    return person.browser.get("/token").status_code == 200


@pytest.mark.parametrize("how", ["restart", "connections-cut"])
def test_better_auth_heals(tmp_path: Path, how: str) -> None:
    with PrivatePostgres(tmp_path, kept=True).running() as server:
        issuer = BetterAuth(tmp_path, server.new_database()).start()
        with issuer.program.running():
            person = issuer.sign_up("alice")
            if how == "restart":
                server.stop()
                assert not signs_in(person)
                server.start()
            else:
                server.superuser().execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'better-auth'"
                )
            wait_until(lambda: signs_in(person), 10, "Better Auth works again")
            issuer.sign_up("bob")
