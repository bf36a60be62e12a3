"""Times as the API has them: RFC 3339 in, seconds and offset optional; UTC to the millisecond out."""

import re
from datetime import datetime, timedelta, timezone

UTC = timezone.utc  # datetime.UTC is not there before Python 3.11
LONGEST = 64
FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?"
    r"(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))?",
    re.ASCII,
)


def parse_time(text: object) -> datetime | None:
    """In UTC, cut to the millisecond. None for what has not the form, is no day of the calendar, or is outside the
    years 1 to 9999 in UTC."""
    form = FORM.fullmatch(text) if isinstance(text, str) and len(text) <= LONGEST else None
    if form is None:
        return None
    day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = form.groups()
    offset = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0))
    try:
        local = datetime.fromisoformat(f"{day}T{hour}:{minute}:{second or '00'}.{(fraction or '0')[:3]:0<3}+00:00")
        return local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError):
        return None


def time_text(time: datetime) -> str:
    """`2026-11-23T10:00:00.000Z`, always of that width."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now() -> datetime:
    time = datetime.now(UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)
