"""A new Next.js app of the blocks of the packages' READMEs, and the program behind it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from backend import Backend
from browser import PASSWORD
from database import SqliteDatabase
from new_app import (
    PACKAGES,
    FrontEnd,
    blocks_of,
    build_app,
    choose_to_sign_up,
    install_packages,
    running_app,
    write_app,
)
from people import new_account
from process import ROOT, free_port


@pytest.fixture(scope="module")
def new_bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The app as `next build` and `next start` have it, and the API behind it."""
    app, port, api_port = ROOT / "build/new-app", free_port(), free_port()
    front_end = FrontEnd(f"http://localhost:{port}", SqliteDatabase(app / "app.db"))
    api_url = f"http://127.0.0.1:{api_port}"
    blocks: dict[str, str] = {}
    for package in reversed(PACKAGES):
        blocks |= blocks_of(f"packages/{package}/README.md")
    settings = {"BETTER_AUTH_URL": front_end.url, "BETTER_AUTH_SECRET": secrets.token_urlsafe(32)}
    write_app(app, blocks, settings | {"NEXT_PUBLIC_API_URL": api_url})
    install_packages(app, tmp_path_factory.mktemp("packed"))
    build_app(app)
    with running_app(app, port):
        front_end.database.migrate()
        api = Backend(app, front_end, api_port).start()
        with api.program.running():
            yield SimpleNamespace(front_end=front_end, api_url=api_url, api=api)


def test_who_follows_the_readmes_has_a_page_of_tasks_and_one_of_the_server(new_bridge, visit):
    ada = visit(new_bridge)
    page, account = ada.page, new_account()
    page.goto("/tasks")
    page.get_by_role("link", name="Sign in").click()
    choose_to_sign_up(page)
    page.get_by_label("Name").fill(account.name)
    page.get_by_label("Email").fill(account.email)
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_response("**/api/auth/token") as answer:
        page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/tasks")

    (uuid,) = (row[0] for row in new_bridge.front_end.database.execute('select uuid from "user"'))
    task = {"title": "Lower the bridge", "due_date": "2026-01-01T12:00:00Z"}
    token = answer.value.json()["token"]
    assert new_bridge.api.call("POST", f"/api/v1/{uuid}/tasks", token, json=task).status_code == 201
    page.reload()
    page.get_by_role("checkbox", name="Lower the bridge").click()
    expect(page.get_by_role("checkbox")).to_have_count(0)  # the list is of open tasks
    new_bridge.api.make_task(uuid, token, "Not due")
    assert new_bridge.api.call("POST", f"/api/v1/{uuid}/tasks", token, json=task).status_code == 201
    page.goto("/today")
    expect(page.get_by_text("1 tasks are due.")).to_be_visible()

    page.goto("/tasks")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    page.goto("/today")
    page.wait_for_url("**/sign-in")
    page.get_by_label("Email").fill(account.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").filter(has_text="Invalid email or password")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    ada.context.route("**/sign-in/email", lambda route: route.abort(), times=1)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("No answer came. Try again.")).to_be_visible()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("checkbox", name="Not due")).to_be_visible()
