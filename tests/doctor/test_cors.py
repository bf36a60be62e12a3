"""A page that the API does not let in, or lets in with others."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from conftest import StartBackend
from examination import run_doctor
from python_apis import PythonApi
from set_up import SetUp

BEHIND_PREFLIGHT = {"cors.errors", "cors.exposed_headers"}


def origin_to_allow(remedy: str | None) -> str:
    found = re.search(r"DRAWBRIDGE_ALLOWED_ORIGINS=([^; ]+)", remedy or "")
    assert found, remedy
    return found.group(1)


@pytest.mark.parametrize(
    ("allowed", "says"),
    [
        ("https://app.example.com", "compared exactly"),
        ("http://localhost:{port}", "localhost and 127.0.0.1 are different origins"),
    ],
    ids=["another page", "the other name of this machine"],
)
def test_an_origin_that_the_program_does_not_allow(
    healthy: SetUp, start_backend: StartBackend, allowed: str, says: str
):
    origins = allowed.format(port=healthy.issuer.port)
    checks = healthy.examine(api_url=start_backend(healthy.issuer, drawbridge_allowed_origins=origins).url)
    assert (checks.faults, checks.warnings) == ({"cors.preflight"}, set())
    assert checks.not_checked == BEHIND_PREFLIGHT
    assert says in (checks["cors.preflight"].cause or "")
    assert healthy.issuer.url in checks["cors.preflight"].summary
    # The remedy, followed.
    origin = origin_to_allow(checks["cors.preflight"].remedy)
    mended = healthy.examine(api_url=start_backend(healthy.issuer, drawbridge_allowed_origins=origin).url)
    assert mended.of("ok") == set(mended)


def test_the_page_may_be_elsewhere_than_better_auth(healthy_sqlite: SetUp, start_backend: StartBackend):
    page = "https://app.example.com"
    assert healthy_sqlite.examine(origin=page).faults == {"cors.preflight"}
    backend = start_backend(healthy_sqlite.issuer, drawbridge_allowed_origins=page)
    mended = healthy_sqlite.examine(origin=page, api_url=backend.url)
    assert mended.of("ok") == set(mended)


NO_ORIGINS = {
    "any": ("*", "would let any page in"),
    "null": ("null", "would let any page in"),
    "a slash at the end": ("http://localhost:3000/", 'sends the origin "http://localhost:3000"'),
    "without scheme": ("localhost:3000", "is not an origin"),
    "capitals": ("https://App.example.com", 'sends the origin "https://app.example.com"'),
    "the port that is understood": ("https://app.example.com:443", 'sends the origin "https://app.example.com"'),
    "a path": ("https://app.example.com/tasks", 'sends the origin "https://app.example.com"'),
    "two": ("https://a.example.com,https://b.example.com", "origin"),
}


@pytest.mark.parametrize(("given", "says"), NO_ORIGINS.values(), ids=NO_ORIGINS.keys())
def test_an_origin_that_no_browser_sends_is_wrong_usage(given: str, says: str):
    done = run_doctor("--better-auth-url=http://localhost:3000", f"--origin={given}")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("drawbridge: --origin names ") and says in done.stderr


# Names of wrong_apis.py; the faults, the warnings, and a part of what the first of them says.
WRONG: dict[str, tuple[set[str], set[str], str]] = {
    "right": (set(), set(), ""),
    "no_cors": ({"cors.preflight"}, set(), "the API has no CORS layer"),
    "another_origin": ({"cors.preflight"}, set(), "compared exactly"),
    "other_name": ({"cors.preflight"}, set(), "the API allows http://localhost:"),
    "slash_at_the_end": ({"cors.preflight"}, set(), "compared exactly"),
    "get_alone": ({"cors.preflight"}, set(), "the method PATCH"),
    "no_authorization": ({"cors.preflight"}, set(), "the header Authorization"),
    "gate_before_preflight": ({"cors.preflight"}, set(), "refuses OPTIONS, which has no token"),
    "gate_before_cors": ({"cors.errors"}, set(), "add CORSMiddleware last"),
    "not_exposed": (set(), {"cors.exposed_headers"}, "cannot read Retry-After, WWW-Authenticate"),
    "any_origin": ({"cors.foreign_origin"}, set(), "Access-Control-Allow-Origin: *"),
    "reflected_origin": ({"cors.foreign_origin"}, set(), "including credentials"),
    "beginning_of_origin": ({"cors.foreign_origin"}, set(), ".evil.example, with"),
    "end_of_origin": ({"cors.foreign_origin"}, set(), "http://evil127.0.0.1:"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_app_that_is_wrong_in_one_way(healthy_sqlite: SetUp, wrong: PythonApi, name: str):
    faults, warnings, says = WRONG[name]
    checks = healthy_sqlite.examine(api_url=f"{wrong.url}/{name}")
    assert (checks.faults, checks.warnings) == (faults, warnings)
    for found in faults | warnings:
        assert says in checks[found].text()


def test_an_app_without_cors_is_told_the_whole_layer(healthy_sqlite: SetUp, wrong: PythonApi):
    remedy = healthy_sqlite.examine(api_url=f"{wrong.url}/no_cors")["cors.preflight"].remedy or ""
    call = remedy[remedy.index("app.add_middleware(") :]
    app = FastAPI()
    eval(call, {"app": app, "CORSMiddleware": CORSMiddleware})  # the remedy, followed
    (layer,) = app.user_middleware
    assert layer.kwargs["allow_origins"] == [healthy_sqlite.issuer.url]
    assert layer.kwargs.keys() == {"allow_origins", "allow_methods", "allow_headers", "expose_headers"}
    assert f"DRAWBRIDGE_ALLOWED_ORIGINS={healthy_sqlite.issuer.url};" in remedy


def test_a_page_of_the_apis_own_origin_needs_no_cors(healthy_sqlite: SetUp):
    checks = healthy_sqlite.examine(origin=healthy_sqlite.backend.url)
    assert (checks.faults, checks.warnings) == (set(), set())
    assert checks.not_checked == {"cors.preflight", *BEHIND_PREFLIGHT}
