"""/metrics of the program: where it is, what it refuses, an outage in numbers, and what alerts and documents name."""

from __future__ import annotations

import re
import signal
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from backend import Backend
from better_auth import BetterAuth, Person
from conftest import StartBackend, StartIssuer
from metrics_page import MetricsPage, sample
from process import ROOT, free_port, wait_until
from raw_http import RawConnection

ALERTS = ROOT / "deploy/prometheus_alerts.yml"
PAGE = (ROOT / "docs/metrics.md").read_text()


@pytest.fixture(scope="module")
def page(issuer: BetterAuth, start_backend: StartBackend) -> MetricsPage:
    address = f"127.0.0.1:{free_port()}"
    start_backend(issuer, drawbridge_metrics=address, drawbridge_credentials="token,session,key")
    return MetricsPage(address)


def test_it_is_off_unless_a_port_is_named(backend: Backend, page: MetricsPage) -> None:
    wait_until(lambda: "drawbridge: the tasks API is at" in backend.program.log(), 10, "it says where it is")
    assert "metrics" not in backend.program.log()
    for address in (f"127.0.0.1:{backend.port}", page.url.removeprefix("http://").removesuffix("/metrics")):
        expected = 404 if str(backend.port) in address else 200
        assert httpx.get(f"http://{address}/metrics", timeout=30).status_code == expected


def test_a_port_alone_is_one_of_this_machine(issuer: BetterAuth, start_backend: StartBackend) -> None:
    port = free_port()
    backend = start_backend(issuer, drawbridge_metrics=port)
    said = f"drawbridge: metrics are at http://127.0.0.1:{port}/metrics\n"
    wait_until(lambda: said in backend.program.log(), 10, "it says where they are")  # it answers before it says so
    assert MetricsPage(f"127.0.0.1:{port}").read()


def test_a_port_in_use_is_one_clear_line(issuer: BetterAuth, backend: Backend, tmp_path: Path) -> None:
    second = Backend(tmp_path, issuer, drawbridge_metrics=backend.port)
    second.program.start()
    assert second.program.wait() == 1
    (line,) = [line for line in second.program.log().splitlines() if line.startswith("drawbridge: ")]
    assert f"127.0.0.1:{backend.port}" in line and "in use" in line


def test_an_outage_of_better_auth_is_seen(start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    issuer = start_issuer()
    address = f"127.0.0.1:{free_port()}"
    backend = start_backend(issuer, drawbridge_metrics=address)
    page = MetricsPage(address)
    fresh, stale = (sample("keys_state", state=state) for state in ("fresh", "stale"))
    wait_until(lambda: page.read()[fresh] == 1, 10, "the keys are there")
    issuer.stop()
    backend.program.signal(signal.SIGHUP)
    wait_until(lambda: page.read()[stale] == 1, 10, "the keys are stale")
    assert page.read()[sample("key_fetches_total", result="failed")] >= 1
    assert page.read()[sample("keys_usable")] >= 1


def test_the_database_and_connections_are_seen(issuer: BetterAuth, start_backend: StartBackend, alice: Person) -> None:
    address = f"127.0.0.1:{free_port()}"
    backend = start_backend(issuer, drawbridge_metrics=address, drawbridge_max_connections=4)
    page = MetricsPage(address)
    before = page.read()
    token = alice.token()
    backend.make_task(alice.uuid, token, "one")
    after = page.read()
    for name in ("database_wait_seconds_count", "database_work_seconds_count"):
        assert after[sample(name, kind="write")] - before[sample(name, kind="write")] == 1
    assert after[sample("database_waiting", kind="write")] == 0
    assert after[sample("connections_max")] == 4
    assert after[sample("connections")] >= 1
    clients = [httpx.Client(base_url=backend.url, timeout=30) for _ in range(6)]
    for client in clients:
        assert client.get("/healthz").status_code == 200
    seen = page.read()
    assert seen[sample("connections")] <= 4
    assert seen[sample("connections_opened_total")] >= 6
    assert seen[sample("shed_total", reason="idle_connection")] >= 2
    for client in clients:
        client.close()


def test_clients_that_never_end_their_head_hold_up_nobody(page: MetricsPage) -> None:
    """As many as the port takes: each is refused after five seconds, and its place is free."""
    port = urlsplit(page.url).port
    assert port
    with ExitStack() as closing:
        slow = [closing.enter_context(RawConnection(port)) for _ in range(8)]
        for client in slow:
            client.send(b"GET /metrics HTTP/1.1\r\n")
        assert [client.receive_rest()[-1].refusal() for client in slow] == [(400, "request_malformed")] * 8
        assert page.read()


def exposed(page: MetricsPage) -> dict[str, set[str]]:
    """The labels of each metric, by the name that a query has for it."""
    labels: dict[str, set[str]] = {}
    for name, of_it in page.read():
        labels.setdefault(name, set()).update(dict(of_it))
    return labels


def rules() -> list[dict[str, str]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_there_is(page: MetricsPage, rule: dict[str, str]) -> None:
    seen = {(label, value) for _, labels in page.read() for label, value in labels}
    there = exposed(page) | {"up": {"job"}}
    selectors = re.findall(r"\b(drawbridge_\w+|up)\b(?:\{([^}]*)\})?", rule["expr"])
    assert selectors
    for name, matchers in selectors:
        assert name in there, f"{name} is no metric"
        for label, operator, words in re.findall(r'(\w+)(=~|!=|=)"([^"]*)"', matchers):
            assert label in there[name], f"{name} has no label {label}"
            if label not in ("job", "status"):
                missing = {word for word in words.split("|") if (label, word) not in seen}
                assert not missing, f"{operator} {missing}: no {label} is so"
    assert rule["for"] and rule["labels"]["severity"] in ("warning", "critical") and rule["annotations"]["summary"]


def test_the_page_names_each_metric_and_each_alert_and_no_other(page: MetricsPage) -> None:
    wait_until(lambda: "drawbridge_keys_age_seconds" in exposed(page), 10, "the keys are there")
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in exposed(page)}
    families |= {"drawbridge_revocations_age_seconds"}  # this Better Auth has none
    assert set(re.findall(r"^\| `(drawbridge_\w+)`", PAGE, re.MULTILINE)) == families
    assert re.findall(r"^\| `(Drawbridge\w+)`", PAGE, re.MULTILINE) == [rule["alert"] for rule in rules()]
