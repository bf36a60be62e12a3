"""A healthy set-up: doctor finds nothing, says so quickly, and leaves everything as it was."""

from __future__ import annotations

from set_up import SetUp


def test_is_without_a_fault(healthy: SetUp):
    checks = healthy.examine()
    assert (checks.faults, checks.warnings) == (set(), set())
