"""Verifiers at a fork and at the end of the process: their threads are stopped before either.

A child has none of its parent's threads, and whatever lock one of them held, in OpenSSL or in libcurl, stays locked
there for ever. At the end of the interpreter a thread that asks for the GIL would be stopped in its middle.
"""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from typing import Protocol

from drawbridge import _core


class _Stoppable(Protocol):
    def _stop(self) -> None: ...


starting = threading.Lock()
"""Held by whoever starts a verifier's thread, and over a fork."""

_verifiers: weakref.WeakSet[_Stoppable] = weakref.WeakSet()
_ending = False


def watch(verifier: _Stoppable) -> None:
    """Has the verifier stopped before a fork and at the end; it starts again when it is next used."""
    _verifiers.add(verifier)


def is_ending() -> bool:
    return _ending


def _stop_all() -> None:
    for verifier in list(_verifiers):
        verifier._stop()


def _before_fork() -> None:
    starting.acquire()
    _stop_all()


def _at_exit() -> None:
    global _ending
    with starting:
        _ending = True
        _stop_all()
        _core.end_of_interpreter()  # the thread of a verifier that is in use goes on


os.register_at_fork(before=_before_fork, after_in_parent=starting.release, after_in_child=starting.release)
atexit.register(_at_exit)
