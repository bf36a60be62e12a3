"""Rows that another program wrote, with what the tables' checks forbid: their owner is told that the database cannot be
used where a row cannot be shown, the server stays up, and others are served. PostgreSQL has types for most of it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from uuid import uuid4

import pytest

from backend import Backend
from better_auth import BetterAuth
from conftest import PRODUCTS, StartBackend, StartIssuer
from database import PostgresDatabase
from owned_api import OwnedApi

TIME = "2026-11-23T10:00:00.000Z"
UNREADABLE = {
    "sqlite": {
        "a priority above high": {"priority": 4},
        "a priority below low": {"priority": 0},
        "a priority of minus one": {"priority": -1},
        "a priority of 41 bits": {"priority": 2**40},
        "a day that is not in the calendar": {"created_at": "2026-02-31T10:00:00.000Z"},
        "a year of letters": {"created_at": "xxxx-11-23T10:00:00.000Z"},
        "a year before Christ": {"created_at": "-001-12-31T23:59:59.999Z"},
        "a time of nines": {"due_date": "9999-99-99T99:99:99.999Z"},
        "a time without text": {"created_at": ""},
        "a day alone": {"created_at": "2026-11-23"},
        "a time with an offset": {"due_date": "2026-11-23T10:00:00.000+00:00"},
        "a time and more": {"due_date": "2026-11-23T10:00:00.000Z\0x"},
        "an id that is not a UUID": {"id": "z" * 36},
        "a title that is not UTF-8": {"title": b"\xff\x00\xfeA"},
    },
    "postgresql": {
        "a priority above high": {"priority": 4},
        "a priority below low": {"priority": 0},
        "a priority of 15 bits": {"priority": 32_767},
        "made at the end of time": {"created_at": "infinity"},
        "changed before all time": {"updated_at": "-infinity"},
        "due at the end of time": {"due_date": "infinity"},
        "due in the year 10000": {"due_date": "10000-01-01T00:00:00Z"},
        "made in the last year that PostgreSQL has": {"created_at": "294276-12-31T00:00:00Z"},
        "made in the first one": {"created_at": "4713-01-01 00:00:00+00 BC"},
    },
}
READABLE = {
    "sqlite": {
        "completed is 7": {"completed": 7},
        "an empty title": {"title": ""},
        "a title with NUL": {"title": "a\0b"},
        "a title of 100,000 characters": {"title": "x" * 100_000},
        "the last moment": {"due_date": "9999-12-31T23:59:59.999Z"},
    },
    "postgresql": {
        "an empty title": {"title": ""},
        "a title of 100,000 characters": {"title": "x" * 100_000},
        "the last moment": {"due_date": "9999-12-31T23:59:59.999Z"},
    },
}
CASES = [(product, name) for product in PRODUCTS for name in (UNREADABLE[product] | READABLE[product])]
CHECKS = ("tasks_title_check", "tasks_priority_check")


@pytest.fixture(scope="module")
def issuers(start_issuer: StartIssuer) -> dict[str, BetterAuth]:
    issuers = {product: start_issuer(product) for product in PRODUCTS}
    for check in CHECKS:
        issuers["postgresql"].database.execute(f"ALTER TABLE tasks DROP CONSTRAINT {check}")
    return issuers


@pytest.fixture(scope="module", params=["cpp", "fastapi"])
def backends(
    request: pytest.FixtureRequest, issuers: dict[str, BetterAuth], start_backend: StartBackend
) -> dict[str, Backend]:
    return {product: start_backend(issuer, kind=request.param) for product, issuer in issuers.items()}


@pytest.fixture(scope="module")
def bobs(issuers: dict[str, BetterAuth], backends: dict[str, Backend]) -> dict[str, OwnedApi]:
    return {product: OwnedApi.sign_up(issuers[product], backends[product], "bob") for product in PRODUCTS}


def insert(issuer: BetterAuth, row: dict[str, object]) -> None:
    columns, values = ", ".join(row), list(row.values())
    if isinstance(issuer.database, PostgresDatabase):
        issuer.database.execute(f"INSERT INTO tasks ({columns}) VALUES ({', '.join('?' * len(row))})", *values)
        return
    with closing(sqlite3.connect(issuer.database.file, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        places = ", ".join("CAST(? AS TEXT)" if isinstance(value, bytes) else "?" for value in values)
        connection.execute(f"INSERT INTO tasks ({columns}) VALUES ({places})", values)


@pytest.mark.parametrize(("product", "name"), CASES, ids=[f"{product}: {name}" for product, name in CASES])
def test_an_odd_row_stops_nobody(
    issuers: dict[str, BetterAuth],
    backends: dict[str, Backend],
    bobs: dict[str, OwnedApi],
    product: str,
    name: str,
) -> None:
    owner = OwnedApi.sign_up(issuers[product], backends[product], f"owner{CASES.index((product, name))}")
    odd = UNREADABLE[product].get(name)
    row = {"id": str(uuid4()), "user_id": owner.uuid, "title": "t", "created_at": TIME, "updated_at": TIME}
    row |= odd or READABLE[product].get(name, {})
    insert(issuers[product], row)
    for path in ("/tasks", "/tasks?sort_by=title", "/tasks?search=t", f"/tasks/{row['id']}"):
        answer = owner.get(path)
        said = json.loads(answer.content.decode())  # UTF-8, and JSON
        if path == f"/tasks/{'z' * 36}":
            assert answer.status_code == 404
        elif odd is None:
            assert answer.status_code == 200, (path, answer.text)
        elif path != "/tasks?search=t" or row["title"] == "t":  # which finds it
            assert (answer.status_code, said["code"]) == (503, "store_unavailable"), path
        assert bobs[product].get("/tasks").status_code == 200
    assert owner.post("/tasks", {"title": "goes on"}).status_code == 201
