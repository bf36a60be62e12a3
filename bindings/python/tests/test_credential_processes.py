"""Sessions over a fork, and at the end of the interpreter while Better Auth is asked."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

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


# Stands before libstdc++'s function, and says of which file each static variable is that a function begins to make.
WATCHED_GUARDS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int __cxa_guard_acquire(void* guard) {
  int (*const acquire)(void*) = dlsym(dlopen("libstdc++.so.6", RTLD_NOW), "__cxa_guard_acquire");
  const int begins = acquire(guard);
  Dl_info caller;
  char* const from = __builtin_return_address(0);
  if (begins && getenv("WATCHED") && dladdr(from, &caller))
    fprintf(stderr, "made at %p of %s\n", from - (size_t)caller.dli_fbase, caller.dli_fname);
  return begins;
}
"""
MANY_FIRST_USES = (
    """
import ctypes
ctypes.CDLL(None).setenv(b"WATCHED", b"1", 1)
"""
    + SETTINGS
    + """
assert ask() == "session"
for token in token.split(): verifier.verify(token)
until = time.monotonic() + 20
while not verifier.counts().eddsa_table_keys and time.monotonic() < until: time.sleep(0.01)
assert verifier.counts().eddsa_table_keys == 1
"""
)


@pytest.mark.repository  # it needs a compiler
def test_nothing_is_made_at_a_first_request_that_a_fork_could_fall_into(tmp_path: Path) -> None:
    """A child waits for ever for a variable that a thread of its parent was making: all are made at the import."""
    (tmp_path / "guards.c").write_text(WATCHED_GUARDS)
    library = tmp_path / "guards.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, tmp_path / "guards.c", "-ldl"], check=True)
    with WatchedIssuer() as issuer:
        environment = {
            **os.environ,
            **{"COOKIE": str(issuer.session_cookie()), "TOKEN": " ".join(issuer.token() for _ in range(70))},
            **{"BETTER_AUTH_URL": issuer.url, "LD_PRELOAD": str(library)},
        }
        assert finish(start(MANY_FIRST_USES, environment)) == ""
