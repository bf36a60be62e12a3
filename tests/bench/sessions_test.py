"""What is said of a FastAPI route beside fastapi-better-auth-bridge, and what an app is asked before it is timed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import fastapi_sessions
import session_figures
from conftest import ROOT
from fastapi_sessions import TARGETS, bad_credentials, credential, expect_statuses, path, statuses_in_outage
from measurement import BrokenMeasurement
from signed_in import SignedIn

RATES = {
    "open": 1000,
    "dependency": 950,
    "token": 900,
    "bridge_jwt": 300,
    "session": 800,
    "session_asked": 500,
    "bridge_remote": 250,
}
RATES |= {"postgres": 1000, "bridge_postgres": 400, "redis": 1600, "bridge_redis": 500}


def load(rate):
    return {"per_second": rate, "cpu_us": 1e6 / rate, "p50_us": 2000.0, "p99_us": 5000.0}


MEASURED = {
    "versions": {"Python": "3.11.2"},
    "connections": 16,
    "runs": {name: [load(rate)] for name, rate in RATES.items()},
    "outage": {"open": [200, 200], "session": [200, 503], "bridge_remote": [401, 401]},
}

# what the row of an aim ends with: (figure, whether it is met)
AIMS = {
    "a token seen before, against fastapi-better-auth-bridge in Mode B": (3.0, True),
    "a session, asked about within 30 s, against fastapi-better-auth-bridge in Mode C": (3.2, True),
    "a session, asked about each time, against fastapi-better-auth-bridge in Mode C": (2.0, None),
    "a session, read from PostgreSQL, against fastapi-better-auth-bridge in Mode A": (2.5, False),
    "a session, read from Redis, against fastapi-better-auth-bridge in Mode A": (3.2, True),
}


def test_aims():
    found = {
        aim.what.removeprefix("a FastAPI route, requests a second, "): aim for aim in session_figures.aims(MEASURED)
    }
    assert {what: (aim.found.median, aim.met) for what, aim in found.items()} == AIMS


def test_an_aim_that_is_missed_is_told():
    slower = MEASURED | {"runs": MEASURED["runs"] | {"token": [load(899)]}}
    assert [aim.met for aim in session_figures.aims(slower)] == [False, True, None, False, True]


def test_every_target_has_a_row():
    assert list(TARGETS) == list(session_figures.TARGETS)
    text = session_figures.block(MEASURED)
    assert all(f"| {words} |" in text for words, _, _ in session_figures.TARGETS.values())


def test_what_was_answered_in_an_outage_is_told():
    text = session_figures.outage_table(MEASURED)
    assert "| Drawbridge, a session, asked about within 30 s | 200 | 503 |" in text
    assert "| the bridge, Mode C: a session, asked about each time | 401 | 401 |" in text
    assert "no authentication" not in text


def test_every_target_has_an_app():
    apps = {target.app for target in TARGETS.values()}
    assert apps - {file.stem for file in (ROOT / "bench/python").glob("app_*.py")} == set()


ALICE, BOB = (SignedIn(number, f"uuid-{number}", f"head.body{number}.sig{number}") for number in (1, 2))
COOKIE_TARGET, TOKEN_TARGET = TARGETS["bridge_redis"], TARGETS["bridge_jwt"]


class App:
    """One that lets in whom `good` names, on their own path, and answers all else as it is told."""

    def __init__(self, target, **otherwise):
        self.target = target
        self.otherwise = otherwise
        self.program = SimpleNamespace(log=lambda: "its log")

    def status(self, asked, header=None):
        kinds = {value: kind for kind, value in bad_credentials(self.target, ALICE, BOB).items()}
        if header == credential(self.target, ALICE):
            return self.otherwise.get("good", 200) if asked == path(ALICE) else self.otherwise.get("other", 403)
        return self.otherwise.get(kinds[header].replace(" ", "_").replace(",", ""), 401)


@pytest.mark.parametrize("target", [COOKIE_TARGET, TOKEN_TARGET])
def test_a_sound_app_is_measured(target):
    expect_statuses("app", App(target), target, [ALICE, BOB])


# name: (target, what the app does otherwise)
UNSOUND = {
    "refuses_a_good_cookie": (COOKIE_TARGET, {"good": 401}),
    "refuses_a_good_token": (TOKEN_TARGET, {"good": 401}),
    "lets_another_user_in": (COOKIE_TARGET, {"other": 200}),
    "takes_a_changed_cookie": (COOKIE_TARGET, {"changed": 200}),
    "takes_a_changed_token": (TOKEN_TARGET, {"changed": 200}),
    "takes_another_secret": (COOKIE_TARGET, {"signed_with_another_secret": 200}),
    "takes_no_session": (COOKIE_TARGET, {"signed_of_no_session": 200}),
    "takes_another_tokens_signature": (TOKEN_TARGET, {"signed_for_another": 200}),
    "takes_nothing_for_a_credential": (COOKIE_TARGET, {"none": 200}),
    "breaks_at_a_forged_cookie": (COOKIE_TARGET, {"changed": 500}),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_an_unsound_app_breaks_the_measurement(name):
    target, otherwise = UNSOUND[name]
    with pytest.raises(BrokenMeasurement, match="app answers with"):
        expect_statuses("app", App(target, **otherwise), target, [ALICE, BOB])


@pytest.mark.parametrize("target", [COOKIE_TARGET, TOKEN_TARGET])
def test_bad_credentials_differ_from_the_good_one_and_each_other(target):
    sent = [credential(target, ALICE), *bad_credentials(target, ALICE, BOB).values()]
    assert len(set(sent)) == len(sent)


class Outage:
    """A stopped issuer, and apps that answer as told once it is."""

    def __init__(self):
        self.is_stopped = False

    def stop(self):
        self.is_stopped = True

    def app(self, known, new):
        def status(asked, header=None):
            return (known if asked == path(ALICE) else new) if self.is_stopped else 200

        return SimpleNamespace(status=status)


@pytest.mark.parametrize("new", [200, 401, 503])
def test_what_is_promised_for_an_outage_is_held(monkeypatch, new):
    monkeypatch.setattr(fastapi_sessions, "PROMISED", {"session": [200, 503]})
    issuer = Outage()
    apps = {"session": issuer.app(200, new), "bridge_remote": issuer.app(401, 401)}
    if new == 503:
        found = statuses_in_outage(apps, issuer, ALICE, BOB)
        assert found == {"session": [200, 503], "bridge_remote": [401, 401]}
        return
    with pytest.raises(BrokenMeasurement, match="while the issuer is stopped"):
        statuses_in_outage(apps, issuer, ALICE, BOB)
