"""Where the certificate authorities are that Better Auth's https is checked with."""

from __future__ import annotations

import importlib.util
import os
import ssl
from collections.abc import Callable

# libcurl looks here by itself, whether it is Debian's or the copy of it that a wheel carries.
DEBIAN = "/etc/ssl/certs/ca-certificates.crt"
# Fedora and its kin, openSUSE, Alpine.
OTHERS = ("/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem")


def certificate_file(exists: Callable[[str], bool] = os.path.isfile) -> str | None:
    """The file to name to libcurl: the system's where it is elsewhere than on Debian, else certifi's.

    None where libcurl finds Debian's file by itself, and where there is nothing to name: then a fetch over https
    fails with the reason.
    """
    chosen = os.environ.get("SSL_CERT_FILE")
    if chosen and exists(chosen):
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
