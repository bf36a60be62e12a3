"""Rows that another program wrote, with what the tables' checks forbid: their owner may not be shown them, the server stays
up, and others are served. PostgreSQL has types for most of it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from uuid import uuid4

import pytest

from backend import Backend
from better_auth import BetterAuth
from conftest import StartBackend, StartIssuer
from owned_api import OwnedApi

TIME = "2026-11-23T10:00:00.000Z"
ODD = {
    "a priority above high": {"priority": 4},
    "a priority below low": {"priority": 0},
    "a priority of 41 bits": {"priority": 2**40},
    "completed is 7": {"completed": 7},
    "a day that is not in the calendar": {"created_at": "2026-02-31T10:00:00.000Z"},
    "a year of letters": {"created_at": "xxxx-11-23T10:00:00.000Z"},
    "a time of nines": {"due_date": "9999-99-99T99:99:99.999Z"},
    "an id that is not a UUID": {"id": "z" * 36},
    "an empty title": {"title": ""},
    "a title with NUL": {"title": "a\0b"},
    "a title of 100,000 characters": {"title": "x" * 100_000},
    "a title that is not UTF-8": {"title": b"\xff\x00\xfeA"},
}


@pytest.fixture(scope="module")
def issuer(start_issuer: StartIssuer) -> BetterAuth:
    return start_issuer()


@pytest.fixture(scope="module")
def backend(issuer: BetterAuth, start_backend: StartBackend) -> Backend:
    return start_backend(issuer)


@pytest.fixture(scope="module")
def bob(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    return OwnedApi.sign_up(issuer, backend, "bob")


@pytest.mark.parametrize("name", ODD)
def test_an_odd_row_stops_nobody(issuer: BetterAuth, backend: Backend, bob: OwnedApi, name: str) -> None:
    owner = OwnedApi.sign_up(issuer, backend, f"owner{list(ODD).index(name)}")
    row = {"id": str(uuid4()), "user_id": owner.uuid, "title": "t", "created_at": TIME, "updated_at": TIME} | ODD[name]
    with closing(sqlite3.connect(issuer.database.file, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        values = ", ".join("CAST(? AS TEXT)" if isinstance(value, bytes) else "?" for value in row.values())
        connection.execute(f"INSERT INTO tasks ({', '.join(row)}) VALUES ({values})", list(row.values()))
    for path in ("/tasks", "/tasks?search=t", "/tasks?sort_by=title", f"/tasks/{row['id']}"):
        answer = owner.get(path)
        assert answer.status_code in (200, 404, 503), (path, answer.text)
        json.loads(answer.content.decode())  # UTF-8, and JSON
        assert bob.get("/tasks").status_code == 200
    assert owner.post("/tasks", {"title": "goes on"}).status_code == 201
