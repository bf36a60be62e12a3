"""A new Next.js app: the packages as `npm pack` makes them, blocks of documents, and nothing of examples/web."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM

from playwright.sync_api import Page

from database import SqliteDatabase
from front_end import NEXT
from loopback import answers
from process import ROOT, Program

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


def blocks_of(document: str) -> dict[str, str]:
    """Where a name has several blocks, as lib/auth.ts has for each database, the first: on SQLite."""
    return dict(reversed(BLOCK.findall((ROOT / document).read_text())))


def write_app(app: Path, blocks: dict[str, str], settings: dict[str, str]) -> None:
    shutil.rmtree(app, ignore_errors=True)
    files = {"app/layout.tsx": LAYOUT, "tsconfig.json": json.dumps(TSCONFIG), "package.json": '{"private": true}'}
    files |= blocks
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


QUIET = {"NEXT_TELEMETRY_DISABLED": "1"}


def build_app(app: Path) -> None:
    build = Program("build", ["node", NEXT, "build"], QUIET, app)
    build.start()
    assert build.wait(300) == 0, build.log()


@contextmanager
def running_app(app: Path, port: int) -> Iterator[Program]:
    """As `next start` has it. Better Auth answers by then, and its tables are there."""
    start = ["node", NEXT, "start", "-H", "127.0.0.1", "-p", str(port)]
    program = Program("new-app", start, QUIET, app, status_of_sigterm=128 + SIGTERM)
    program.start()
    with program.running():
        program.wait_ready(lambda: answers(f"http://127.0.0.1:{port}/api/auth/ok"))
        yield program


def choose_to_sign_up(page: Page) -> None:
    """On the page for signing in, once React has taken it over: a click before that is lost."""
    button = page.get_by_role("button", name="I am new")
    is_of_react = "button => Object.keys(button).some(key => key.startsWith('__reactProps'))"
    page.wait_for_function(is_of_react, arg=button.element_handle())
    button.click()
