"""From an empty folder to a protected route with a wheel at hand: what the package's README says to type. `pytest -s` shows the
seconds of each step; the aim is 60 in all."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import httpx
from better_auth import BetterAuth
from loopback import answers
from process import free_port, wait_until

from dist import DIST, ROOT, run

README = (ROOT / "bindings/python/README.md").read_text(encoding="utf-8")


def after(heading: str, language: str) -> str:
    """The first block of that language under the heading."""
    section = README.split(f"\n{heading}\n", 1)[1]
    return re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)[1]


def test_the_readme_leads_from_an_empty_folder_to_a_protected_route(tmp_path: Path, issuer: BetterAuth) -> None:
    folder = tmp_path / "api"
    folder.mkdir()
    (folder / "dist").symlink_to(DIST)
    port = free_port()
    env = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or name.startswith("PIP_")},
        "BETTER_AUTH_URL": issuer.url,
        "UVICORN_PORT": str(port),
    }
    person = issuer.sign_up("a")
    took: dict[str, float] = {}

    def step(name: str, *command: str) -> None:
        began = time.monotonic()
        run(command, cwd=folder, env=env)
        took[name] = time.monotonic() - began

    step("venv", "python3", "-m", "venv", ".venv")
    in_environment = ". .venv/bin/activate && "
    step("pip install", "sh", "-ec", in_environment + after("### Without a compiler", "sh"))
    (folder / "main.py").write_text(after("## Protect a route", "python"), encoding="utf-8")
    began = time.monotonic()
    typed = in_environment + "exec env " + after("## Protect a route", "sh").replace("http://localhost:3000", issuer.url)
    server = subprocess.Popen(["sh", "-ec", typed], cwd=folder, env=env)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: server.poll() is not None or answers(f"{url}/docs"), 60, "uvicorn")
        route = f"{url}/api/v1/{person.uuid}/greeting"
        assert httpx.get(route).status_code == 401
        greeted = httpx.get(route, headers={"Authorization": f"Bearer {person.token()}"})
        assert greeted.status_code == 200 and greeted.json().startswith("Hello, ")
        took["the first answer"] = time.monotonic() - began
    finally:
        server.terminate()
        server.wait(20)
    steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items())
    print(f"\nfrom an empty folder to a protected route: {sum(took.values()):.1f} s ({steps})")
