"""The page at /docs needs no token: it is compressed, sent once, and can be switched off."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from backend import Backend
from database import Database, SqliteDatabase
from process import ROOT

FILES = ["/docs", *re.findall(r'(?:href|src)="(docs/[^"]+)"', (ROOT / "src/api/docs/page/docs.html").read_text())]
TARGETS = [target if target.startswith("/") else f"/{target}" for target in FILES]


@dataclass
class Nobody:
    """A Better Auth that is not there: the page does without."""

    database: Database
    url: str = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Nobody:
    return Nobody(SqliteDatabase(tmp_path_factory.mktemp("database") / "app.db"))


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory, issuer: Nobody) -> Iterator[Backend]:
    backend = Backend(tmp_path_factory.mktemp("backend"), issuer)
    try:
        yield backend.start()
    finally:
        backend.stop()


def fetched(backend: Backend, target: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """The answer, and its body as it was sent."""
    headers = {"Accept-Encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}
    with backend.http.stream("GET", target, headers=headers) as answer:
        return answer, b"".join(answer.iter_raw())


def test_it_is_sent_compressed_and_is_the_same(backend: Backend) -> None:
    plain_size = compressed_size = 0
    for target in TARGETS:
        _, plain = fetched(backend, target)
        answer, compressed = fetched(backend, target, Accept_Encoding="gzip, deflate, br")
        assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
        assert gzip.decompress(compressed) == plain
        assert "Accept-Encoding" in answer.headers["Vary"]
        plain_size, compressed_size = plain_size + len(plain), compressed_size + len(compressed)
    assert compressed_size * 2 < plain_size


@pytest.mark.parametrize(
    "accepted", ["gzip;q=0", "identity", "br", "*;q=0", "gzip;q=0, identity;q=0", "gzip;q=x", 200 * "gzip;q=0,"]
)
def test_who_takes_no_gzip_gets_it_as_it_is(backend: Backend, accepted: str) -> None:
    answer, body = fetched(backend, "/docs/docs.js", Accept_Encoding=accepted)
    assert (answer.status_code, "Content-Encoding" in answer.headers) == (200, False)
    assert body == (ROOT / "src/api/docs/page/docs.js").read_bytes()


def test_a_second_visit_costs_nothing(backend: Backend) -> None:
    for coding in ("identity", "gzip"):
        tags = {target: fetched(backend, target, Accept_Encoding=coding)[0].headers["ETag"] for target in TARGETS}
        assert len(set(tags.values())) == len(TARGETS)
        for target, tag in tags.items():
            answer, body = fetched(backend, target, Accept_Encoding=coding, If_None_Match=tag)
            assert (answer.status_code, body) == (304, b"")
            assert answer.headers["Cache-Control"] == "no-cache"


def test_it_can_be_switched_off(tmp_path: Path, issuer: Nobody) -> None:
    backend = Backend(tmp_path, issuer, drawbridge_docs="off")
    try:
        backend.start()
        for target in (*TARGETS, "/openapi.json"):
            for method in ("GET", "HEAD", "POST"):
                assert backend.call(method, target).status_code == 404, (method, target)
    finally:
        backend.stop()
