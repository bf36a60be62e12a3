"""What a backend shows at /metrics, read by Prometheus's own parser."""

from __future__ import annotations

import httpx
from prometheus_client.parser import text_string_to_metric_families

Sample = tuple[str, frozenset[tuple[str, str]]]


def sample(name: str, **labels: str) -> Sample:
    return f"drawbridge_{name}", frozenset(labels.items())


class MetricsPage:
    def __init__(self, address: str) -> None:
        """`address` is HOST:PORT."""
        self.url = f"http://{address}/metrics"

    def text(self) -> str:
        answer = httpx.get(self.url, timeout=30)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        return answer.text

    def read(self) -> dict[Sample, float]:
        """Those of Drawbridge; the parser refuses what Prometheus would, and no sample is there twice."""
        read: dict[Sample, float] = {}
        for family in text_string_to_metric_families(self.text()):
            assert family.documentation and family.type in ("counter", "gauge", "histogram"), family
            for one in family.samples:
                key = one.name, frozenset(one.labels.items())
                assert key not in read, key
                read[key] = one.value
        return read
