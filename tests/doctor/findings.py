"""What an examination found, told in one word to a test."""

from __future__ import annotations

from examination import Examination


def only(checks: Examination, fault: str | None = None, warning: str | None = None) -> str:
    """That nothing else was found; what the one thing says."""
    found = checks.faults, checks.warnings
    assert found == ({fault} if fault else set(), {warning} if warning else set()), [
        check.text() for check in checks.values() if check.status in ("fault", "warning")
    ]
    return " ".join(checks[id].text() for id in (fault, warning) if id)
