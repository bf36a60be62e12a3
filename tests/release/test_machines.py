"""The wheels where nothing else is installed: from a folder of wheels, by pip alone, without a compiler and without a network.

Only root can make the roots of Debian and change into them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from better_auth import BetterAuth
from loopback import answers
from process import free_port, wait_until

from dist import ROOT, VERSION, run
from machines import TESTS, Debian, Emulated, Here, Machine, Musl


MACHINES = ["bookworm 3.11", "trixie 3.13", "bookworm 3.11 aarch64", "trixie 3.13 aarch64", "musl", "this one"]


@pytest.fixture(scope="module", params=MACHINES)
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    match request.param.split():
        case ["this", "one"]:
            made = Here(tmp_path_factory.mktemp("here"))
        case [suite, python]:
            made = Debian(suite, python)
        case [suite, python, "aarch64"]:
            made = Emulated(suite, python)
        case _:
            made = Musl()
    made.install("drawbridge-auth")
    said = run(made.command("drawbridge", "--version"))
    assert said == f"drawbridge {VERSION}\n"
    requirements = "\n".join(f"{name}" for name in needed_by_the_tests())
    (made.folder / "requirements.txt").write_text(requirements)
    made.install("--no-deps", "-r", made.path("requirements.txt"))
    return made


def needed_by_the_tests() -> list[str]:
    return re.findall(r"^[\w.-]+==[^\s;]+(?: ; [^\\\n]+)?", (TESTS / "requirements.txt").read_text(), re.MULTILINE)


# "this one" has a compiler, and only hides it: its PATH leads nowhere.
@pytest.mark.parametrize("machine", MACHINES[:-1], indirect=True, scope="module")
def test_there_is_no_compiler(machine: Machine) -> None:
    script = (
        "import shutil; print([name for name in ('cc', 'c++', 'gcc', 'g++', 'clang', 'make') if shutil.which(name)])"
    )
    assert run(machine.command("python", "-c", script)) == "[]\n"


def test_its_own_tests_pass(machine: Machine) -> None:
    """Those that need nothing of the repository but themselves."""
    copy_of_the_repository(machine.folder / "repository")
    tests = Path("repository") / TESTS.relative_to(ROOT)
    chosen = [machine.path(str(tests.parent / word)) if word.startswith("tests") else word for word in machine.tests]
    options = ["-q", "-p", "no:cacheprovider", "-m", "not repository and not long", *chosen]
    said = run(machine.command("python", "-m", "pytest", *options), seconds=900)
    assert re.search(r"\b\d{3,} passed", said.splitlines()[-1]), said[-2000:]


def copy_of_the_repository(target: Path) -> None:
    """Of its files, without the package itself: the tests look at documents and helpers beside them."""
    listed = run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "--", ":!bindings/python/drawbridge"])
    for name in filter(lambda name: (ROOT / name).is_file(), listed.splitlines()):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target / name)


def first_example() -> str:
    """That of the package's README, as it stands there."""
    text = (TESTS.parent / "README.md").read_text(encoding="utf-8")
    return re.search(r"```python\n(# main\.py\n.*?)```", text, re.DOTALL)[1]


def test_a_route_is_protected(machine: Machine, issuer: BetterAuth) -> None:
    """With uvicorn and a real Better Auth."""
    (machine.folder / "main.py").write_text(first_example())
    port = free_port()
    command = machine.command(
        *("python", "-m", "uvicorn", "--app-dir", machine.path("."), "--port", str(port), "main:app"),
        network=True,
        BETTER_AUTH_URL=issuer.url,
    )
    person, other = issuer.sign_up("a"), issuer.sign_up("b")
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: server.poll() is not None or answers(f"{url}/docs"), 60, "uvicorn")
        got = {
            name: httpx.get(f"{url}/api/v1/{person.uuid}/greeting", headers={"Authorization": f"Bearer {token}"})
            for name, token in (("own", person.token()), ("other's", other.token()), ("none", "none"))
        }
        assert {name: answer.status_code for name, answer in got.items()} == {"own": 200, "other's": 403, "none": 401}
        assert got["own"].json().startswith("Hello, ")
    finally:
        server.kill()  # with what it started: unshare passes no other signal on
        server.wait(20)
