"""/metrics of any backend: real requests move the numbers that docs/metrics.md names, and no label is of a user."""

from __future__ import annotations

import base64

import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from conftest import StartBackend
from metrics_page import MetricsPage, Sample, sample
from process import free_port
from token_forgery import with_header

TASKS = "/api/v1/{user_id}/tasks"
ROUTES = {TASKS, f"{TASKS}/{{task_id}}", "/api/v1/me", "/healthz", "other"}


@pytest.fixture(scope="module")
def address() -> str:
    return f"127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def counted(issuer: BetterAuth, start_backend: StartBackend, address: str) -> Backend:
    return start_backend(issuer, drawbridge_metrics=address)


@pytest.fixture
def page(counted: Backend, address: str) -> MetricsPage:
    return MetricsPage(address)


def requests(route: str, status: int) -> Sample:
    return sample("http_requests_total", route=route, status=str(status))


def refused(code: str) -> Sample:
    return sample("refusals_total", code=code)


def tampered(token: str) -> str:
    head, payload, signature = token.split(".")
    other = bytes(byte ^ 1 for byte in base64.urlsafe_b64decode(signature + "=="))
    return f"{head}.{payload}.{base64.urlsafe_b64encode(other).decode().rstrip('=')}"


CASES = {
    "a_good_request": (lambda b, a, c: b.call("GET", f"/api/v1/{a.uuid}/tasks", a.token()), 200, TASKS, None),
    "without_a_token": (lambda b, a, c: b.call("GET", f"/api/v1/{a.uuid}/tasks"), 401, TASKS, "token_missing"),
    "another_users_path": (
        lambda b, a, c: b.call("GET", f"/api/v1/{c.uuid}/tasks", a.token()),
        403,
        TASKS,
        "user_mismatch",
    ),
    "a_changed_token": (
        lambda b, a, c: b.call("GET", "/api/v1/me", tampered(a.token())),
        401,
        "/api/v1/me",
        "signature_invalid",
    ),
    "an_unknown_key": (
        lambda b, a, c: b.call("GET", "/api/v1/me", with_header(a.token(), kid="made-up")),
        401,
        "/api/v1/me",
        "key_unknown",
    ),
    "a_path_that_is_none": (lambda b, a, c: b.call("GET", f"/{a.uuid}", a.token()), 404, "other", None),
}


@pytest.mark.parametrize("name", CASES)
def test_a_request_moves_its_numbers(
    counted: Backend, page: MetricsPage, alice: Person, bob: Person, name: str
) -> None:
    call, status, route, code = CASES[name]
    before = page.read()
    assert call(counted, alice, bob).status_code == status
    after = page.read()

    def moved(key: Sample) -> float:
        return after[key] - before.get(key, 0)

    assert moved(requests(route, status)) == 1
    assert moved(sample("http_request_duration_seconds_count", route=route)) == 1
    assert moved(sample("http_request_duration_seconds_bucket", route=route, le="+Inf")) == 1
    assert moved(sample("http_request_duration_seconds_sum", route=route)) > 0
    if code is not None:
        assert moved(refused(code)) == 1
        assert after[refused("token_expired")] == 0


def test_keys_and_the_cache_of_tokens_are_seen(counted: Backend, page: MetricsPage, alice: Person) -> None:
    token = alice.token()
    before = page.read()
    for _ in range(3):
        assert counted.call("GET", "/api/v1/me", token).status_code == 200
    after = page.read()
    hit, miss = (sample("token_cache_lookups_total", result=result) for result in ("hit", "miss"))
    assert after[hit] - before[hit] == 2
    assert after[miss] - before[miss] == 1
    assert after[sample("keys_state", state="fresh")] == 1
    assert after[sample("keys_usable")] >= 1
    assert 0 <= after[sample("keys_age_seconds")] < 600
    assert after[sample("key_fetches_total", result="good")] >= 1
    assert after[sample("revocations_required")] == 0


def test_sessions_and_keys_are_counted_where_they_are_taken(
    issuer: BetterAuth, start_backend: StartBackend, page: MetricsPage, alice: Person
) -> None:
    kind = ("kind", "session")
    assert not [key for key in page.read() if kind in key[1]], "tokens alone are taken here"
    address = f"127.0.0.1:{free_port()}"
    backend = start_backend(issuer, drawbridge_metrics=address, drawbridge_credentials="token,session")
    headers = {"Cookie": alice.session_cookie()}
    for _ in range(2):
        assert backend.call("GET", "/api/v1/me", headers=headers).status_code == 200
    seen = MetricsPage(address).read()
    assert seen[sample("credential_exchanges_total", kind="session", result="good")] == 1
    assert seen[sample("credential_cache_hits_total", kind="session")] == 1
    assert seen[sample("credentials_waiting", kind="session")] == 0


def test_no_label_is_of_a_user_and_none_is_made_by_a_request(
    counted: Backend, page: MetricsPage, alice: Person
) -> None:
    token = alice.token()
    task = counted.make_task(alice.uuid, token, "a title of my own")
    counted.call("GET", f"/api/v1/{alice.uuid}/tasks/{task}?query=of-my-own", token)
    counted.call("GET", "/of-my-own")
    counted.call("PROPFIND", "/api/v1/me", token)
    before = page.read().keys()
    for number in range(50):
        counted.call("GET", f"/of-my-own/{number}", token)
        counted.call(f"OWN{number}", f"/api/v1/{alice.uuid}/tasks/{task}", token)
    counted.call("GET", "/api/v1/me", with_header(token, kid="of-my-own"))
    text = page.text()
    for secret in (alice.uuid, alice.id, task, "my-own", "OWN", *token.split("."), alice.session_token):
        assert secret not in text, secret
    made = [dict(labels) for _, labels in page.read().keys() - before]
    assert [labels for labels in made if labels.get("route") not in ROUTES] == []


def test_it_is_not_on_the_port_of_the_api(counted: Backend) -> None:
    assert counted.call("GET", "/metrics").status_code == 404
