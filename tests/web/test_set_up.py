"""A front end whose surroundings are not ready yet: what it says, and how it goes on."""

from __future__ import annotations

import os
import subprocess

import pytest
from playwright.sync_api import expect

from database import SqliteDatabase
from front_end import NEXT, Bridge
from people import alert, send_sign_up, wait_for_tasks
from process import ROOT, free_port

GOOD = {
    "BETTER_AUTH_URL": "http://localhost:3000",
    "BETTER_AUTH_SECRET": "0123456789abcdef0123456789abcdef",
    "NEXT_PUBLIC_API_URL": "http://localhost:8000",
    "DATABASE_URL": "sqlite:app.db",
}


def test_where_the_api_s_tables_are_missing_the_page_says_so_with_the_command(visit, tmp_path):
    bridge = Bridge(tmp_path, SqliteDatabase(tmp_path / "app.db"))
    with bridge.front_end.start().program.running():
        page = visit(bridge).page
        send_sign_up(page)
        expect(page.get_by_text("The API's tables are missing")).to_be_visible()
        command = page.get_by_text("drawbridge migrate up --database-url").inner_text()
        assert command == f'drawbridge migrate up --database-url "sqlite://{tmp_path}/app.db"'
        bridge.front_end.database.migrate()
        with bridge.start_api().program.running():
            page.get_by_role("link", name="Check again").click()
            wait_for_tasks(page)


@pytest.mark.parametrize("path, action", [("/sign-in", "Sign in"), ("/sign-up", "Sign up")])
def test_under_another_address_than_better_auth_s_the_page_says_which_are_meant(bridge, visit, path, action):
    """localhost and 127.0.0.1 are two origins to a browser."""
    page = visit(bridge).page
    opened = f"http://127.0.0.1:{bridge.front_end.port}"
    page.goto(opened + path)
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Password").fill("correct horse battery staple")
    if path == "/sign-up":
        page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_role("button", name=action).click()
    for text in (opened, bridge.front_end.url, "BETTER_AUTH_URL"):
        expect(alert(page)).to_contain_text(text)


@pytest.mark.parametrize(
    "variable, value, said",
    [
        ("BETTER_AUTH_SECRET", "", "BETTER_AUTH_SECRET is not set"),
        ("BETTER_AUTH_SECRET", "short", "BETTER_AUTH_SECRET has 5 characters"),
        ("BETTER_AUTH_URL", "", "BETTER_AUTH_URL is not set"),
        ("BETTER_AUTH_URL", "localhost:3000", "BETTER_AUTH_URL is no http(s) URL"),
        ("NEXT_PUBLIC_API_URL", "", "NEXT_PUBLIC_API_URL is not set"),
        ("DATABASE_URL", "mysql://localhost/app", "DATABASE_URL is of no known form"),
    ],
)
def test_a_setting_that_cannot_work_ends_the_server_with_one_line(tmp_path, variable, value, said):
    command = ["node", NEXT, "start", ROOT / "examples/web", "-H", "127.0.0.1", "-p", str(free_port())]
    environment = {"PATH": os.environ["PATH"], "NEXT_TELEMETRY_DISABLED": "1"} | GOOD | {variable: value}
    done = subprocess.run(command, env=environment, cwd=tmp_path, text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if said in line] == done.stderr.splitlines()
