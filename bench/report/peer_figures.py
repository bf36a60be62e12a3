"""Drawbridge beside its peers: who is compared with whom, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aims import Aim
from figures import Figure, figure, ratio

LOADS = {"unseen": "a token never seen", "seen": "a token seen before"}
PAGES = {"page": "a page of 20 tasks on SQLite", "page_postgres": "a page of 20 tasks on PostgreSQL"}
REQUESTS = LOADS | PAGES
ALGORITHMS = ("EdDSA", "ES256", "RS256")


@dataclass(frozen=True)
class Row:
    words: str
    group: str  # ours of the same group is what it is compared with
    is_ours: bool = False


VERIFIERS = {
    "drawbridge": Row("Drawbridge, C++, without tables", "program", True),
    "drawbridge_tables": Row("Drawbridge, C++", "program", True),
    "jsonwebtoken_rust_crypto": Row("jsonwebtoken with rust_crypto, Rust", "program"),
    "jsonwebtoken_aws_lc": Row("jsonwebtoken with aws_lc_rs, Rust", "program"),
    "golang_jwt": Row("golang-jwt with keyfunc, Go", "program"),
    "fast_jwt": Row("fast-jwt, Node", "program"),
    "jose": Row("jose, Node", "program"),
    "python_drawbridge": Row("Drawbridge, Python, without tables", "python", True),
    "python_drawbridge_tables": Row("Drawbridge, Python", "python", True),
    "oxyjwt": Row("oxyjwt, Python", "python"),
    "joserfc": Row("joserfc, Python", "python"),
    "pyjwt": Row("PyJWT, Python", "python"),
}
SERVERS = {
    "nginx": Row("nginx, a fixed answer", "program"),
    "drawbridge": Row("Drawbridge, without tables", "program", True),
    "drawbridge_tables": Row("Drawbridge", "program", True),
    "axum_rust_crypto": Row("axum, jsonwebtoken with rust_crypto", "program"),
    "axum_aws_lc": Row("axum, jsonwebtoken with aws_lc_rs", "program"),
    "go": Row("Go net/http, golang-jwt", "program"),
    "fastify_remembers": Row("Fastify, fast-jwt that remembers", "program"),
    "fastify": Row("Fastify, fast-jwt", "program"),
    "fastapi_drawbridge": Row("FastAPI, Drawbridge, without tables", "python", True),
    "fastapi_drawbridge_tables": Row("FastAPI, Drawbridge", "python", True),
    "fastapi_bridge": Row("FastAPI, fastapi-better-auth-bridge", "python"),
    "fastapi_pyjwt": Row("FastAPI, PyJWT", "python"),
    "drawbridge_postgres": Row("Drawbridge, without tables", "program", True),
    "axum_postgres": Row("axum with tokio-postgres, jsonwebtoken with aws_lc_rs", "program"),
}

Rates = dict[str, list[float]]  # a second, round by round


def verifications(measured: dict[str, Any], algorithm: str, load: str) -> Rates:
    """In the order of the table."""
    found = {
        row["verifier"]: [1e9 / ns for ns in row["ns"]]
        for row in measured["verifications"]
        if (row["algorithm"], row["load"]) == (algorithm, load)
    }
    return {name: found[name] for name in VERIFIERS if name in found}


def requests(measured: dict[str, Any], load: str, what: str = "per_second") -> Rates:
    """Of none where an older measurement lacks the load."""
    found = measured["requests"]["runs"].get(load, {})
    return {name: [one[what] for one in found[name]] for name in SERVERS if name in found}


def ours(rates: Rates, rows: dict[str, Row], group: str) -> str:
    """With tables for the key where that was measured."""
    return [name for name in rates if rows[name].is_ours and rows[name].group == group][-1]


def against(rates: Rates, rows: dict[str, Row], peer: str) -> Figure | None:
    """How many times as fast Drawbridge is; None for a row of its own."""
    return None if rows[peer].is_ours else ratio(rates[ours(rates, rows, rows[peer].group)], rates[peer])


def against_fastest(rates: Rates, rows: dict[str, Row], group: str) -> Figure:
    """nginx verifies nothing, so it is not a peer here."""
    peers = [name for name in rates if rows[name].group == group and not rows[name].is_ours and name != "nginx"]
    found = against(rates, rows, max(peers, key=lambda name: figure(rates[name]).median))
    assert found is not None
    return found


def aims(measured: dict[str, Any]) -> list[Aim]:
    unseen = {algorithm: verifications(measured, algorithm, "unseen") for algorithm in ALGORITHMS}
    eddsa = unseen["EdDSA"]
    found = [
        Aim(
            "a token never seen, EdDSA, verifications a second in process",
            figure(eddsa[ours(eddsa, VERIFIERS, "program")]),
            at_least=45_000,
            unit="/s",
        )
    ]
    for algorithm, rates in unseen.items():
        found.append(
            Aim(
                f"a token never seen, {algorithm}, in process, against the fastest peer",
                against_fastest(rates, VERIFIERS, "program"),
                at_least=1.5 if algorithm == "EdDSA" else 0.95,
            )
        )
    what = "a token never seen, EdDSA, in a process of Python, against the fastest peer there"
    found.append(Aim(what, against_fastest(eddsa, VERIFIERS, "python"), at_least=1))
    for load, words in LOADS.items():
        for group, where in (("program", "GET /api/v1/me"), ("python", "the same of FastAPI")):
            what = f"{where}, requests a second, {words}, against the fastest peer"
            found.append(Aim(what, against_fastest(requests(measured, load), SERVERS, group), at_least=1))
    for load, at_least in (("page", 2), ("page_postgres", 1.5)):
        if rates := requests(measured, load):
            what = f"{PAGES[load]}, requests a second, against the fastest peer"
            found.append(Aim(what, against_fastest(rates, SERVERS, "program"), at_least=at_least))
    return found
