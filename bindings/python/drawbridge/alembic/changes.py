"""Asks the planner of `drawbridge migrate`, which is in the extension, and carries out what it says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from itertools import takewhile
from typing import NamedTuple

from alembic.operations import Operations
from sqlalchemy import Connection, CursorResult, text

from drawbridge.alembic.refusal import MigrationRefused, refusing
from drawbridge.alembic.transaction import alone, connection_of, each_statement_by_itself

# Below Alembic's own name, so that the logging of its template shows it.
logger: logging.Logger = logging.getLogger("alembic.drawbridge")

Query = Callable[[str], list[list[str | None]]]
Where = tuple[str, str]
"""The schema and the name of ``user``, each empty when it is to be looked for."""
Plan = tuple[str, list[tuple[str, list[str], list[str], int, str]]]
Planner = Callable[[str, Query, Where], Plan]
"""Asks the database by the query, and gives an obstacle or the fields of each `Change`."""


class Change(NamedTuple):
    name: str
    statements: list[str]
    batches: list[str]  # the same in parts, each by itself; the last is repeated until it changes no row
    rows: int  # that the batches will change
    note: str  # what a person must know when it is done


def carry_out(op: Operations, planner: Planner, done: str, schema: str | None, user_table: str | None) -> None:
    """``done`` is what a change that the database refuses could not be: made, or changed."""
    where = (schema or "", user_table or "")
    connection = connection_of(op)
    with alone(connection):
        changes = planned(connection, planner, where)
        first = list(takewhile(lambda change: not change.batches, changes))
        apply(connection, first, done)
    if len(first) == len(changes):
        return
    with each_statement_by_itself(op) as batches:
        run_batches(batches, changes[len(first)])
    connection = op.get_bind()
    with alone(connection):
        # Somebody else may have finished it between the batches.
        apply(connection, (change for change in planned(connection, planner, where) if not change.batches), done)


def execute(connection: Connection, sql: str) -> CursorResult[tuple[object, ...]]:
    return connection.execute(text(sql.replace(":", r"\:")))  # none of them begins a parameter


def planned(connection: Connection, planner: Planner, where: Where) -> list[Change]:
    def query(sql: str) -> list[list[str | None]]:
        return [[None if value is None else str(value) for value in row] for row in execute(connection, sql).all()]

    obstacle, changes = planner(connection.dialect.name, query, where)
    if obstacle:
        raise MigrationRefused(obstacle)
    return [Change(*fields) for fields in changes]


def apply(connection: Connection, changes: Iterable[Change], done: str) -> None:
    for change in changes:
        with refusing(change.name, done):
            for statement in change.statements:
                execute(connection, statement)
        if change.note:
            logger.warning(change.note)


def run_batches(connection: Connection, change: Change) -> None:
    done = 0

    def run(batch: str) -> int:
        nonlocal done
        changed = execute(connection, batch).rowcount
        done += changed
        if changed:
            logger.info("%s: %d of %d users have one", change.name, done, max(change.rows, done))
        return changed

    for batch in change.batches:
        run(batch)
    while run(change.batches[-1]):
        pass
