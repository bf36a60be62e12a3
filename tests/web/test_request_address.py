"""Whom a request counts for that the front end passes on to the API: who connected, and not whom a header names."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from database import SqliteDatabase
from front_end import FrontEnd
from process import free_port

CLIENT = "127.0.0.9"  # one of this machine's addresses
ADDRESSES = ("x-forwarded-for", "x-drawbridge-peer", "x-drawbridge-chain")
FORGERIES = {
    "nothing": {},
    "x_forwarded_for": {"X-Forwarded-For": "203.0.113.9"},
    "a_chain": {"X-Forwarded-For": "203.0.113.9, 127.0.0.1"},
    "the_headers_that_the_plugin_writes": {"X-Drawbridge-Peer": "203.0.113.9", "X-Drawbridge-Chain": "203.0.113.9"},
    "headers_of_next_js": {
        "X-Middleware-Override-Headers": "x-forwarded-for,x-drawbridge-peer",
        "X-Middleware-Request-X-Drawbridge-Peer": "203.0.113.9",
        "X-Middleware-Request-X-Forwarded-For": "203.0.113.9",
    },
}
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket"} | FORGERIES["the_headers_that_the_plugin_writes"]

StartFrontEnd = Callable[[str], FrontEnd]


class SeenByTheApi(BaseHTTPRequestHandler):
    """Answers with the addresses in a request's headers, and whatever else may be taken for one."""

    def do_GET(self) -> None:
        seen = [f"{name}: {value}" for name, value in self.headers.items() if name.lower() in ADDRESSES]
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write("\n".join(seen).lower().encode())

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def start_front_end(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartFrontEnd]:
    """start_front_end(trusted_proxies) gives one that passes /backend on to the API of this test."""
    with ThreadingHTTPServer(("127.0.0.1", free_port()), SeenByTheApi) as api, ExitStack() as stopping:
        Thread(target=api.serve_forever, daemon=True).start()
        stopping.callback(api.shutdown)

        def start(trusted_proxies: str) -> FrontEnd:
            folder: Path = tmp_path_factory.mktemp("front-end")
            front_end = FrontEnd(folder, SqliteDatabase(folder / "app.db"), "/backend", trusted_proxies)
            front_end.program.env["API_URL"] = f"http://127.0.0.1:{api.server_port}"
            stopping.callback(front_end.stop)
            return front_end.start()

        yield start


@pytest.fixture(scope="module")
def alone(start_front_end: StartFrontEnd) -> FrontEnd:
    return start_front_end("")


@pytest.fixture(scope="module")
def behind_a_proxy(start_front_end: StartFrontEnd) -> FrontEnd:
    """The proxy is CLIENT."""
    return start_front_end(CLIENT)


def seen_by_the_api(front_end: FrontEnd, headers: dict[str, str], method: str = "GET") -> list[str]:
    connection = http.client.HTTPConnection("127.0.0.1", front_end.port, timeout=30, source_address=(CLIENT, 0))
    try:
        connection.request(method, "/backend/api/v1/me", headers=headers)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode().splitlines()
    finally:
        connection.close()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", FORGERIES)
def test_the_api_sees_who_connected_whatever_a_header_says(alone: FrontEnd, name: str, method: str) -> None:
    assert seen_by_the_api(alone, FORGERIES[name], method) == [f"x-forwarded-for: {CLIENT}"]


def test_the_api_sees_what_a_named_proxy_reports_with_the_proxy_at_the_end(behind_a_proxy: FrontEnd) -> None:
    reported = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    assert seen_by_the_api(behind_a_proxy, reported) == [f"x-forwarded-for: 203.0.113.9, 198.51.100.7, {CLIENT}"]
    assert seen_by_the_api(behind_a_proxy, {}) == [f"x-forwarded-for: {CLIENT}"]


@pytest.mark.parametrize("front_end", ["alone", "behind_a_proxy"])
def test_an_upgrade_whose_way_nobody_knows_says_nothing(request: pytest.FixtureRequest, front_end: str) -> None:
    """The API then counts it as the front end's own."""
    assert seen_by_the_api(request.getfixturevalue(front_end), UPGRADE | FORGERIES["x_forwarded_for"]) == []
