"""Faults of an API: of the program with other settings, and of apps as people write them with FastAPI."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from better_auth import BetterAuth
from conftest import StartBackend, StartIssuer
from process import free_port
from python_apis import PythonApi
from set_up import SetUp

BEHIND_OWN_PATH = {"api.tampered_token", "api.foreign_path"}


@dataclass(frozen=True)
class Other:
    """A setting of the program that does not fit the rest."""

    name: str
    settings: dict[str, str]
    fault: str
    says: str  # in its remedy
    behind: set[str] = field(default_factory=lambda: BEHIND_OWN_PATH)


NOT_READY = {"api.requires_token", "api.own_path", *BEHIND_OWN_PATH}

OTHERS = [
    Other("issuer", {"better_auth_issuer": "https://other.example"}, "api.own_path", "BETTER_AUTH_ISSUER"),
    Other("audience", {"better_auth_audience": "https://other.example"}, "api.own_path", "BETTER_AUTH_AUDIENCE"),
    Other("algorithm", {"drawbridge_algorithms": "ES256"}, "api.own_path", "DRAWBRIDGE_ALGORITHMS"),
    Other(
        "keys of another Better Auth", {"better_auth_jwks_url": "{another}/api/auth/jwks"}, "api.own_path", "JWKS_URL"
    ),
    Other("keys where nobody is", {"better_auth_jwks_url": "{nobody}/jwks"}, "api.ready", "BETTER_AUTH_URL", NOT_READY),
    Other("another database", {"database_url": "sqlite://{folder}/other.db"}, "api.ready", "DATABASE_URL", NOT_READY),
]


@pytest.fixture(scope="module")
def another(start_issuer: StartIssuer) -> BetterAuth:
    """A Better Auth beside the one that signs, with a key of its own."""
    issuer = start_issuer()
    issuer.sign_up("carol").token()
    return issuer


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other.name)
def test_settings_of_the_api_that_do_not_fit(
    healthy_sqlite: SetUp, start_backend: StartBackend, another: BetterAuth, tmp_path: Path, other: Other
):
    places = {"another": another.url, "nobody": f"http://127.0.0.1:{free_port()}", "folder": tmp_path}
    settings = {name: value.format(**places) for name, value in other.settings.items()}
    checks = healthy_sqlite.examine(api_url=start_backend(healthy_sqlite.issuer, **settings).url)
    assert (checks.faults, checks.warnings) == ({other.fault}, set())
    assert other.says in checks[other.fault].remedy
    assert checks.not_checked == other.behind
    assert {checks[left].summary for left in other.behind} == {f"because of the fault {other.fault}"}
    # The remedy, followed: the setting as it is here.
    assert healthy_sqlite.examine().of("ok") == set(checks)


def test_an_api_that_does_not_run(healthy: SetUp):
    address = f"http://127.0.0.1:{free_port()}"
    checks = healthy.examine(api_url=address)
    assert (checks.faults, checks.warnings) == ({"api.reachable"}, set())
    assert address in checks["api.reachable"].summary
    assert "Better Auth" not in checks["api.reachable"].text()
    assert {checks[left].summary for left in checks.not_checked} == {"because of the fault api.reachable"}


def test_a_better_auth_that_ended_is_told_once(start_set_up):
    set_up: SetUp = start_set_up("sqlite")
    set_up.issuer.stop()
    checks = set_up.examine()
    assert (checks.faults, checks.warnings) == ({"jwks.reachable"}, set())


# Names of wrong_apis.py; the faults, the warnings, and a part of what the first of them says.
WRONG: dict[str, tuple[set[str], set[str], str]] = {
    "right": (set(), set(), ""),
    "other_routes": (set(), set(), ""),
    "open_to_all": ({"api.requires_token"}, set(), "anyone can read it"),
    "unverified_tokens": ({"api.tampered_token"}, set(), "without verifying"),
    "any_path": ({"api.foreign_path"}, set(), "any user can read any other user's data"),
    "subject_in_path": ({"api.own_path"}, set(), "with `sub`"),
    "uuid_beside_text": ({"api.own_path"}, set(), "UUID(x) == x is false"),
    "compared_as_text": (set(), {"api.own_path"}, "as text"),
    "forbidden_without_token": (set(), {"api.requires_token"}, "403"),
    "debug_mode": ({"api.quiet_errors"}, set(), "a Python traceback"),
    "sql_in_errors": ({"api.quiet_errors"}, set(), "SQL"),
    "token_in_errors": ({"api.quiet_errors"}, set(), "the token"),
    "simulated/late_clock": ({"clock.api"}, set(), "behind"),
    "simulated/moved": ({"api.reachable"}, set(), "https://api.example.com"),
    "simulated/bad_gateway": ({"api.ready"}, set(), "502"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_app_that_is_wrong_in_one_way(healthy_sqlite: SetUp, wrong: PythonApi, name: str):
    faults, warnings, says = WRONG[name]
    # CORS is another file's; --origin of its own has it left.
    checks = healthy_sqlite.examine(api_url=f"{wrong.url}/{name}", origin=wrong.url)
    assert (checks.faults, checks.warnings) == (faults, warnings)
    for found in faults | warnings:
        assert says in checks[found].text()
        assert healthy_sqlite.token not in checks[found].text()


def test_a_backend_with_other_routes_is_no_fault(healthy_sqlite: SetUp, wrong: PythonApi):
    checks = healthy_sqlite.examine(api_url=f"{wrong.url}/other_routes")
    assert checks.not_checked == NOT_READY
    assert {checks[name].summary for name in NOT_READY} == {
        "the API has no route /api/v1/{user_id}/tasks (it returns 404)"
    }


def test_a_backend_with_other_routes_need_not_allow_what_they_do_not_have(healthy_sqlite: SetUp, wrong: PythonApi):
    checks = healthy_sqlite.examine(api_url=f"{wrong.url}/other_routes_to_read")
    assert (checks.faults, checks.warnings) == (set(), set())
    assert checks["cors.preflight"].status == "ok"
    assert checks.not_checked == NOT_READY


@pytest.mark.parametrize("path", ["/api/v1", "/api"])
def test_a_path_too_many(healthy: SetUp, path: str):
    checks = healthy.examine(api_url=f"{healthy.backend.url}{path}")
    assert (checks.faults, checks.warnings) == ({"api.reachable"}, set())
    assert f"--api-url has the extra path {path}" in checks["api.reachable"].summary
    assert {checks[left].summary for left in checks.not_checked} == {"because of the fault api.reachable"}
    # The remedy, followed.
    found = re.search(r"--api-url=([^,]+),", checks["api.reachable"].remedy or "")
    assert found
    assert healthy.examine(api_url=found[1]).of("ok") == set(checks)


def test_a_path_of_the_api_alone_is_as_it_should_be(healthy: SetUp):
    url = f"{healthy.backend.url}/api/v1"
    checks = healthy.examine(api_url=url, api_path="/{user_id}/tasks")
    assert (checks.faults, checks.warnings) == (set(), set())
    assert checks["api.own_path"].status == "ok"


def test_a_backend_with_another_path_is_looked_at_there(healthy_sqlite: SetUp, wrong: PythonApi):
    url = f"{wrong.url}/other_path"
    assert healthy_sqlite.examine(api_url=url).not_checked == NOT_READY
    checks = healthy_sqlite.examine(api_url=url, api_path="/me/{user_id}/greeting")
    assert checks.of("ok") == set(checks)


def test_the_front_end_is_not_the_api(healthy_sqlite: SetUp):
    checks = healthy_sqlite.examine(api_url=healthy_sqlite.issuer.url)
    assert (checks.faults, checks.warnings) == (set(), set())
    assert "--api-url is the front end" in checks["api.requires_token"].summary


def test_another_backend_needs_no_readiness(healthy_sqlite: SetUp, wrong: PythonApi):
    checks = healthy_sqlite.examine(api_url=f"{wrong.url}/right")
    assert checks.of("ok") == set(checks)
    assert "not drawbridge serve" in checks["api.ready"].summary
