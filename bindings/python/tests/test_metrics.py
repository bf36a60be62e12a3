"""drawbridge.metrics: what prometheus_client shows, by Prometheus's own parser, and the block of docs/metrics.md."""

import re
import socket
import urllib.request
from pathlib import Path
from typing import Annotated

import pytest
from asgi_calls import bearer, get
from fastapi import Depends, FastAPI, HTTPException, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from drawbridge import ERROR_CODES, AuthError, Identity, Verifier
from drawbridge.fastapi import BetterAuth
from drawbridge.metrics import RequestMetrics, VerifierCollector
from drawbridge.testing import Issuer

PAGE = Path(__file__).parents[3] / "docs/metrics.md"
ALICE = "0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"
BOB = "7a1f3c55-2c1e-4c8a-8f6d-aa55bb66cc77"

Sample = tuple[str, frozenset[tuple[str, str]]]


def sample(name: str, **labels: str) -> Sample:
    return f"drawbridge_{name}", frozenset(labels.items())


def read(text: str) -> dict[Sample, float]:
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def shown(registry: CollectorRegistry) -> dict[Sample, float]:
    return read(generate_latest(registry).decode())


def registered(source: Verifier | BetterAuth) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(VerifierCollector(source))
    return registry


def make_app(auth: BetterAuth, registry: CollectorRegistry) -> FastAPI:
    app = FastAPI()
    app.add_middleware(RequestMetrics, registry=registry)

    @app.get("/users/{user_id}")
    async def get_user(user: Annotated[Identity, Depends(auth.verify_user_access)]) -> str:
        return str(user.uuid)

    @app.get("/locked")
    async def get_locked(_: Annotated[Identity | None, Depends(auth.get_optional_user)]) -> None:
        raise AuthError("account_locked", status=403)

    @app.get("/news")
    async def get_news(user: Annotated[Identity | None, Depends(auth.get_optional_user)]) -> bool:
        return user is None

    @app.get("/broken")
    async def get_broken() -> None:
        raise RuntimeError("it broke")

    @app.get("/teapot/{status}")
    async def get_status(status: int) -> Response:
        if status == 409:
            raise HTTPException(409)
        return Response(status_code=status)

    return app


