"""A Verifier over a fork, in a server's workers, and at the end of the interpreter."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from key_server import KeyServer

from drawbridge.testing import Issuer


def environment(issuer: Issuer, keys: KeyServer) -> dict[str, str]:
    of_token = {"TOKEN": issuer.token(), "BETTER_AUTH_URL": issuer.url, "BETTER_AUTH_JWKS_URL": keys.url}
    return {**os.environ, **of_token, "PYTHONUNBUFFERED": "1"}


def start(code: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-W", "error", "-c", f"{IMPORTS}\n{code}"]
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    """What a process says that ends well, and soon."""
    try:
        out, errors = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert (process.returncode, errors) == (0, "")
    return out


IMPORTS = """
import asyncio, atexit, multiprocessing, os, sys, threading, time
from drawbridge import AuthError, Verifier
token = os.environ["TOKEN"]
def end(pid):
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
"""

MANY_FILES = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
Verifier().verify(token)
"""


def test_a_server_with_a_thousand_connections_still_fetches(issuer: Issuer, keys: KeyServer) -> None:
    """select() knows no file beyond 1,023. A libcurl that was compiled for another machine would use it."""
    finish(start(MANY_FILES, environment(issuer, keys)))


FORKS = {
    "before it is used": """
verifier = Verifier()
pid = os.fork()
verifier.verify(token)
if pid: end(pid)
""",
    "after it was used": """
verifier = Verifier()
verifier.verify(token)
pid = os.fork()
verifier.verify(token)
if pid: end(pid)
""",
    "of a child": """
verifier = Verifier()
verifier.verify(token)
pid = os.fork()
if not pid:
    verifier.verify(token)
    grandchild = os.fork()
    verifier.verify(token)
    if grandchild: end(grandchild)
else:
    end(pid)
""",
    "while other threads use it": """
verifier = Verifier()
verifier.verify(token)
stop = threading.Event()
def verify():
    while not stop.is_set(): verifier.verify(token)
threads = [threading.Thread(target=verify) for _ in range(3)]
for thread in threads: thread.start()
for _ in range(5):
    pid = os.fork()
    if not pid:
        verifier.verify(token)
        os._exit(0)
    end(pid)
stop.set()
for thread in threads: thread.join()
""",
    "of multiprocessing": """
verifier = Verifier()
verifier.verify(token)
def subject(token): return verifier.verify(token).subject
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert len(set(pool.map(subject, [token] * 20))) == 1
""",
    "of a closed one": """
verifier = Verifier()
verifier.close()
pid = os.fork()
try: verifier.verify(token)
except RuntimeError: pass
else: sys.exit("it is open again")
if pid: end(pid)
""",
    "between event loops": """
verifier = Verifier()
asyncio.run(verifier.verify_async(token))
pid = os.fork()
asyncio.run(verifier.verify_async(token))
if pid: end(pid)
""",
}


@pytest.mark.parametrize("name", FORKS)
def test_a_fork(issuer: Issuer, keys: KeyServer, name: str) -> None:
    code = FORKS[name]
    if sys.version_info >= (3, 12) and "threads" in name:  # which warns of every fork beside threads
        code = f"import warnings; warnings.simplefilter('ignore')\n{code}"
    finish(start(code, environment(issuer, keys)))


def test_a_fork_while_another_thread_makes_the_verifier_of_an_app(issuer: Issuer, keys: KeyServer) -> None:
    code = """
from drawbridge.fastapi import BetterAuth, better_auth
auth, making, forked = BetterAuth(), threading.Event(), threading.Event()
def make(*arguments, **settings):
    making.set()
    forked.wait()
    return Verifier()
better_auth.Verifier = make
thread = threading.Thread(target=lambda: auth.verifier)
thread.start()
making.wait()
pid = os.fork()
better_auth.Verifier = Verifier
auth.verifier.verify(token)
if pid:
    end(pid)
    forked.set()
    thread.join()
"""
    if sys.version_info >= (3, 12):
        code = f"import warnings; warnings.simplefilter('ignore')\n{code}"
    finish(start(code, environment(issuer, keys)))


ASKING = """
verifier = None
told = threading.Event()
def ask(event):
    told.set()
    while verifier is None or verifier._core: time.sleep(0.001)  # until it is being stopped
    verifier.key_status()
verifier = Verifier(on_event=ask)
told.wait()
"""

STOPS = {
    "end of the interpreter": "",
    "close": "verifier.close()",
    "fork": """
pid = os.fork()
told.clear()
verifier.refresh()
told.wait()
if pid: end(pid)
""",
}


@pytest.mark.parametrize("name", STOPS)
def test_on_event_may_ask_the_verifier_while_that_is_stopped(issuer: Issuer, keys: KeyServer, name: str) -> None:
    finish(start(f"{ASKING}{STOPS[name]}", environment(issuer, keys)))


WAITING = """
verifier = Verifier()
def wait():
    try: verifier.verify(token)
    except AuthError as error: print(error.code)
    except RuntimeError: pass  # the end came first, and it is closed by then
"""

ENDINGS = {
    "while the first fetch is under way": "",
    "while a thread waits for it": "threading.Thread(target=wait, daemon=True).start()\n",
    "while an event loop waited for it": """
async def main(): asyncio.ensure_future(verifier.verify_async(token)); await asyncio.sleep(0)
asyncio.run(main())
""",
}


