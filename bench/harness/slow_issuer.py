"""How long a route without authentication takes while the issuer is slow and tokens with unknown keys come in."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from issuer import Issuer
from measurement import LOAD_CORE, BrokenMeasurement, Measurement
from open_route import latencies, summary
from sqlite_database import OWNER
from unknown_keys import SENDERS, unknown_keys_sent
from uvicorn_app import UvicornApp

APPS = ("app_drawbridge", "app_pyjwt", "app_pyjwt_threads")
ANSWERS_AFTER = 2.0
SECONDS = 6.0
COOL_DOWN = 31.0  # PyJWKClient asks again for an unknown key only 30 s after its last good fetch
PATH = f"/api/v1/{OWNER}/greeting"


def measure(m: Measurement) -> dict[str, Any]:
    rows: dict[str, list[dict[str, Any]]] = {module: [] for module in APPS}
    steps = [(number + 1, module) for number in range(m.rounds(5)) for module in APPS]
    with on_core(LOAD_CORE), ExitStack() as stack:
        issuer = stack.enter_context(Issuer())
        apps = {module: stack.enter_context(UvicornApp(m.scratch, module, issuer.url)) for module in APPS}
        for app in apps.values():
            if app.status(PATH, issuer.token(OWNER)) != 200:
                raise BrokenMeasurement(f"{app.program.name} does not take a good token:\n{app.program.log()}")
            latencies(app.port, m.seconds(1))  # first uses, not counted
        cool = dict.fromkeys(APPS, time.monotonic() + m.seconds(COOL_DOWN))
        for _, module in m.progress.over(steps, lambda number, module: f"a slow issuer, round {number}, {module}"):
            rows[module].append(one_round(m, apps[module], issuer, cool[module]))
            cool[module] = time.monotonic() + m.seconds(COOL_DOWN)
    return {"answers_after": ANSWERS_AFTER, "senders": SENDERS, "apps": rows}


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Keeps this thread, and those that it starts, off the server's core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def one_round(m: Measurement, app: UvicornApp, issuer: Issuer, cool: float) -> dict[str, dict[str, float]]:
    alone = latencies(app.port, m.seconds(SECONDS))
    time.sleep(max(0.0, cool - time.monotonic()))
    issuer.answers_after = ANSWERS_AFTER
    with unknown_keys_sent(app.port, PATH, lambda kid: issuer.token(OWNER, kid=kid)):
        beside = latencies(app.port, m.seconds(SECONDS))
    issuer.answers_after = 0.0
    return {"alone": summary(alone), "beside": summary(beside)}
