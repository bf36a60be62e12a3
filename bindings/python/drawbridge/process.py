"""Verifiers at a fork and at the end of the process: their threads are stopped before either.

A child has none of its parent's threads, and whatever lock one of them held, in OpenSSL or in libcurl, stays locked
there for ever. At the end of the interpreter a thread that asks for the GIL would be stopped in its middle.
"""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from drawbridge import _core


class _Stoppable(Protocol):
    def _stop(self) -> None: ...


_verifiers: weakref.WeakSet[_Stoppable] = weakref.WeakSet()

# Held for moments, and over a fork itself; never while a thread is waited for, which may be waiting for it.
_state = threading.Condition(threading.Lock())
_forking = False
_ending = False


class Closed(RuntimeError):
    """No verifier can be started now."""

    def __init__(self) -> None:
        super().__init__("the verifier is closed")


@contextmanager
def starting() -> Iterator[None]:
    """Around the start of a verifier's thread: while it lasts nobody else starts one, and nobody forks. Waits for a
    fork to be over, unless it is the fork that waits for this thread: then `Closed`, as at the end of the process."""
    with _state:
        while _forking and not _ending:
            if _core.in_verifiers_thread():
                raise Closed
            _state.wait()
        if _ending:
            raise Closed
        yield


def watch(verifier: _Stoppable) -> None:
    """Has the verifier stopped before a fork and at the end; it starts again when next used. Inside `starting`."""
    _verifiers.add(verifier)


def _before_fork() -> None:
    global _forking
    with _state:
        while _forking:
            _state.wait()
        _forking = True
        verifiers = list(_verifiers)
    for verifier in verifiers:
        verifier._stop()
    _state.acquire()


def _after_fork() -> None:
    global _forking
    _forking = False
    _state.notify_all()
    _state.release()


def _at_exit() -> None:
    global _ending
    with _state:
        _ending = True
        _state.notify_all()
        verifiers = list(_verifiers)
    for verifier in verifiers:
        verifier._stop()
    _core.end_of_interpreter()  # the thread of a verifier that is in use goes on


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
atexit.register(_at_exit)
