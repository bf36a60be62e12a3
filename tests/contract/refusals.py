"""Why a server may refuse a value that its schema takes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any


class Refused:
    """A request that was refused: its body, its query, the task that it would change and the tags that there are."""

    def __init__(self, body: object, query: dict[str, Any], task: dict[str, Any], own_tags: set[int]) -> None:
        self.body = body if isinstance(body, dict) else {}
        self.query = query
        self.changed = task | self.body
        self.own_tags = own_tags

    def rightly(self, pointer: str) -> bool:
        """Whether there is a reason that no schema can state."""
        if pointer in ("?due_after", "?due_before"):  # 30 February has the form of a date
            return is_off_the_calendar(self.query.get(pointer[1:]))
        if pointer == "/due_date":
            return is_off_the_calendar(self.body.get("due_date"))
        if pointer == "/reminder_at":
            return self._is_reminder_impossible()
        if tag := re.fullmatch(r"/tag_ids/(\d+)", pointer):
            return self.body["tag_ids"][int(tag[1])] not in self.own_tags
        return False

    def _is_reminder_impossible(self) -> bool:
        """It is not on the calendar, or not before `due_date`."""
        reminder, due = instant_of(self.changed.get("reminder_at")), instant_of(self.changed.get("due_date"))
        if reminder is None or due is None:
            return is_off_the_calendar(self.changed.get("reminder_at"))
        return reminder >= due


def is_off_the_calendar(time: object) -> bool:
    return isinstance(time, str) and instant_of(time) is None


def instant_of(text: object) -> datetime | None:
    """In UTC, to the millisecond; None when it is none, also when the year is beyond 0001 to 9999."""
    form = r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:[Zz]|([+-])(\d\d):(\d\d))?"
    parts = re.fullmatch(form, text, re.ASCII) if isinstance(text, str) else None
    if parts is None:
        return None
    day, minutes, seconds, fraction, sign, offset_hours, offset_minutes = parts.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{minutes}:{seconds or '00'}.{(fraction or '0')[:3]:0<3}")
        offset = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0))
        return local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError):
        return None
