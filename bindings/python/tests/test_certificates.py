"""Which file of certificate authorities libcurl is told of."""

from __future__ import annotations

import ssl
import sys
from types import SimpleNamespace

import certifi
import pytest

from drawbridge.certificates import DEBIAN, OTHERS, certificate_file

OPENSSL = "/openssl/cert.pem"


@pytest.fixture(autouse=True)
def openssl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: SimpleNamespace(openssl_cafile=OPENSSL))


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        ({DEBIAN, OPENSSL, *OTHERS}, None),
        ({OPENSSL, *OTHERS}, OPENSSL),
        ({*OTHERS}, OTHERS[0]),
        ({OTHERS[2]}, OTHERS[2]),
        (set(), certifi.where()),
    ],
    ids=["Debian", "where Python's OpenSSL looks", "Fedora", "Alpine", "nowhere"],
)
def test_the_systems_come_before_certifis(there: set[str], chosen: str | None) -> None:
    assert certificate_file(there.__contains__) == chosen


def test_ssl_cert_file_wins_where_it_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/mine.pem")
    assert certificate_file({"/mine.pem", DEBIAN}.__contains__) == "/mine.pem"
    assert certificate_file({OPENSSL}.__contains__) == OPENSSL


def test_without_certifi_there_is_nothing_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [])
    monkeypatch.delitem(sys.modules, "certifi")
    assert certificate_file(lambda file: False) is None
