"""Who is compared with Drawbridge: gated before it is measured, pinned, and shown also where it is ahead."""

from __future__ import annotations

import base64
import json
import re
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

import part_peers
import peer_figures
import peer_servers
import peer_tables
import verifiers
from aims import aims_text
from conftest import ROOT
from forged_tokens import expect_refusals, forged_tokens
from http_by_hand import Answer
from issuer import Issuer
from measurement import BrokenMeasurement

OWNER = "d5e1ed25-7146-4435-b2bd-005278237699"
FORGED = (
    "a flipped bit in the signature",
    "alg: none",
    "no aud",
    "another aud",
    "another iss",
    "an exp of an hour ago",
)


@pytest.fixture(scope="module")
def issuer():
    return Issuer()  # nothing asks it


def part_of(token, place):
    text = token.split(".")[place]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_each_forged_token_has_one_fault(issuer):
    good = issuer.token(OWNER)
    forged = forged_tokens(issuer, OWNER)
    assert tuple(forged) == FORGED
    good_signature = int.from_bytes(part_of(good, 2))
    flipped = forged["a flipped bit in the signature"]
    assert flipped.rpartition(".")[0] == good.rpartition(".")[0]
    assert (int.from_bytes(part_of(flipped, 2)) ^ good_signature).bit_count() == 1
    assert json.loads(part_of(forged["alg: none"], 0))["alg"] == "none"
    assert forged["alg: none"].split(".")[1:] == [good.split(".")[1], ""]
    claims = json.loads(part_of(good, 1))
    changed = {
        what: {name for name in claims if json.loads(part_of(token, 1)).get(name) != claims[name]}
        for what, token in forged.items()
    }
    assert list(changed.values()) == [set(), set(), {"aud"}, {"aud"}, {"iss"}, {"iat", "exp"}]


def test_who_judges_rightly_is_measured(issuer):
    expect_refusals("x", issuer, OWNER, lambda tokens: [True, *(False for _ in FORGED)])


# name: (what the peer says of the good token, and of those that are forged; what breaks the measurement)
BAD_PEERS = {
    "refuses_all": ([False] * 7, "x refuses a good EdDSA token"),
    "judges_too_few": ([True], "x judges 1 of 7 tokens"),
    "accepts_all": ([True] * 7, "x accepts an EdDSA token with " + ", with ".join(FORGED)),
} | {
    f"accepts {what}": ([True, *(what == each for each in FORGED)], f"x accepts an EdDSA token with {what}")
    for what in FORGED
}


@pytest.mark.parametrize("name", BAD_PEERS)
def test_who_judges_wrongly_breaks_the_measurement(name, issuer):
    verdicts, message = BAD_PEERS[name]
    with pytest.raises(BrokenMeasurement, match=f"^{re.escape(message)}$"):
        expect_refusals("x", issuer, OWNER, lambda _: verdicts)


def says(monkeypatch, text):
    monkeypatch.setattr(verifiers.Verifier, "verdicts", lambda *_: text.split())


def test_a_verifier_is_gated_by_what_it_says(issuer, monkeypatch):
    says(monkeypatch, "accepted\n" + 6 * "refused\n")
    part_peers.gate_verifier("jose", issuer)
    says(monkeypatch, 7 * "accepted\n")
    with pytest.raises(BrokenMeasurement, match="^jose accepts an EdDSA token with a flipped bit"):
        part_peers.gate_verifier("jose", issuer)
    says(monkeypatch, "accepted\n" + 6 * "Error\n")
    with pytest.raises(BrokenMeasurement, match="^jose says Error of a token$"):
        part_peers.gate_verifier("jose", issuer)


def test_versions_are_exact_and_no_place_of_packages_is_named():
    assert set(part_peers.pins()) == set(part_peers.PINS)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", pin) for pin in part_peers.pins().values())
    folder = ROOT / "bench/peers"
    cargo = (folder / "rust/Cargo.toml").read_text().partition("[dependencies]\n")[2].partition("\n\n")[0]
    assert all('"=' in line for line in cargo.splitlines())
    node = json.loads((folder / "node/package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", pin) for pin in node.values())
    assert '"resolved"' not in (folder / "node/package-lock.json").read_text()
    assert not (folder / "rust/Cargo.lock").exists()  # it would name the registry


def test_every_peer_has_a_row():
    assert set(verifiers.VERIFIERS) == set(peer_figures.VERIFIERS)
    assert set(peer_servers.SERVERS) | {"nginx"} == set(peer_figures.SERVERS)
    assert set(peer_servers.SERVE_PAGES) == set(peer_figures.PAGES)


def test_both_routes_of_who_serves_pages_are_gated():
    both = {name for name in peer_servers.SERVERS if peer_servers.PATH_OF_PAGE in peer_servers.paths(name)}
    assert both == {name for names in peer_servers.SERVE_PAGES.values() for name in names}
    assert all(peer_servers.PATH in peer_servers.paths(name) for name in peer_servers.SERVERS)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({}, None),
        ({"go": (200, b'{"items":[]}', 403)}, "go answers with another page"),
        ({"go": (500, b"", 403)}, "go answers with another page"),
        ({"axum_aws_lc": (200, b'{"items":[1]}', 200)}, "axum_aws_lc answers with 200 where another user's tasks are"),
        (
            dict.fromkeys(peer_servers.ON_POSTGRES, (200, b'{"items":[2]}', 403)),  # another database, other tasks
            None,
        ),
        ({"axum_postgres": (200, b'{"items":[]}', 403)}, "axum_postgres answers with another page"),
        (
            {"axum_postgres": (200, b'{"items":[1]}', 200)},
            "axum_postgres answers with 200 where another user's tasks are",
        ),
    ],
)
def test_pages_are_the_same_and_only_the_users_own(answers, message, monkeypatch):
    names = [name for each in peer_servers.SERVE_PAGES.values() for name in each]
    servers = {name: SimpleNamespace(port=port) for port, name in enumerate(names)}

    def get(port, path, _):
        status, body, of_another = answers.get(names[port], (200, b'{"items":[1]}', 403))
        return Answer(of_another if path == peer_servers.PATH_OF_ANOTHER else status, b"", body)

    monkeypatch.setattr(peer_servers.http_by_hand, "get", get)
    with pytest.raises(BrokenMeasurement, match=f"^{message}") if message else nullcontext():
        peer_servers.expect_same_pages(servers, "token")


