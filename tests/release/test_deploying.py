"""docs/deploying.md, typed by an operator in a Debian 12 that has nothing: apt installs the package with what it needs, the tables are
made, and the program of the unit serves. systemd itself does not run there.

Only root can make that Debian and change into it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from better_auth import BetterAuth
from private_postgres import PrivatePostgres
from process import free_port, wait_until

from dist import DIST, MADE, ROOT, VERSION, run
from machines import archive, in_root

pytestmark = pytest.mark.long

PAGE = (ROOT / "docs/deploying.md").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy/drawbridge.service").read_text(encoding="utf-8")
STARTS = "systemctl enable --now drawbridge\n"
ACCOUNT = "61184"  # the first of those that systemd gives to a unit with DynamicUser


def typed(heading: str) -> str:
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.search(r"```sh\n(.*?)```", section, re.DOTALL)[1]


@pytest.fixture(scope="module")
def machine() -> Iterator[Path]:
    """Each run has a copy, in which nothing is installed yet."""
    made, root = MADE / "roots/bookworm-bare", MADE / "roots/bookworm-installed"
    if not (made / "made").exists():
        shutil.rmtree(made, ignore_errors=True)
        run(["debootstrap", "--variant=minbase", "bookworm", made, archive()], seconds=1200)
        (made / "made").touch()
    shutil.rmtree(root, ignore_errors=True)
    run(["cp", "--archive", made, root])
    (root / "dist").mkdir()
    for deb in DIST.glob("*.deb"):
        shutil.copy(deb, root / "dist")
    yield root
    shutil.rmtree(root)


def sh(machine: Path, script: str) -> str:
    script = f"export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive\n{script}"
    return run(in_root(machine, "/bin/sh", "-exc", script, network=True))


def test_the_page_leads_to_a_ready_api(machine: Path, tmp_path: Path) -> None:
    """On PostgreSQL, where `serve` makes no table by itself."""
    listen = f"127.0.0.1:{free_port()}"
    with PrivatePostgres(tmp_path).running() as postgres:
        issuer = BetterAuth(tmp_path, postgres.new_database()).start()
        try:
            page = typed("Debian 12").replace("https://app.example.com", issuer.url).replace("apt install ", "apt install --yes ")
            page = page.replace("postgresql://app@localhost/app", f"{issuer.database.url} DRAWBRIDGE_LISTEN={listen}")
            install, _, asks = page.partition(STARTS)
            sh(machine, f"apt-get update\n{install}")
            assert sh(machine, "drawbridge --version").endswith(f"drawbridge {VERSION}\n")
            assert serves(machine, issuer, listen, asks) == {"own": 200, "other's": 403, "none": 401}
        finally:
            issuer.stop()


def serves(machine: Path, issuer: BetterAuth, listen: str, asks: str) -> dict[str, int]:
    """What the unit starts, as an account without rights; `asks` is what the page asks it when it has started."""
    started = re.search(r"^ExecStart=(.*)", UNIT, re.MULTILINE)[1]
    read = f"set -a; . {re.search('^EnvironmentFile=(.*)', UNIT, re.MULTILINE)[1]}"
    without_rights = f"setpriv --reuid={ACCOUNT} --regid={ACCOUNT} --clear-groups --pdeathsig KILL {started}"
    server = subprocess.Popen(in_root(machine, "/bin/sh", "-ec", f"{read}; exec {without_rights}", network=True))
    asked = in_root(machine, "/bin/sh", "-ec", f"{read}; {asks}", network=True)
    try:
        wait_until(lambda: server.poll() is not None or subprocess.run(asked, capture_output=True).returncode == 0, 30, "the program")
        assert server.poll() is None, "it ended at its start"
        person, other = issuer.sign_up("a"), issuer.sign_up("b")
        tokens = {"own": person.token(), "other's": other.token(), "none": None}
        return {
            name: httpx.get(
                f"http://{listen}/api/v1/{person.uuid}/tasks", headers={"Authorization": f"Bearer {token}"} if token else {}
            ).status_code
            for name, token in tokens.items()
        }
    finally:
        server.kill()
        server.wait(20)
