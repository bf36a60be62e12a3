"""Which file of certificate authorities libcurl is told of."""

from __future__ import annotations

import re
import ssl
import sys
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from key_server import key_server

from drawbridge import AuthError, Identity, Verifier, certificates
from drawbridge.certificates import DEBIAN, OTHERS, certificate_file
from drawbridge.testing import Issuer

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
        ({"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"}, "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
        ({"/etc/ssl/ca-bundle.pem"}, "/etc/ssl/ca-bundle.pem"),
        ({"/etc/pki/tls/cacert.pem"}, "/etc/pki/tls/cacert.pem"),
        ({"/etc/ssl/cert.pem"}, "/etc/ssl/cert.pem"),
        (set(), certifi.where()),
    ],
    ids=[
        "Debian",
        "where Python's OpenSSL looks",
        "Fedora",
        "Fedora, the other name",
        "openSUSE",
        "OpenELEC",
        "Alpine",
        "nowhere",
    ],
)
def test_the_systems_come_before_certifis(there: set[str], chosen: str | None) -> None:
    assert certificate_file(there.__contains__) == chosen


NO_SUCH_FILE = (
    'SSL_CERT_FILE is "/mine.pem": there is no such file, or it cannot be read. Name a PEM file of certificate '
    "authorities, or unset it to trust the system's"
)


def test_ssl_cert_file_counts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped file of the one authority that is pinned must not lead to trust in all of the system's."""
    monkeypatch.setenv("SSL_CERT_FILE", "/mine.pem")
    assert certificate_file({"/mine.pem", DEBIAN}.__contains__) == "/mine.pem"
    for there in ({DEBIAN, OPENSSL, *OTHERS}, set()):
        with pytest.raises(ValueError, match=f"^{re.escape(NO_SUCH_FILE)}$"):
            certificate_file(there.__contains__)
    monkeypatch.setenv("SSL_CERT_FILE", "")
    assert certificate_file({DEBIAN}.__contains__) is None


def test_a_folder_is_no_file_of_authorities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path))
    with pytest.raises(ValueError, match="there is no such file, or it cannot be read"):
        certificate_file()


def test_a_verifier_needs_the_file_only_where_no_setting_names_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/mine.pem")
    monkeypatch.delenv("DRAWBRIDGE_CA_FILE", raising=False)
    with pytest.raises(ValueError, match=f"^{re.escape(NO_SUCH_FILE)}$"):
        Verifier("https://127.0.0.1:1")
    authority, _ = certificate_of_its_own_authority(tmp_path)
    with Verifier("https://127.0.0.1:1", ca_file=authority):
        pass


def test_without_certifi_there_is_nothing_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [])
    monkeypatch.delitem(sys.modules, "certifi")
    assert certificate_file(lambda file: False) is None


def certificate_of_its_own_authority(folder: Path) -> tuple[Path, Path]:
    """For 127.0.0.1: the file that the authorities have, and the server's, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(hours=1), now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    authority, server = folder / "authority.pem", folder / "server.pem"
    authority.write_bytes(certificate.public_bytes(pem))
    server.write_bytes(certificate.public_bytes(pem) + private)
    return authority, server


def answer_to(verifier: Verifier[UUID], token: str) -> Identity[UUID] | AuthError:
    """Once the keys were fetched, or could not be: a processor that is emulated may take longer than a call waits."""
    while True:
        try:
            return verifier.verify(token)
        except AuthError as refused:
            if refused.hint != "The key set is being fetched.":
                return refused


def test_keys_come_over_https_by_certifis_where_the_system_has_no_authorities(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(certificates, "DEBIAN", "/none")
    monkeypatch.setattr(certificates, "OTHERS", ())
    authority, server = certificate_of_its_own_authority(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(server)
    with Issuer() as issuer, key_server(issuer.jwks, tls) as keys:
        with Verifier(issuer.url, jwks_url=keys.url) as verifier:
            refused = answer_to(verifier, issuer.token())
            assert isinstance(refused, AuthError)
            assert refused.code == "keys_unavailable"
            assert "is not trusted" in refused.hint
        monkeypatch.setattr(certifi, "where", lambda: str(authority))
        with Verifier(issuer.url, jwks_url=keys.url) as verifier:
            assert isinstance(answer_to(verifier, issuer.token()), Identity)
