"""An issuer for tests: tokens like Better Auth's, without Node. Never for production.

In `conftest.py`: `pytest_plugins = ["drawbridge.testing.fixtures"]`.
"""

import warnings

from drawbridge.testing.issuer import Issuer
from drawbridge.testing.pytest_run import is_test_run
from drawbridge.testing.route_protection import assert_all_routes_protected
from drawbridge.testing.sessions import SessionCookie

if not is_test_run():
    warnings.warn(
        "drawbridge.testing was imported outside a test run: anyone who holds an Issuer can sign in as any user. "
        "Import it in tests only.",
        RuntimeWarning,
        stacklevel=2,
    )

__all__ = ["Issuer", "SessionCookie", "assert_all_routes_protected"]
