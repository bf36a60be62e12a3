"""Where the certificate authorities are that Better Auth's https is checked with."""

from __future__ import annotations

import importlib.util
import os
import ssl
from collections.abc import Callable

# libcurl looks here by itself, whether it is Debian's or the copy of it that a wheel carries.
DEBIAN = "/etc/ssl/certs/ca-certificates.crt"
# Fedora and its kin, by both names of their file, openSUSE, OpenELEC, Alpine. scripts/portable_tarball.py has the same.
OTHERS = (
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/ssl/cert.pem",
)


def _is_readable(file: str) -> bool:
    return os.path.isfile(file) and os.access(file, os.R_OK)


def certificate_file(exists: Callable[[str], bool] = _is_readable) -> str | None:
    """The file to name to libcurl: that of SSL_CERT_FILE, the system's where it is elsewhere than on Debian, else
    certifi's.

    None where libcurl finds Debian's file by itself, and where there is nothing to name: then a fetch over https
    fails with the reason. ValueError where SSL_CERT_FILE names no file: to trust the system's authorities in place of
    the only one that was meant would be worse than not to start.
    """
    chosen = os.environ.get("SSL_CERT_FILE")
    if chosen:
        if not exists(chosen):
            from drawbridge.credential_settings import quoted  # here, as the command does without

            raise ValueError(
                f"SSL_CERT_FILE is {quoted(chosen)}: there is no such file, or it cannot be read. Name a PEM file of "
                "certificate authorities, or unset it to trust the system's"
            )
        return chosen
    if exists(DEBIAN):
        return None
    of_openssl = ssl.get_default_verify_paths().openssl_cafile
    for file in (of_openssl, *OTHERS):
        if exists(file):
            return file
    if importlib.util.find_spec("certifi") is None:
        return None
    import certifi

    return certifi.where()
