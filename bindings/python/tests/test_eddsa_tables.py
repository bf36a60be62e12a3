"""EdDSA with tables for the key, where they are wanted."""

from __future__ import annotations

import time

import pytest

from drawbridge import AuthError, Verifier
from drawbridge.testing import Issuer

ALICE = "0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"


def test_a_key_gets_tables_once_it_is_used(issuer: Issuer) -> None:
    with Verifier(issuer.url, eddsa_tables="on", remembered_tokens=0) as verifier:
        token = issuer.token(ALICE)
        for _ in range(64):
            verifier.verify(token)
        deadline = time.monotonic() + 60
        while verifier.counts().eddsa_table_keys == 0:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert str(verifier.verify(token).uuid) == ALICE
        with pytest.raises(AuthError, match="signature_invalid"):
            verifier.verify(token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BAAA"))
        assert verifier.counts().eddsa_table_faults == 0
