"""One look for a session, for one request: in time, given up with it, and judged by the core."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from drawbridge.sessions.shared_reads import Late, SourceInTime
from drawbridge.sessions.source import SessionRecord, SessionSource, SessionsUnavailable, named

if TYPE_CHECKING:
    from drawbridge import _core

LONGEST_WAIT = 2.0
"""Seconds that a request waits."""

# Of looks that are given up: without a reference Python could drop them before they let go of their connections.
_ending: set[asyncio.Task[SessionRecord | None]] = set()


async def look_up(sessions: SessionSource, look: _core.SessionLook) -> _core.Identity[Any]:
    """Whose session it is; AuthError `session_unknown`, or `session_unavailable` where that cannot be told."""
    record: SessionRecord | None = None
    json: bytes | None = None
    why = ""
    try:
        record = await find_until(sessions, look.token, asyncio.get_running_loop().time() + LONGEST_WAIT)
        if record is not None:
            json = record.json if isinstance(record.json, bytes) else record.json.encode()
    except Late:
        why = f"The session store did not answer within {LONGEST_WAIT:g} seconds."
    except SessionsUnavailable as error:
        why = str(error)
    except Exception as error:
        why = f"The sessions cannot be read: {named(error)}."
    # Outside of the handlers: an error of a driver may hold the token, and would hang on the refusal as its context.
    if why:
        return look.failed(why)
    return look.found(json, record.revoked_before if record else None)


async def find_until(sessions: SessionSource, token: str, until: float | None) -> SessionRecord | None:
    """Late at `until`, by the loop's clock, whatever the source does then."""
    if isinstance(sessions, SourceInTime):
        return await sessions.find_until(token, until)
    task = asyncio.ensure_future(_find(sessions, token))
    _ending.add(task)
    task.add_done_callback(_ended)
    try:
        await asyncio.wait({task}, timeout=None if until is None else until - asyncio.get_running_loop().time())
    finally:
        # Not waited for: a client that takes long to give up holds up nobody but itself.
        task.cancel()
    if not task.done():
        raise Late
    if task.cancelled():
        raise SessionsUnavailable("The lookup of the session was cancelled.")
    return task.result()


async def _find(sessions: SessionSource, token: str) -> SessionRecord | None:
    return await sessions.find(token)


def _ended(task: asyncio.Task[SessionRecord | None]) -> None:
    _ending.discard(task)
    if not task.cancelled():
        task.exception()  # or Python would report it where nobody has waited for it
