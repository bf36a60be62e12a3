"""What a peer must refuse before it is measured: one that lets anything through is fast for no merit."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from issuer import KID, Issuer
from measurement import BrokenMeasurement
from signing_key import base64url, from_base64url

HOUR = 3600


def flipped_bit(token: str) -> str:
    head, _, signature = token.rpartition(".")
    changed = bytearray(from_base64url(signature))
    changed[len(changed) // 4] ^= 1
    return f"{head}.{base64url(bytes(changed))}"


def without_a_signature(token: str) -> str:
    header = base64url(json.dumps({"alg": "none", "kid": KID}).encode())
    return f"{header}.{token.split('.')[1]}."


def forged_tokens(issuer: Issuer, uuid: str) -> dict[str, str]:
    """By what is wrong with each; all else is as in a good one."""
    claims = issuer.claims(uuid)
    good = issuer.sign(claims)
    return {
        "a flipped bit in the signature": flipped_bit(good),
        "alg: none": without_a_signature(good),
        "no aud": issuer.sign({name: value for name, value in claims.items() if name != "aud"}),
        "another aud": issuer.sign(claims | {"aud": "https://another.example"}),
        "another iss": issuer.sign(claims | {"iss": "https://another.example"}),
        "an exp of an hour ago": issuer.sign(claims | {"iat": claims["iat"] - 2 * HOUR, "exp": claims["iat"] - HOUR}),
    }


def expect_refusals(name: str, issuer: Issuer, uuid: str, judge: Callable[[Sequence[str]], Sequence[bool]]) -> None:
    """`judge` says of each token whether the peer accepts it: a good one it must, and all the others it must not."""
    forged = forged_tokens(issuer, uuid)
    verdicts = judge([issuer.token(uuid), *forged.values()])
    if len(verdicts) != 1 + len(forged):
        raise BrokenMeasurement(f"{name} judges {len(verdicts)} of {1 + len(forged)} tokens")
    if not verdicts[0]:
        raise BrokenMeasurement(f"{name} refuses a good {issuer.algorithm} token")
    if accepted := [what for what, is_accepted in zip(forged, verdicts[1:]) if is_accepted]:
        raise BrokenMeasurement(f"{name} accepts an {issuer.algorithm} token with {', with '.join(accepted)}")
