"""Whether this process belongs to a test run."""

import os


def is_test_run() -> bool:
    """Whether pytest runs this process or started it.

    By what pytest puts into the environment, not by whether it was imported: an app that happens to import pytest,
    or to have it installed, is not under test.
    """
    return "PYTEST_VERSION" in os.environ or "PYTEST_CURRENT_TEST" in os.environ