@pytest.mark.parametrize("name", ENDINGS)
def test_the_interpreter_ends_at_once(issuer: Issuer, keys: KeyServer, name: str) -> None:
    """The best time of three, as others may keep the machine busy."""
    times = []
    for _ in range(3):
        keys.answering.clear()
        process = start(f"{WAITING}{ENDINGS[name]}\nsys.stdin.readline()", environment(issuer, keys))
        keys.wait_for_a_fetch()
        began = time.monotonic()
        finish(process)
        times.append(time.monotonic() - began)
        if times[-1] < 2:
            break
    assert min(times) < 2


def test_an_answer_that_comes_while_the_interpreter_ends_reaches_nobody(issuer: Issuer, keys: KeyServer) -> None:
    """A thread that asked for the GIL now would be ended in the middle of what it does."""
    keys.answering.clear()
    last = """
class Last:
    def __del__(self, write=os.write, sleep=time.sleep):
        write(1, b"ending\\n")
        sleep(1)
sys.last = Last()
threading.Thread(target=wait, daemon=True).start()
"""
    process = start(f"{WAITING}{last}", environment(issuer, keys))
    keys.wait_for_a_fetch()
    assert process.stdout is not None
    assert process.stdout.readline() == "ending\n"
    keys.answering.set()
    finish(process)


BUSY = {
    "claims": "identity.claims",
    "UUIDs": "identity.uuid",
    "texts": "repr(identity)",
    "refusals": """
try: verifier.check_user_access(identity, "another")
except AuthError: pass
""",
    "tokens": """
try: verifier.verify(token)
except RuntimeError: pass  # it is closed by then
""",
}


@pytest.mark.parametrize("name", BUSY)
def test_daemon_threads_that_are_busy_with_it_do_not_crash_the_end(issuer: Issuer, keys: KeyServer, name: str) -> None:
    code = f"""
verifier = Verifier()
identity = verifier.verify(token)
busy = threading.Barrier(7)
code = compile({BUSY[name]!r}, "busy", "exec")
def work():
    exec(code)
    busy.wait()
    while True: exec(code)
for _ in range(6): threading.Thread(target=work, daemon=True).start()
busy.wait()
"""
    finish(start(code, environment(issuer, keys)))


WSGI_APP = """
import os
from drawbridge import AuthError, Verifier

verifier = Verifier()
verifier.verify(os.environ["TOKEN"])  # before the fork: the verifier has run here already


def app(environ, start_response):
    try:
        subject = verifier.authenticate(environ.get("HTTP_AUTHORIZATION")).subject
    except AuthError as error:
        start_response(f"{error.status} Refused", list(error.headers().items()))
        return [error.code.encode()]
    start_response("200 OK", [])
    return [f"{os.getpid()} {subject}".encode()]
"""


FASTAPI_APP = """
import os
from typing import Annotated

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from fastapi import Depends, FastAPI
from fastapi.responses import PlainTextResponse

auth = BetterAuth()
auth.verifier.verify(os.environ["TOKEN"])
app = FastAPI(lifespan=auth.lifespan)


@app.get("/", response_class=PlainTextResponse)
async def get_subject(user: Annotated[Identity, Depends(auth.get_current_user)]) -> str:
    return f"{os.getpid()} {user.subject}"
"""

WORKERS = {
    "threads": (WSGI_APP, ["--threads", "2"]),
    "uvicorn's": (FASTAPI_APP, ["--worker-class", "uvicorn.workers.UvicornWorker"]),
}


@contextmanager
def gunicorn(folder: Path, environment: dict[str, str], workers: str) -> Iterator[str]:
    code, options = WORKERS[workers]
    (folder / "preloaded.py").write_text(code)
    log = folder / "log"
    # It is given a socket that is bound: a port that is only free now could be another's by then.
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("w") as output:
        address, descriptor = f"127.0.0.1:{listener.getsockname()[1]}", listener.fileno()
        bind = ("--bind", f"fd://{descriptor}")
        command = [*("-m", "gunicorn", "--preload", "--workers", "2"), *bind, *options, "preloaded:app"]
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
            pass_fds=[descriptor],
        )
    try:
        deadline = time.monotonic() + 60
        while "Booting worker" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield f"http://{address}/"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    assert process.returncode == 0, log.read_text()
    assert not re.search("Traceback|SIGKILL|SIGSEGV|SIGABRT|terminate", log.read_text()), log.read_text()


@pytest.mark.parametrize("workers", WORKERS)
def test_workers_of_gunicorn_that_loaded_the_app_before_the_fork(
    issuer: Issuer, keys: KeyServer, tmp_path: Path, workers: str
) -> None:
    with gunicorn(tmp_path, environment(issuer, keys), workers) as url:
        issuer.rotate()
        workers = set()
        deadline = time.monotonic() + 30  # the second may come up long after the first, and leave it all till then
        while len(workers) < 2 and time.monotonic() < deadline:
            request = urllib.request.Request(url, headers={"Authorization": f"Bearer {issuer.token()}"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                workers.add(answer.read().split()[0])
    assert len(workers) == 2
    assert keys.fetches >= 3  # the parent's, and each worker's own
