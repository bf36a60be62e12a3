"""What Drawbridge counts, for `prometheus_client`, under the names that `drawbridge serve` has for it.

    from drawbridge.metrics import RequestMetrics, VerifierCollector
    from prometheus_client import REGISTRY, start_http_server

    REGISTRY.register(VerifierCollector(auth))
    app.add_middleware(RequestMetrics)
    start_http_server(9464, addr="127.0.0.1")

Labels are patterns of routes, statuses and Drawbridge's own words: nothing of a user, and nothing of a token.
docs/metrics.md explains each.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

try:
    from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
    from prometheus_client.registry import Collector
except ImportError as _missing:
    raise ImportError(
        "drawbridge.metrics needs prometheus_client: pip install 'drawbridge-auth[metrics]'"
    ) from _missing

from drawbridge import _core, process
from drawbridge.verifier import CredentialCounts, Verifier

if TYPE_CHECKING:
    from drawbridge.fastapi import BetterAuth

_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STATUSES = frozenset(int(status) for status in HTTPStatus)
_OTHER = "other"

_Scope = MutableMapping[str, Any]  # ASGI's own types, as Starlette has them
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]


class VerifierCollector(Collector):
    """What a Verifier, or that of a BetterAuth, has counted in this process; nothing while it is closed.

    Counters begin at 0 with the verifier: on either side of a fork, and when the app starts again. Refusals are those
    that `problem_response` of drawbridge.fastapi answered in the whole process, a code of the app's own as `other`.
    """

    def __init__(self, source: Verifier[Any] | BetterAuth[Any]) -> None:
        self._source = source

    def describe(self) -> list[Metric]:
        """Nothing, so that to be registered makes no verifier."""
        return []

    def collect(self) -> Iterator[Metric]:
        refusals = CounterMetricFamily("drawbridge_refusals", "Refused requests, by error code.", labels=["code"])
        for code, times in _core.refusals().items():
            refusals.add_metric([code], times)
        yield refusals
        verifier = self._source if isinstance(self._source, Verifier) else self._source.verifier
        try:
            keys, revocations, counts = verifier.key_status(), verifier.revocation_status(), verifier.counts()
        except process.Closed:
            return
        yield _states("keys_state", "1 for the current state of the key set.", ("fresh", "stale", "absent"), keys.state)
        yield _gauge("keys_usable", "Keys that can verify a token now.", keys.usable_keys)
        if keys.age is not None:
            text = "How long ago Better Auth last answered with a key set."
            yield _gauge("keys_age_seconds", text, keys.age.total_seconds())
        yield _counter(
            "key_fetches",
            "Finished fetches of the key set.",
            {("good",): counts.key_fetches - counts.failed_key_fetches, ("failed",): counts.failed_key_fetches},
        )
        yield _states(
            "revocations_state",
            "1 for the current state of the revocation feed.",
            ("off", "pending", "current", "lost"),
            revocations.state,
        )
        text = "1 if no token is accepted while the feed is lost."
        yield _gauge("revocations_required", text, int(revocations.required))
        yield _gauge("revocations_entries", "Known revocations.", revocations.entries)
        if revocations.age is not None:
            text = "Time since the start of the last question that was answered in full."
            yield _gauge("revocations_age_seconds", text, revocations.age.total_seconds())
        failed = counts.failed_revocation_questions
        yield _counter(
            "revocation_questions",
            "Finished questions about revocations.",
            {("good",): counts.revocation_questions - failed, ("failed",): failed},
        )
        yield _counter(
            "token_cache_lookups",
            "Lookups of a token among those already verified.",
            {("hit",): counts.token_cache_hits, ("miss",): counts.token_cache_misses},
        )
        yield _gauge(
            "eddsa_table_keys", "Keys whose EdDSA signatures are verified with tables.", counts.eddsa_table_keys
        )
        text = "Times that tables and libsodium disagreed."
        yield _counter("eddsa_table_faults", text, {(): counts.eddsa_table_faults}, ())
        of_kind = {"session": counts.sessions, "key": counts.api_keys}
        yield from _credentials({kind: one for kind, one in of_kind.items() if kind in verifier.credentials})


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"drawbridge_{name}", text, value=value)


def _states(name: str, text: str, states: tuple[str, ...], state: str) -> Metric:
    family = GaugeMetricFamily(f"drawbridge_{name}", text, labels=["state"])
    for one in states:
        family.add_metric([one], int(one == state))
    return family


def _counter(name: str, text: str, times: dict[tuple[str, ...], int], labels: tuple[str, ...] = ("result",)) -> Metric:
    family = CounterMetricFamily(f"drawbridge_{name}", text, labels=labels)
    for values, value in times.items():
        family.add_metric(values, value)
    return family


def _credentials(of_kind: dict[str, CredentialCounts]) -> Iterator[Metric]:
    yield _counter(
        "credential_exchanges",
        "Questions to Better Auth, or its storage, about sessions and API keys.",
        {
            (kind, result): getattr(one, result)
            for kind, one in of_kind.items()
            for result in ("good", "unknown", "limited", "failed")
        },
        ("kind", "result"),
    )
    text = "Sessions and API keys accepted by a remembered answer."
    yield _counter("credential_cache_hits", text, {(kind,): one.remembered for kind, one in of_kind.items()}, ("kind",))
    waiting = GaugeMetricFamily(
        "drawbridge_credentials_waiting", "Requests waiting for Better Auth's answer now.", labels=["kind"]
    )
    for kind, one in of_kind.items():
        waiting.add_metric([kind], one.waiting)
    yield waiting


class RequestMetrics:
    """Middleware of a FastAPI app: its requests by route and status, and how long they took.

    A route is named by its pattern. What finds none, or is answered before one is looked for, is `other`, and so is a
    status that HTTP does not know. Middleware inside of this that copies the scope hides the route. One for each
    registry.
    """

    def __init__(self, app: _App, registry: CollectorRegistry = REGISTRY) -> None:
        self._app = app
        self._requests = Counter(
            "drawbridge_http_requests",
            "Answered requests, by route and status.",
            ["route", "status"],
            registry=registry,
        )
        self._took = Histogram(
            "drawbridge_http_request_duration_seconds",
            "Time from when a request came until its answer began, by route.",
            ["route"],
            buckets=_BOUNDS,
            registry=registry,
        )

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began = time.perf_counter()
        counted = False

        def count(status: int) -> None:
            nonlocal counted
            counted = True
            route = getattr(scope.get("route"), "path", _OTHER)
            self._requests.labels(route, str(status) if status in _STATUSES else _OTHER).inc()
            self._took.labels(route).observe(time.perf_counter() - began)

        async def send_and_count(message: _Message) -> None:
            if message["type"] == "http.response.start":
                count(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, send_and_count)
        except Exception:
            if not counted:
                count(500)  # which the server answers, outside of all middleware
            raise
