"""How long the program takes to start, and a FastAPI app with the package and without."""

from __future__ import annotations

from typing import Any

from aims import Aim
from document import image, table
from figures import difference, figure, with_spread

APPS = {"without": "an open route", "with": "drawbridge.fastapi"}


def of_fastapi(measured: dict[str, Any]) -> dict[str, list[float]]:
    """None where an older measurement lacks it."""
    return measured.get("fastapi_ms", {})


def aims(measured: dict[str, Any]) -> list[Aim]:
    rows = [Aim("start to ready, the issuer being up", figure(measured["ready_ms"]), unit=" ms")]
    if times := of_fastapi(measured):
        what = "start of a FastAPI app to its first answer, how much longer with the package than without"
        rows.append(Aim(what, difference(times["with"], times["without"]), at_most=50, unit=" ms"))
    return rows


def block(measured: dict[str, Any]) -> str:
    rows = [(len(measured["ready_ms"]), with_spread(figure(measured["ready_ms"])))]
    words = "Time from start to ready, start by start"
    tables = [table(("starts", "ready after, ms"), rows)]
    if times := of_fastapi(measured):
        apps = [(APPS[name], len(each), with_spread(figure(each))) for name, each in times.items()]
        tables.append(table(("a FastAPI app with", "starts", "first answer after, ms"), apps))
    return "\n\n".join((image("start", words), *tables))
