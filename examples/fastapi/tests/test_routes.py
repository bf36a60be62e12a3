"""Every route asks who is calling, but for those that are meant for anybody."""

from drawbridge.testing import assert_all_routes_protected

from tasks_api.main import app

OPEN = {"/healthz", "/readyz", "/openapi.json", "/docs", "/docs/{name}"}


def test_no_route_was_forgotten() -> None:
    assert_all_routes_protected(app, open=OPEN)
