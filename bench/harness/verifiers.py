"""Libraries that verify tokens, ours among them, each in a program of its own that is asked in one way:

    PROGRAM gate            says of each token of standard input whether it is `accepted` or `refused`
    PROGRAM seen SECONDS    verifies the first of them again and again
    PROGRAM unseen SECONDS  verifies each once, until none is left or the time is over

The latter two leave the first quarter uncounted, and print the nanoseconds of processor time that one verification
took, all threads together. The settings are BETTER_AUTH_URL (issuer and audience), JWKS (the key set) and ALGORITHM.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from issuer import Issuer
from measurement import SERVER_CORE, BrokenMeasurement
from process import PASSED_ON, ROOT

PEERS = ROOT / "build/peers"
NODE = ("node", str(PEERS / "node/peer.mjs"))
ALL = ("EdDSA", "ES256", "RS256")


def settings(issuer: Issuer) -> dict[str, str]:
    return {"BETTER_AUTH_URL": issuer.url, "JWKS": issuer.jwks.decode(), "ALGORITHM": issuer.algorithm}


@dataclass(frozen=True)
class Verifier:
    """How it is started; what is set beside, for a token that comes again and for one that does not."""

    command: Sequence[str]
    seen: Mapping[str, str] = field(default_factory=dict)
    unseen: Mapping[str, str] = field(default_factory=dict)
    algorithms: Sequence[str] = ALL

    def nanoseconds(self, issuer: Issuer, load: str, tokens: str, seconds: float) -> float:
        """Of one verification, in nanoseconds; `load` is `seen` or `unseen`."""
        return float(self._run(issuer, load, load, tokens, str(seconds)))

    def verdicts(self, issuer: Issuer, load: str, tokens: Sequence[str]) -> list[str]:
        """`accepted` or `refused`, with the settings of that load."""
        return self._run(issuer, load, "gate", "\n".join(tokens)).split()

    def _run(self, issuer: Issuer, load: str, mode: str, tokens: str, *more: str) -> str:
        env = {key: os.environ[key] for key in PASSED_ON if key in os.environ} | settings(issuer)
        env |= self.seen if load == "seen" else self.unseen
        command = ["taskset", "-c", str(SERVER_CORE), *self.command, mode, *more]
        done = subprocess.run(command, input=tokens, env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BrokenMeasurement(
                f"{' '.join(self.command)} {mode} ended with {done.returncode}: {done.stderr.strip()[-500:]}"
            )
        return done.stdout


def in_python(module: str, **more: str) -> Verifier:
    command = (sys.executable, str(ROOT / "bench/python/verifications.py"), module)
    set_for_it = {"PYTHONDONTWRITEBYTECODE": "1"} | {name.upper(): value for name, value in more.items()}
    return Verifier(command, set_for_it, set_for_it, ("EdDSA",) if more.get("eddsa_tables") == "on" else ALL)


def in_cpp(tables: str) -> Verifier:
    program = str(ROOT / "build/bench/bin/drawbridge_peer")
    given = {"EDDSA_TABLES": tables}
    return Verifier((program,), given, given, ("EdDSA",) if tables == "on" else ALL)


# Each round asks them in this order.
VERIFIERS = {
    "drawbridge": in_cpp("off"),
    "drawbridge_tables": in_cpp("on"),
    "jsonwebtoken_rust_crypto": Verifier((str(PEERS / "jsonwebtoken-rust_crypto"),)),
    "jsonwebtoken_aws_lc": Verifier((str(PEERS / "jsonwebtoken-aws_lc_rs"),)),
    "golang_jwt": Verifier((str(PEERS / "golang-jwt"),), {"GOGC": "400"}, {"GOGC": "400"}),
    "fast_jwt": Verifier((*NODE, "fast-jwt"), {"REMEMBERS": "1"}),
    "jose": Verifier((*NODE, "jose")),
    "python_drawbridge": in_python("drawbridge_claims", remembered_tokens="65536", eddsa_tables="off"),
    "python_drawbridge_tables": in_python("drawbridge_claims", remembered_tokens="65536", eddsa_tables="on"),
    "oxyjwt": in_python("oxyjwt_claims"),
    "joserfc": in_python("joserfc_claims"),
    "pyjwt": in_python("pyjwt_claims"),
}
