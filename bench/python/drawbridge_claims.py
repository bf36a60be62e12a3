"""Better Auth's tokens with Drawbridge: each as if it had never been seen, or those seen before remembered."""

import os

from drawbridge import Identity, Verifier

verifier = Verifier(remembered_tokens=int(os.environ["REMEMBERED_TOKENS"]), algorithms=[os.environ["ALGORITHM"]])


def verified_claims(token: str) -> Identity:
    return verifier.verify(token)
