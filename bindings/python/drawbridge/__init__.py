"""Lets a Python backend trust the users of a Better Auth front end.

    verifier = Verifier("http://localhost:3000")
    identity = verifier.authenticate(request.headers.get("Authorization"))

For FastAPI there is drawbridge.fastapi.
"""

from drawbridge._core import Identity
from drawbridge.errors import ERROR_CODES, AuthError
from drawbridge.identity_record import IdentityRecord
from drawbridge.membership import check_membership, knows_membership
from drawbridge.verifier import CredentialCounts, KeyEvent, KeyStatus, RevocationStatus, Verifier, VerifierCounts

__all__ = [
    "ERROR_CODES",
    "AuthError",
    "CredentialCounts",
    "Identity",
    "IdentityRecord",
    "KeyEvent",
    "KeyStatus",
    "RevocationStatus",
    "Verifier",
    "VerifierCounts",
    "check_membership",
    "knows_membership",
]
