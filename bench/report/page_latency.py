"""How long a page of tasks takes at many connections: the slowest one in a hundred against the usual one."""

from __future__ import annotations

from typing import Any

from aims import Aim
from figures import figure, ratio, with_spread

MOST = 4.0


def samples(database: dict[str, Any], what: str) -> list[float]:
    """Round by round; none where an older measurement lacks them."""
    return [load[what] for load in database.get("crowd", ())]


def aims(measured: dict[str, Any], where: str) -> list[Aim]:
    return [
        Aim(
            f"a page of 20 tasks on {where} at {measured['crowd_connections']} connections, p99 against p50, "
            f"among {database['others']:,} tasks of others",
            ratio(samples(database, "p99_us"), samples(database, "p50_us")),
            at_most=MOST,
        )
        for database in measured["databases"]
        if samples(database, "p50_us")
    ]


def heads(measured: dict[str, Any]) -> tuple[str, ...]:
    if "crowd_connections" not in measured:
        return ()
    return tuple(f"{percentile} at {measured['crowd_connections']} connections, ms" for percentile in ("p50", "p99"))


def cells(database: dict[str, Any]) -> list[str]:
    rows = [samples(database, what) for what in ("p50_us", "p99_us")]
    return [with_spread(figure(row).over(1e3)) for row in rows if row]
