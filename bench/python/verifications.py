"""`verifications.py MODULE gate|seen|unseen [SECONDS]`: a verifier in Python, as bench/harness/verifiers.py asks."""

import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice, repeat

BATCH = 100


def main() -> None:
    module = import_module(sys.argv[1])
    verified_claims = module.verified_claims
    tokens = sys.stdin.read().splitlines()
    if sys.argv[2] == "gate":
        for token in tokens:
            try:
                verified_claims(token)
                print("accepted")
            except Exception:  # whichever the library has
                print("refused")
        return
    wanted = iter(tokens) if sys.argv[2] == "unseen" else repeat(tokens[0])
    for token in islice(wanted, max(BATCH, len(tokens) // 4)):  # the keys are fetched, and code is made ready
        verified_claims(token)
    if sys.argv[2] == "unseen" and hasattr(module, "wait_until_ready"):
        module.wait_until_ready()
    print(nanoseconds(verified_claims, wanted, float(sys.argv[3])))


def nanoseconds(verified_claims: Callable[[str], object], tokens: Iterator[str], seconds: float) -> float:
    """Processor time of one verification."""
    count = 0
    began = time.process_time()
    while time.process_time() - began < seconds:
        batch = list(islice(tokens, BATCH))
        for token in batch:
            verified_claims(token)
        count += len(batch)
        if len(batch) < BATCH:
            break
    return 1e9 * (time.process_time() - began) / count


if __name__ == "__main__":
    main()
