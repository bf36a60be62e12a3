"""Due dates and reminders: with and without offset, compared as moments, answered in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from backend import Backend
from better_auth import BetterAuth
from cases import cases
from contract import assert_invalid
from owned_api import OwnedApi

SPELLINGS = {
    "utc": ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00.000Z"),
    "as-answered": ("2026-11-23T10:00:00.000Z", "2026-11-23T10:00:00.000Z"),
    "lower-case": ("2026-11-23t10:00:00z", "2026-11-23T10:00:00.000Z"),
    "without-offset": ("2026-11-23T10:00:00", "2026-11-23T10:00:00.000Z"),
    "without-seconds": ("2026-11-23T10:00Z", "2026-11-23T10:00:00.000Z"),
    "without-seconds-and-offset": ("2026-11-23T10:00", "2026-11-23T10:00:00.000Z"),
    "offset-0": ("2026-11-23T10:00:00+00:00", "2026-11-23T10:00:00.000Z"),
    "offset-minus-0": ("2026-11-23T10:00:00-00:00", "2026-11-23T10:00:00.000Z"),
    "east": ("2026-11-23T11:00:00+01:00", "2026-11-23T10:00:00.000Z"),
    "east-without-seconds": ("2026-11-23T11:00+01:00", "2026-11-23T10:00:00.000Z"),
    "west": ("2026-11-23T02:00:00-08:00", "2026-11-23T10:00:00.000Z"),
    "half-an-hour": ("2026-11-23T15:30:00+05:30", "2026-11-23T10:00:00.000Z"),
    "quarter-of-an-hour": ("2026-11-23T15:45+05:45", "2026-11-23T10:00:00.000Z"),
    "over-midnight": ("2026-11-24T00:00:00+14:00", "2026-11-23T10:00:00.000Z"),
    "over-new-year": ("2026-12-31T23:30-01:00", "2027-01-01T00:30:00.000Z"),
    "leap-day": ("2028-03-01T00:30+01:00", "2028-02-29T23:30:00.000Z"),
    "one-digit-of-fraction": ("2026-11-23T10:00:00.5Z", "2026-11-23T10:00:00.500Z"),
    "nine-digits-of-fraction": ("2026-11-23T10:00:00.123999999Z", "2026-11-23T10:00:00.123Z"),
    "fraction-without-offset": ("2026-11-23T10:00:00.25", "2026-11-23T10:00:00.250Z"),
    "first": ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    "last": ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    "before-1970": ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
}


@pytest.fixture(scope="module")
def alice(issuer: BetterAuth, backend: Backend) -> OwnedApi:
    return OwnedApi.sign_up(issuer, backend, "alice")


SHORT = ("as-answered", "without-seconds-and-offset", "half-an-hour", "over-new-year", "nine-digits-of-fraction", "first", "last")


@pytest.mark.parametrize("name", cases(SPELLINGS, *SHORT))
@pytest.mark.parametrize("member", ["due_date", "reminder_at"])
def test_a_time_is_answered_in_utc(alice: OwnedApi, name: str, member: str) -> None:
    given, expected = SPELLINGS[name]
    task = alice.make_task("timed", **{member: given})
    assert task[member] == expected
    assert alice.get(f"/tasks/{task['id']}").json()[member] == expected
    assert alice.patch(f"/tasks/{task['id']}", {member: given}).json()[member] == expected
    assert alice.put(f"/tasks/{task['id']}", {"title": "timed", member: given}).json()[member] == expected


BAD: dict[str, Any] = {
    "empty": "",
    "word": "tomorrow",
    "date": "2026-11-23",
    "time": "10:00:00Z",
    "blank-in-place-of-t": "2026-11-23 10:00:00Z",
    "blank-before": " 2026-11-23T10:00:00Z",
    "line-end-after": "2026-11-23T10:00:00Z\n",
    "hour-alone": "2026-11-23T10Z",
    "no-such-month": "2026-13-01T10:00:00Z",
    "no-such-day": "2026-11-31T10:00:00Z",
    "no-leap-year": "2027-02-29T10:00:00Z",
    "hour-24": "2026-11-23T24:00:00Z",
    "minute-60": "2026-11-23T10:60:00Z",
    "second-61": "2026-11-23T10:00:61Z",
    "year-0": "0000-12-31T23:59:59Z",
    "year-10000": "10000-01-01T00:00:00Z",
    "before-year-1-in-utc": "0001-01-01T00:00:00+00:01",
    "after-year-9999-in-utc": "9999-12-31T23:59:59-00:01",
    "negative-year": "-2026-11-23T10:00:00Z",
    "two-digit-year": "26-11-23T10:00:00Z",
    "short-month": "2026-1-23T10:00:00Z",
    "basic-form": "20261123T100000Z",
    "offset-without-colon": "2026-11-23T10:00:00+0100",
    "offset-hour-alone": "2026-11-23T10:00:00+01",
    "offset-24": "2026-11-23T10:00:00+24:00",
    "offset-60-minutes": "2026-11-23T10:00:00+01:60",
    "offset-and-z": "2026-11-23T10:00:00+01:00Z",
    "zone-name": "2026-11-23T10:00:00[Europe/Berlin]",
    "comma": "2026-11-23T10:00:00,5Z",
    "point-alone": "2026-11-23T10:00:00.Z",
    "full-width-digits": "２０２６-11-23T10:00:00Z",
    "week-date": "2026-W48-1T10:00:00Z",
    "seconds-since-1970": 1_790_000_000,
    "true": True,
    "array": ["2026-11-23T10:00:00Z"],
    "nul": "2026-11-23T10:00:00Z\0",
    "very-long": "2026-11-23T10:00:00." + "0" * 1_000 + "Z",
}


SHORT_OF_BAD = ("empty", "date", "no-leap-year", "second-61", "before-year-1-in-utc", "offset-24", "true", "nul", "very-long")


@pytest.mark.parametrize("name", cases(BAD, *SHORT_OF_BAD))
@pytest.mark.parametrize("member", ["due_date", "reminder_at"])
def test_what_is_no_time_is_refused(alice: OwnedApi, name: str, member: str) -> None:
    assert_invalid(alice.post("/tasks", {"title": "timed", member: BAD[name]}), f"/{member}")


# One moment each, in rising order, spelt with and without offset. As texts they sort quite differently.
RISING = [
    "2026-11-23T23:00+14:00",
    "2026-11-23T09:30",
    "2026-11-22T22:00:00.001-12:00",
    "2026-11-23T10:00:00.002",
    "2026-11-23T15:31+05:30",
]


@pytest.mark.parametrize(("earlier", "later"), [(a, b) for a, b in permutations(RISING, 2)])
def test_a_reminder_comes_before_the_due_date(alice: OwnedApi, earlier: str, later: str) -> None:
    """One with offset and one without, in one request and in two."""
    times = {"reminder_at": earlier, "due_date": later}
    if RISING.index(earlier) < RISING.index(later):
        task = alice.make_task("remind me", **times)
        assert task["reminder_at"] < task["due_date"]  # in UTC and of one width
        return
    assert_invalid(alice.post("/tasks", {"title": "remind me", **times}), "/reminder_at")
    for first, second in permutations(times):
        task = alice.make_task("remind me", **{first: times[first]})
        assert_invalid(alice.patch(f"/tasks/{task['id']}", {second: times[second]}), "/reminder_at")
        assert_invalid(alice.put(f"/tasks/{task['id']}", {"title": "x", **times}), "/reminder_at")
        assert alice.get(f"/tasks/{task['id']}").json() == task


AT_ONCE = ["2026-11-23T10:00Z", "2026-11-23T10:00", "2026-11-23T10:00:00.0009", "2026-11-23T11:00+01:00"]


@pytest.mark.parametrize("spelling", AT_ONCE)
def test_a_reminder_at_the_due_date_is_too_late(alice: OwnedApi, spelling: str) -> None:
    """To the millisecond, which is what is kept."""
    times = {"reminder_at": spelling, "due_date": "2026-11-23T12:00+02:00"}
    assert_invalid(alice.post("/tasks", {"title": "x", **times}), "/reminder_at")


def test_both_may_move_in_one_request(alice: OwnedApi) -> None:
    """To where neither could go alone; and either may be cleared."""
    task = alice.make_task("x", reminder_at="2026-11-23T09:00", due_date="2026-11-23T10:00")
    path = f"/tasks/{task['id']}"
    moved = alice.patch(path, {"reminder_at": "2027-11-23T10:00+01:00", "due_date": "2027-11-23T09:30Z"}).json()
    assert (moved["reminder_at"], moved["due_date"]) == ("2027-11-23T09:00:00.000Z", "2027-11-23T09:30:00.000Z")
    assert alice.patch(path, {"due_date": None, "reminder_at": "2030-01-01T00:00"}).status_code == 200
    assert_invalid(alice.patch(path, {"due_date": "2030-01-01T00:00"}), "/reminder_at")
    assert alice.patch(path, {"due_date": "2030-01-01T00:00", "reminder_at": None}).status_code == 200


def test_times_of_all_spellings_are_sorted_and_filtered_as_moments(issuer: BetterAuth, backend: Backend) -> None:
    bob = OwnedApi.sign_up(issuer, backend, "bob")
    for spelling in sorted(RISING):
        bob.make_task(spelling, due_date=spelling)
    assert [task["title"] for task in bob.get("/tasks", sort_by="due_date", order="asc").json()["items"]] == RISING
    assert [task["title"] for task in bob.get("/tasks", sort_by="due_date").json()["items"]] == RISING[::-1]
    for number, spelling in enumerate(RISING):
        after = bob.get("/tasks", due_after=spelling, sort_by="due_date", order="asc").json()["items"]
        before = bob.get("/tasks", due_before=spelling, sort_by="due_date", order="asc").json()["items"]
        assert [task["title"] for task in after] == RISING[number:]
        assert [task["title"] for task in before] == RISING[:number]


def test_created_and_updated_are_now_in_utc(alice: OwnedApi) -> None:
    task = alice.make_task("now")
    assert task["created_at"] == task["updated_at"]
    made = datetime.strptime(task["created_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=1)
    changed = alice.patch(f"/tasks/{task['id']}", {"completed": True}).json()
    assert changed["created_at"] == task["created_at"]
    assert changed["updated_at"] >= task["updated_at"]
