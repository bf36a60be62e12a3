"""Sessions over a fork, and at the end of the interpreter while Better Auth is asked."""

from __future__ import annotations

import os

import pytest
from test_verifier_processes import finish, start
from watched_issuer import WatchedIssuer

SETTINGS = """
verifier = Verifier(credentials="token,session", credential_max_age=0)
cookie = [(b"cookie", os.environ["COOKIE"].encode())]
def ask(): return verifier.authenticate_request(cookie, method="GET").credential
"""

PROCESSES = {
    "before it is used": """
pid = os.fork()
assert ask() == "session"
if pid: end(pid)
""",
    "after it was used": """
assert ask() == "session"
pid = os.fork()
assert ask() == "session"
if pid: end(pid)
""",
    "while others ask": """
stop = threading.Event()
def go_on():
    while not stop.is_set():
        try: ask()
        except AuthError as error: assert error.code == "session_unavailable", error.code
threads = [threading.Thread(target=go_on) for _ in range(3)]
for thread in threads: thread.start()
for _ in range(5):
    pid = os.fork()
    if not pid:
        assert ask() == "session"
        os._exit(0)
    end(pid)
stop.set()
for thread in threads: thread.join()
assert ask() == "session"
""",
    "in a thread that the end of the process stops": """
def go_on():
    while True: ask()
threading.Thread(target=go_on, daemon=True).start()
assert ask() == "session"
""",
}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_ends_well(name: str) -> None:
    with WatchedIssuer() as issuer:
        environment = {
            **os.environ,
            **{"TOKEN": issuer.token(), "COOKIE": str(issuer.session_cookie())},
            **{"BETTER_AUTH_URL": issuer.url, "PYTHONUNBUFFERED": "1"},
        }
        assert finish(start(SETTINGS + PROCESSES[name], environment)) == ""
        assert issuer.asked


FIRST_USE = """
threads = [threading.Thread(target=ask) for _ in range(3)]
for thread in threads: thread.start()
pid = os.fork()
if not pid:
    assert ask() == "session"
    os._exit(0)
end(pid)
for thread in threads: thread.join()
"""


def test_a_child_does_not_wait_for_what_a_thread_of_its_parent_began() -> None:
    """What a library makes at its first use takes milliseconds, and a fork may fall into them: one in five did."""
    with WatchedIssuer() as issuer:
        environment = {**os.environ, "COOKIE": str(issuer.session_cookie()), "BETTER_AUTH_URL": issuer.url, "TOKEN": ""}
        for _ in range(12):
            assert finish(start(SETTINGS + FIRST_USE, environment)) == ""