REQUESTS = {
    "good": (f"/users/{ALICE}", ALICE, "/users/{user_id}", "200", None),
    "another_users_path": (f"/users/{BOB}", ALICE, "/users/{user_id}", "403", "user_mismatch"),
    "without_a_token": (f"/users/{ALICE}", None, "/users/{user_id}", "401", "token_missing"),
    "a_code_of_the_app_s_own": ("/locked", None, "/locked", "403", "other"),
    "nobody_where_that_is_fine": ("/news", None, "/news", "200", None),
    "no_route": (f"/of-my-own/{ALICE}", None, "other", "404", None),
    "an_exception": ("/teapot/409", None, "/teapot/{status}", "409", None),
    "a_status_that_http_has_not": ("/teapot/299", None, "/teapot/{status}", "other", None),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_moves_its_numbers(issuer: Issuer, name: str) -> None:
    path, user, route, status, code = REQUESTS[name]
    auth = BetterAuth(issuer.url)
    registry = registered(auth)
    app = make_app(auth, registry)
    before = shown(registry)
    get(app, path, *([bearer(issuer.token(user))] if user else []))
    after = shown(registry)
    auth.verifier.close()
    moved = {key[1] for key in after if key[0] == "drawbridge_http_requests_total" and after[key] != before.get(key, 0)}
    assert moved == {frozenset({("route", route), ("status", status)})}
    assert after[sample("http_request_duration_seconds_count", route=route)] == 1
    refusals = {key for key in after if key[0] == "drawbridge_refusals_total"}
    assert {dict(key[1])["code"] for key in refusals} == {*ERROR_CODES, "other"}
    assert {dict(key[1])["code"]: after[key] - before[key] for key in refusals if after[key] != before[key]} == (
        {code: 1} if code else {}
    )


def test_what_the_app_does_not_answer_is_500(issuer: Issuer) -> None:
    registry = CollectorRegistry()
    assert get(make_app(BetterAuth(issuer.url), registry), "/broken").status_code == 500
    assert shown(registry)[sample("http_requests_total", route="/broken", status="500")] == 1


def test_a_verifier_s_counts_are_shown(issuer: Issuer) -> None:
    with Verifier(issuer.url) as verifier:
        registry = registered(verifier)
        token = issuer.token(ALICE)
        for _ in range(3):
            verifier.verify(token)
        seen = shown(registry)
        counts = verifier.counts()
    assert seen[sample("keys_state", state="fresh")] == 1
    assert seen[sample("keys_state", state="absent")] == 0
    assert seen[sample("keys_usable")] == 1
    assert seen[sample("keys_age_seconds")] >= 0
    good, failed = (seen[sample("key_fetches_total", result=result)] for result in ("good", "failed"))
    assert good >= 1
    assert (good + failed, failed) == (counts.key_fetches, counts.failed_key_fetches)
    # The first is looked up again where it had to wait: for the keys, or for what was revoked.
    assert seen[sample("token_cache_lookups_total", result="hit")] == counts.token_cache_hits >= 2
    assert seen[sample("token_cache_lookups_total", result="miss")] == counts.token_cache_misses
    assert seen[sample("eddsa_table_keys")] == counts.eddsa_table_keys == 0, "so few tokens make none"
    assert seen[sample("eddsa_table_faults_total")] == counts.eddsa_table_faults == 0
    assert not [key for key in seen if ("kind", "session") in key[1]], "tokens alone are taken"


def test_an_issuer_that_is_away_is_a_failed_fetch(issuer: Issuer) -> None:
    with Verifier(issuer.url, jwks_url="http://127.0.0.1:9/jwks") as verifier:
        with pytest.raises(AuthError, match="keys_unavailable"):
            verifier.verify(issuer.token(ALICE))
        seen = shown(registered(verifier))
    assert seen[sample("keys_state", state="absent")] == 1
    assert seen[sample("key_fetches_total", result="failed")] >= 1
    assert sample("keys_age_seconds") not in seen


def test_a_closed_verifier_shows_refusals_alone(issuer: Issuer) -> None:
    with Verifier(issuer.url) as verifier:
        registry = registered(verifier)
    assert {name for name, _ in shown(registry)} == {"drawbridge_refusals_total"}


def test_no_label_is_of_a_user(issuer: Issuer) -> None:
    auth = BetterAuth(issuer.url)
    registry = registered(auth)
    app = make_app(auth, registry)
    token = issuer.token(ALICE)
    for path in (f"/users/{ALICE}", f"/users/{BOB}", f"/of-my-own/{ALICE}", "/users/of-my-own?of=my-own"):
        get(app, path, bearer(token))
    text = generate_latest(registry).decode()
    auth.verifier.close()
    for secret in (ALICE, BOB, "my-own", *token.split(".")):
        assert secret not in text, secret


def test_the_block_of_the_page_works(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    registry = CollectorRegistry()
    monkeypatch.setattr("prometheus_client.REGISTRY", registry)
    names: dict[str, object] = {}
    code = code.replace("http://localhost:3000", issuer.url).replace(
        "start_http_server(9464", "server = start_http_server(PORT"
    )
    code = code.replace("PORT", str(port)).replace('addr="127.0.0.1")', 'addr="127.0.0.1", registry=REGISTRY)')
    exec(code.replace("RequestMetrics)", "RequestMetrics, registry=REGISTRY)"), names)
    server, thread = names["server"]  # type: ignore[misc]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            assert read(answer.read().decode())[sample("revocations_required")] == 0
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        names["auth"].verifier.close()  # type: ignore[attr-defined]
