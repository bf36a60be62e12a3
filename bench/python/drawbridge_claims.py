"""Better Auth's tokens with Drawbridge: each as if it had never been seen, or those seen before remembered."""

import os
import time

from drawbridge import Identity, Verifier

TABLES = os.environ["EDDSA_TABLES"]

verifier = Verifier(
    remembered_tokens=int(os.environ["REMEMBERED_TOKENS"]),
    algorithms=[os.environ["ALGORITHM"]],
    eddsa_tables=TABLES,
)


def verified_claims(token: str) -> Identity:
    return verifier.verify(token)


def wait_until_ready() -> None:
    """Tables are made beside the first tokens; what is measured must not begin before."""
    end = time.monotonic() + 10
    while TABLES == "on" and verifier.counts().eddsa_table_keys == 0:
        if time.monotonic() > end:
            raise RuntimeError("the key has no tables after 10 s")
        time.sleep(0.001)
