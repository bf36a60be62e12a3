"""`verifications.py MODULE SECONDS`: verifies the token of standard input for so long, and prints the nanoseconds of
processor time that one verification took."""

import sys
import time
from importlib import import_module

BATCH = 100


def main() -> None:
    verified_claims = import_module(sys.argv[1]).verified_claims
    seconds = float(sys.argv[2])
    token = sys.stdin.read()
    for _ in range(BATCH):  # the keys are fetched, and code is made ready
        verified_claims(token)
    count = 0
    began = time.process_time()
    while (spent := time.process_time() - began) < seconds:
        for _ in range(BATCH):
            verified_claims(token)
        count += BATCH
    print(1e9 * spent / count)


if __name__ == "__main__":
    main()