def verified(algorithm, load, **rates):
    return [
        {"algorithm": algorithm, "load": load, "verifier": name, "ns": [1e9 / rate]} for name, rate in rates.items()
    ]


def loads(**rates):
    return {
        name: [{"per_second": rate, "cpu_us": 1e6 / rate, "p50_us": 1.0, "p99_us": 2.0, "busy": 1.0}]
        for name, rate in rates.items()
    }


MEASURED = {
    "versions": {"Rust": "1.2.3"},
    "verifications": [
        *verified("EdDSA", "unseen", drawbridge=10_000, drawbridge_tables=45_000, jose=3_000, golang_jwt=30_000),
        *verified("EdDSA", "unseen", python_drawbridge=9_000, pyjwt=3_000, oxyjwt=10_000),
        *verified("ES256", "unseen", drawbridge=9_500, jsonwebtoken_aws_lc=10_000),
        *verified("RS256", "unseen", drawbridge=9_400, jsonwebtoken_aws_lc=10_000),
        *verified("EdDSA", "seen", drawbridge=1_000_000, fast_jwt=100_000),
        *verified("ES256", "seen", drawbridge=1_000_000, fast_jwt=100_000),
        *verified("RS256", "seen", drawbridge=1_000_000, fast_jwt=100_000),
    ],
    "requests": {
        "connections": 16,
        "users": 200,
        "runs": {
            "unseen": loads(
                drawbridge=9_000, go=10_000, axum_aws_lc=5_000, fastapi_drawbridge=2_000, fastapi_pyjwt=1_000
            ),
            "page": loads(drawbridge=6_000, axum_aws_lc=4_000, go=3_000),
            "page_postgres": loads(drawbridge_postgres=3_000, axum_postgres=2_000),
            "seen": loads(nginx=100_000, drawbridge=80_000, go=10_000, fastapi_drawbridge=3_000, fastapi_pyjwt=1_000),
        },
    },
}

# what the row of an aim begins with: (figure, whether it is met)
AIMS = {
    "a token never seen, EdDSA, verifications a second in process": (45_000, True),
    "a token never seen, EdDSA, in process, against the fastest peer": (1.5, True),
    "a token never seen, ES256, in process, against the fastest peer": (0.95, True),
    "a token never seen, RS256, in process, against the fastest peer": (0.94, False),
    "a token never seen, EdDSA, in a process of Python, against the fastest peer there": (0.9, False),
    "GET /api/v1/me, requests a second, a token never seen, against the fastest peer": (0.9, False),
    "the same of FastAPI, requests a second, a token never seen, against the fastest peer": (2, True),
    "GET /api/v1/me, requests a second, a token seen before, against the fastest peer": (8, True),
    "the same of FastAPI, requests a second, a token seen before, against the fastest peer": (3, True),
    "a page of 20 tasks on SQLite, requests a second, against the fastest peer": (1.5, False),
    "a page of 20 tasks on PostgreSQL, requests a second, against the fastest peer": (1.5, True),
}


@pytest.mark.parametrize("what", AIMS)
def test_an_aim(what):
    (aim,) = [aim for aim in peer_figures.aims(MEASURED) if aim.what == what]
    figure, met = AIMS[what]
    assert (aim.found.median, aim.met) == (pytest.approx(figure), met)


def test_every_aim_is_tested():
    assert [aim.what for aim in peer_figures.aims(MEASURED)] == list(AIMS)
    assert "missed" in aims_text(peer_figures.aims(MEASURED))


# what the row of a table begins with: a peer that is ahead is in bold, and no row of ours is compared
ROWS = {
    "ahead_in_process": "| jsonwebtoken with aws_lc_rs, Rust |  |  | 10,000 (10,000 to 10,000) | **0.950** |",
    "behind_in_process": "| golang-jwt with keyfunc, Go | 30,000 (30,000 to 30,000) | 1.50 |",
    "in_python": "| oxyjwt, Python | 10,000 (10,000 to 10,000) | **0.900** |",
    "ours_in_process": "| Drawbridge, C++ | 45,000 (45,000 to 45,000) |  |",
    "ahead_over_http": "| Go net/http, golang-jwt | 10,000 (10,000 to 10,000) | **0.900** |",
    "floor_over_http": "| nginx, a fixed answer | 100,000 (100,000 to 100,000) | **0.800** |",
    "in_fastapi": "| FastAPI, PyJWT | 1,000 (1,000 to 1,000) | 2.00 |",
    "on_postgres": "| axum with tokio-postgres, jsonwebtoken with aws_lc_rs | 2,000 (2,000 to 2,000) | 1.50 |",
    "ours_over_http": "| Drawbridge, without tables | 9,000 (9,000 to 9,000) |  |",
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row(name):
    lines = peer_tables.block(MEASURED).splitlines()
    assert any(line.startswith(ROWS[name]) for line in lines), "\n".join(lines)
