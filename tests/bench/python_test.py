"""What is said of the FastAPI package and of other libraries."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import python_figures
from measurement import BrokenMeasurement
from open_route import latencies, summary
from unknown_keys import unknown_keys_sent


def loads(*rates):
    return [{"per_second": rate} for rate in rates]


def slow(*rounds):
    """Rounds of (usual latency alone, longest beside senders of unknown keys)."""
    return [{"alone": {"p50_ms": usual}, "beside": {"most_ms": most}} for usual, most in rounds]


MEASURED = {
    "routes": {
        "open": loads(1000, 1000, 1000),
        "pyjwt": loads(300, 400, 300),
        "pyjwt_threads": loads(200, 200, 900),
        "joserfc": loads(350, 350, 350),
        "seen": loads(910, 900, 890),
        "new": loads(389, 390, 380),
    },
    "slow_issuer": {"answers_after": 2.0, "apps": {"app_drawbridge": slow((1, 21), (1, 22), (2, 21))}},
}

# what the row of an aim begins with: (figure, whether it is met)
AIMS = {
    "a FastAPI route, requests a second, token seen before, against no authentication": (0.9, True),
    "a FastAPI route, requests a second, every token new, against no authentication": (0.389, False),
    "a FastAPI route, requests a second, token seen before, against PyJWT": (3, True),
    "a FastAPI route, requests a second, every token new, against PyJWT": (389 / 300, False),
    "an open FastAPI route, its longest delay while the issuer takes 2 s": (20, True),
}


@pytest.mark.parametrize("what", AIMS)
def test_an_aim(what):
    (aim,) = [aim for aim in python_figures.aims(MEASURED) if aim.what == what]
    figure, met = AIMS[what]
    assert (aim.found.median, aim.met) == (pytest.approx(figure), met)


def test_every_aim_is_tested():
    assert [aim.what for aim in python_figures.aims(MEASURED)] == list(AIMS)


@pytest.mark.parametrize("faster", ["pyjwt", "pyjwt_threads"])
def test_pyjwt_is_taken_in_the_way_that_answers_more(faster):
    routes = {"pyjwt": loads(1, 1, 1), "pyjwt_threads": loads(1, 1, 1), faster: loads(2, 2, 2)}
    assert python_figures.faster_pyjwt({"routes": routes}) == [2, 2, 2]


def test_latencies_are_summed_up_from_the_least_to_the_most():
    ordered = [float(number) for number in range(1001)]
    assert summary(ordered[::-1]) == {"count": 1001, "p50_ms": 500.0, "p999_ms": 999.0, "most_ms": 1000.0}


@contextmanager
def server(status):
    """Answers every GET with this status, and remembers what was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            asked.append(self.headers.get("Authorization"))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield running.server_port, asked
    finally:
        running.shutdown()
        running.server_close()


@pytest.mark.parametrize("status", [401, 503])
def test_each_token_has_an_unknown_key_of_its_own(status):
    with server(status) as (port, asked), unknown_keys_sent(port, "/", lambda kid: kid):
        pass
    assert len(set(asked)) == len(asked) > 1
    assert all(header.startswith("Bearer unknown-") for header in asked)


def test_an_unknown_key_that_is_let_through_breaks_the_measurement():
    with server(200) as (port, _), pytest.raises(BrokenMeasurement, match="unknown key is answered with 200"):
        with unknown_keys_sent(port, "/", lambda kid: kid):
            pass


def test_a_sender_without_a_connection_breaks_the_measurement():
    with server(401) as (port, _):
        pass
    with pytest.raises(BrokenMeasurement, match="no connection"):
        with unknown_keys_sent(port, "/", lambda kid: kid):
            pass


def test_an_open_route_that_is_not_answered_with_200_breaks_the_measurement():
    with server(503) as (port, _), pytest.raises(BrokenMeasurement, match="GET /open"):
        latencies(port, 1)


def test_every_answer_of_the_open_route_counts():
    with server(200) as (port, asked):
        assert len(latencies(port, 1)) == len(asked) > 1
