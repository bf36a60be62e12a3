"""The excuses for a refused value are no wider than their reasons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from refusals import Refused, instant_of

EARLY, LATE = "2026-11-23T09:00Z", "2026-11-23T10:00Z"
STORED = {"due_date": "2026-11-23T10:00:00.000Z", "reminder_at": "2026-11-23T09:30:00.000Z"}


@pytest.mark.parametrize(
    ("pointer", "body", "rightly"),
    [
        pytest.param("/title", {"title": "x"}, False, id="nothing excuses a title"),
        pytest.param("", {}, False, id="nor the whole body"),
        pytest.param("/due_date", {"due_date": "2026-02-30T00:00Z"}, True, id="30 February"),
        pytest.param("/due_date", {"due_date": LATE}, False, id="a day of the calendar"),
        pytest.param("/due_date", {}, False, id="no due date at all"),
        pytest.param("/reminder_at", {"due_date": LATE, "reminder_at": EARLY}, False, id="reminder before"),
        pytest.param("/reminder_at", {"due_date": LATE, "reminder_at": LATE}, True, id="reminder at the same time"),
        pytest.param("/reminder_at", {"due_date": EARLY, "reminder_at": LATE}, True, id="reminder after"),
        pytest.param("/reminder_at", {"due_date": None, "reminder_at": LATE}, False, id="reminder without due date"),
        pytest.param("/reminder_at", {"due_date": LATE, "reminder_at": "2026-11-31T00:00Z"}, True, id="31 November"),
        pytest.param("/tag_ids/0", {"tag_ids": [1, 9]}, False, id="a tag of one's own"),
        pytest.param("/tag_ids/1", {"tag_ids": [1, 9]}, True, id="no tag of one's own"),
    ],
)
def test_a_body(pointer: str, body: dict[str, Any], rightly: bool) -> None:
    assert Refused(body, {}, {}, {1}).rightly(pointer) is rightly


@pytest.mark.parametrize(
    ("body", "rightly"),
    [
        pytest.param({"due_date": "2026-11-23T09:30Z"}, True, id="due when the stored reminder is"),
        pytest.param({"due_date": "2026-11-23T09:31Z"}, False, id="due after it"),
        pytest.param({"reminder_at": LATE}, True, id="reminder when the stored task is due"),
        pytest.param({"reminder_at": LATE, "due_date": None}, False, id="no longer due"),
    ],
)
def test_a_change_of_a_stored_task(body: dict[str, Any], rightly: bool) -> None:
    assert Refused(body, {}, STORED, set()).rightly("/reminder_at") is rightly


@pytest.mark.parametrize(("value", "rightly"), [("2026-02-29T00:00", True), (LATE, False)])
def test_a_query(value: str, rightly: bool) -> None:
    assert Refused(None, {"due_after": value}, {}, set()).rightly("?due_after") is rightly
    assert not Refused(None, {"due_after": value}, {}, set()).rightly("?search")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-23T10:00", datetime(2026, 11, 23, 10)),
        ("2026-11-23t10:00:07.1239z", datetime(2026, 11, 23, 10, 0, 7, 123_000)),
        ("2026-11-23T01:30:00+02:00", datetime(2026, 11, 22, 23, 30)),
        ("2026-11-23T23:30:00-01:30", datetime(2026, 11, 24, 1)),
        ("2024-02-29T00:00Z", datetime(2024, 2, 29)),
        ("2026-02-29T00:00Z", None),
        ("0000-01-01T00:00Z", None),
        ("0001-01-01T00:00+00:01", None),
        ("9999-12-31T23:59:59.999Z", datetime(9999, 12, 31, 23, 59, 59, 999_000)),
        ("9999-12-31T23:59-00:01", None),
        (None, None),
    ],
)
def test_instants(text: object, instant: datetime | None) -> None:
    assert instant_of(text) == instant
