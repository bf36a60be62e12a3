"""A new Next.js app: the packages as `npm pack` makes them, the blocks of their READMEs, and nothing of examples/web."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from backend import Backend
from browser import PASSWORD
from database import SqliteDatabase
from front_end import NEXT
from loopback import answers
from people import new_account
from process import ROOT, Program, free_port

PACKAGES = ("better-auth", "client")
BLOCK = re.compile(r"^```tsx?\n// (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# As `create-next-app` writes them.
LAYOUT = """export default function RootLayout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
"""
TSCONFIG = {
    "compilerOptions": {
        "target": "ES2017",
        "lib": ["dom", "dom.iterable", "esnext"],
        "allowJs": True,
        "skipLibCheck": True,
        "strict": True,
        "noEmit": True,
        "esModuleInterop": True,
        "module": "esnext",
        "moduleResolution": "bundler",
        "resolveJsonModule": True,
        "isolatedModules": True,
        "jsx": "react-jsx",
        "incremental": True,
        "plugins": [{"name": "next"}],
        "paths": {"@/*": ["./*"]},
    },
    "include": ["next-env.d.ts", "**/*.ts", "**/*.tsx", ".next/types/**/*.ts"],
    "exclude": ["node_modules"],
}


@dataclass
class FrontEnd:
    """What a backend and a visitor must know of it."""

    url: str
    database: SqliteDatabase


def write_app(app: Path, settings: dict[str, str]) -> None:
    """Where a name has several blocks, as lib/auth.ts has for each database, the first: on SQLite."""
    files = {"app/layout.tsx": LAYOUT, "tsconfig.json": json.dumps(TSCONFIG), "package.json": '{"private": true}'}
    for package in reversed(PACKAGES):
        files |= dict(reversed(BLOCK.findall((ROOT / f"packages/{package}/README.md").read_text())))
    files[".env.local"] = "".join(f"{name}={value}\n" for name, value in settings.items())
    for name, text in files.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text)


def install_packages(app: Path, scratch: Path) -> None:
    """Those of this repository from their tarballs; all others are found in its own node_modules, above the app."""
    workspaces = [f"--workspace=packages/{package}" for package in PACKAGES]
    # prepack would build once more, under the feet of tests that run beside this one.
    command = ["npm", "pack", "--silent", "--ignore-scripts", f"--pack-destination={scratch}", *workspaces]
    subprocess.run(command, cwd=ROOT, timeout=120, check=True)
    for package in PACKAGES:
        (tarball,) = scratch.glob(f"drawbridge-{package}-*.tgz")
        with tarfile.open(tarball) as archive:
            archive.extractall(scratch / package, filter="data")
        installed = app / "node_modules/@drawbridge" / package
        shutil.copytree(scratch / package / "package", installed)
        # Without these, the workspace's own would be taken in their place, also found above the app.
        described = json.loads((installed / "package.json").read_text())
        assert described["scripts"]["prepack"] == "npm run build"
        exported = described["exports"]["."]
        assert [file for file in exported.values() if not (installed / file).is_file()] == []


@pytest.fixture(scope="module")
def new_bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The app as `next build` and `next start` have it, and the API behind it."""
    app, port, api_port = ROOT / "build/new-app", free_port(), free_port()
    shutil.rmtree(app, ignore_errors=True)
    front_end = FrontEnd(f"http://localhost:{port}", SqliteDatabase(app / "app.db"))
    api_url = f"http://127.0.0.1:{api_port}"
    write_app(
        app,
        {
            "BETTER_AUTH_URL": front_end.url,
            "BETTER_AUTH_SECRET": secrets.token_urlsafe(32),
            "NEXT_PUBLIC_API_URL": api_url,
        },
    )
    install_packages(app, tmp_path_factory.mktemp("packed"))
    quiet = {"NEXT_TELEMETRY_DISABLED": "1"}
    build = Program("build", ["node", NEXT, "build"], quiet, app)
    build.start()
    assert build.wait(300) == 0, build.log()
    start = ["node", NEXT, "start", "-H", "127.0.0.1", "-p", str(port)]
    program = Program("new-app", start, quiet, app, status_of_sigterm=128 + SIGTERM)
    program.start()
    with program.running():
        program.wait_ready(lambda: answers(f"http://127.0.0.1:{port}/api/auth/ok"))
        front_end.database.migrate()
        api = Backend(app, front_end, api_port).start()
        with api.program.running():
            yield SimpleNamespace(front_end=front_end, api_url=api_url, api=api)


def test_who_follows_the_readmes_has_a_page_of_tasks_and_one_of_the_server(new_bridge, visit):
    ada = visit(new_bridge)
    page, account = ada.page, new_account()
    page.goto("/tasks")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="I am new").click()
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
    page.get_by_role("button", name="Sign out").click()
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
