"""examples/fastapi while one of its users does what would stop it for all."""

from __future__ import annotations

import pytest
from attack import asking_and_leaving, from_many_connections, watch
from backend import Backend
from better_auth import BetterAuth
from conftest import StartBackend
from long_texts import CAPITAL, fill
from owned_api import OwnedApi
from raw_http import RawConnection, head

pytestmark = pytest.mark.serial
SECONDS = 3.0


@pytest.fixture(scope="module")
def backend(issuer: BetterAuth, start_backend: StartBackend) -> Backend:
    return start_backend(issuer, kind="fastapi")


@pytest.fixture(scope="module")
def eve(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    eve = OwnedApi.sign_up(issuer, backend, "eve")
    fill(issuer.database, eve.uuid, 1000)
    return eve


@pytest.fixture(scope="module")
def bob(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    for number in range(20):
        bob.make_task(f"task {number}")
    return bob


SEARCHES = {
    "a search for what is nowhere": "?search=nowhere",
    "a search for what is everywhere": f"?limit=100&search={CAPITAL}",
    "titles in order": "?sort_by=title&limit=100",
    "pages of long texts": "?limit=100",
}


@pytest.mark.parametrize("query", SEARCHES.values(), ids=SEARCHES)
def test_searches_of_one_user_hold_up_nobody_else(eve: OwnedApi, bob: OwnedApi, query: str) -> None:
    port, request = eve.backend.port, head("GET", eve.tasks + quoted(query), eve.token, "Connection: close")
    with from_many_connections(asking_and_leaving(port, request)) as done:
        seen = watch(bob, SECONDS)
    print(query, done, seen.statuses, [round(seen.slowest(p), 3) for p in (0.5, 0.9, 0.99, 1)])
    assert done["done"] > 100
    assert set(seen.statuses) == {200}
    assert seen.slowest(0.99) < 1


def quoted(query: str) -> str:
    return query.replace(CAPITAL, "%C4%B0")
