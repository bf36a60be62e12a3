"""Where the example looks for sessions, by DRAWBRIDGE_SESSIONS."""

from dataclasses import replace

import pytest

from tasks_api.sessions import PLACES, sessions_of
from tasks_api.settings import settings

REDIS = "redis://localhost:6379"


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("issuer", "NoneType"),
        ("database", "Tables"),
        ("redis", "SecondaryStorage"),
        ("redis,database", "SecondaryStorage"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite:data/app.db", "postgresql://app@localhost/app"])
def test_each_place(place: str, kind: str, database: str) -> None:
    assert place in PLACES
    given = replace(settings, sessions=place, redis_url=REDIS, database_url=database)
    assert type(sessions_of(given)).__name__ == kind


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("memory", "DRAWBRIDGE_SESSIONS is memory: give one of issuer, cookie, database, redis, redis,database"),
        ("redis", "DRAWBRIDGE_REDIS_URL is not set: say where it is, for example redis://localhost:6379"),
    ],
)
def test_what_is_no_place(place: str, said: str) -> None:
    with pytest.raises(ValueError) as raised:
        sessions_of(replace(settings, sessions=place, redis_url=""))
    assert str(raised.value) == said
