"""Every block of code in the documents is run, here or by a test that is named here.

Of TypeScript, packages/better-auth/tests/readme.test.ts runs the README's, what makes a Better Auth, and the package's own.
Fragments are compiled; the components of the packages' READMEs are run in a browser, in an app that has nothing else.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from conftest import Bridge
from documents import ROOT, Block, blocks
from loopback import answers, get
from process import DRAWBRIDGE, Program, free_port

PROGRAM = ("drawbridge ", "printf %s ")

# Where blocks are run that are not run here: by document and language, or by the name of one block.
ELSEWHERE = {
    "bindings/python/README.md python": "bindings/python/tests/test_readme.py",
    "packages/better-auth/README.md ts": "packages/better-auth/tests/readme.test.ts",
    "packages/better-auth/README.md tsx": "tests/web/test_new_app.py",
    "packages/client/README.md ts": "packages/client/tests/readme.test.ts",
    "packages/client/README.md tsx": "tests/web/test_new_app.py",
    "docs/own-api.md python": "bindings/python/tests/test_own_api.py",
    "docs/own-api.md ts": "tests/web/test_own_api.py",
    "docs/own-api.md tsx": "tests/web/test_own_api.py",
    "README.md cpp": "tests/package/package_test.py",
    "examples/beast/README.md sh": "tests/package/package_test.py",
    "examples/grpc/README.md sh": "tests/release/test_grpc.py",
    "README.ja.md cpp": "tests/docs/test_languages.py",
    "docs/cpp.md cpp": "tests/package/package_test.py",
    "README.md: ./dev run": "tests/e2e/test_dev.py",
    "README.ja.md: ./dev run": "tests/e2e/test_dev.py",
    "examples/web/README.md: ./dev run": "tests/e2e/test_dev.py",
    "examples/fastapi/README.md: ./dev run --backend fastapi": "tests/e2e/test_dev.py",
    "docs/cpp.md: cmake -B build/library -DCMAKE_BUILD_TYPE=Release -DDRAWBRIDGE_PROGRAM=OFF": "tests/package/consumers_test.py",
    "skills/drawbridge/SKILL.md: ./dev build release": "tests/package/package_test.py",
    'docs/postgresql.md: export DATABASE_URL="postgresql://app@db.example.com/app?options=-csearch_path%3Dapp,auth"': (
        "tests/migrate/test_schemas.py"
    ),
    "bindings/python/README.md: curl -c jar -H 'Origin: http://localhost:3000' -H 'Content-Type: application/json' \\": (
        "bindings/python/tests/test_real_sessions.py"
    ),
    "docs/metrics.md python": "bindings/python/tests/test_metrics.py",
    "docs/uuid-ids.md sh": "tests/migrate/test_changing_ids.py",
    **{
        f"docs/{orm}.md {language}": "tests/projects/test_projects.py"
        for orm in ("drizzle", "prisma")
        for language in ("sh", "python", "ts")
    },
}
# What would fetch packages or change the machine: its commands are looked at in test_commands.py, no more.
NOT_RUN = {
    "apt install ./dist/drawbridge_": "changes the machine; tests/release/test_deploying.py types it in another",
    "tar -xzf dist/drawbridge-": "changes the machine; tests/release/test_portable.py runs what is in it",
    'skopeo copy oci-archive:"': "needs Docker; tests/release/test_image.py runs the image's root",
    "npm install": "fetches packages",
    "python3 -m venv ../api/.venv": "makes a folder outside; test_the_first_app_in_fastapi starts the app on a free port",
    "pip install": "what it installs is in the environment of these tests, built by the same command",
    "BETTER_AUTH_URL=http://localhost:3000\nBETTER_AUTH_SECRET=": "a file of settings, not commands",
    "BETTER_AUTH_URL=http://localhost:3000 uvicorn": "test_the_first_app_in_fastapi starts it, on a free port",
    "BETTER_AUTH_URL=http://localhost:3000 BETTER_AUTH_SECRET=… uvicorn": "test_readme.py runs its app so",
    "./dev build release            # the C++ program": "tests/e2e/fastapi_backend.py starts the example so, on a free port",
    "./dev test fastapi": "a suite by itself",
    "npm ci": "what it does, each suite does",
    "DRAWBRIDGE_TEST_BACKEND=fastapi pytest": "the suite fastapi",
    "export DATABASE_URL=postgresql://app@db.example.com": "needs that server; tests/postgres/test_role.py does the same",
}


def is_of_the_program(block: Block) -> bool:
    lines = block.code.replace("\\\n", " ").splitlines()
    return (
        block.language == "sh"
        and all(
            line.startswith((*PROGRAM, "export ", "DATABASE_URL="))
            for line in lines
            if line and not line.startswith("#")
        )
        and "drawbridge" in block.code
    )


def is_elsewhere(block: Block) -> bool:
    return f"{block.document} {block.language}" in ELSEWHERE or block.name in ELSEWHERE


RUN_HERE = [block for block in blocks("sh") if is_of_the_program(block) and not is_elsewhere(block)]
APPS = [
    block
    for block in blocks("python")
    if block.code.startswith("# main.py") and block.document not in ("docs/drizzle.md", "docs/prisma.md")
]
SNIPPETS = [block for block in blocks("ts", "tsx") if not is_elsewhere(block)]
DOCUMENTS_OF_ERRORS = blocks("json")


def test_no_block_is_forgotten() -> None:
    known = {*RUN_HERE, *APPS, *SNIPPETS, *DOCUMENTS_OF_ERRORS}
    forgotten = [
        block.name
        for block in blocks("sh", "python", "ts", "tsx", "json", "cpp")
        if block not in known and not is_elsewhere(block) and not block.code.startswith(tuple(NOT_RUN))
    ]
    assert forgotten == []
    assert [place for place in ELSEWHERE.values() if not (ROOT / place).is_file()] == []


@pytest.mark.parametrize("block", RUN_HERE, ids=lambda block: block.name)
def test_commands_do_what_they_say(block: Block, bridge: Bridge, tmp_path: Path) -> None:
    """As they stand, but for where Better Auth, the API and the database are."""
    if "drawbridge serve" in block.code:
        block = Block(block.document, block.language, block.code.replace("drawbridge serve", "drawbridge serve --help"))
    script = block.code.replace("http://localhost:3000", bridge.issuer.url).replace(
        "http://localhost:8000", bridge.backend.url
    )
    script = script.replace("https://api.example.com", bridge.backend.url)
    for url in ("postgresql://app@localhost/app", "sqlite:///srv/app/app.db"):
        script = script.replace(url, bridge.issuer.database.serve_url)
    (tmp_path / ".env").write_text(f"BETTER_AUTH_URL={bridge.issuer.url}\n")
    (tmp_path / "drawbridge").symlink_to(DRAWBRIDGE)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "TOKEN": bridge.alice.token(),
        "COOKIE": bridge.alice.browser.cookies["better-auth.session_token"],
        "DATABASE_URL": bridge.issuer.database.serve_url,
    }
    if "BETTER_AUTH_URL" not in script and "better-auth-url" not in script:
        environment["BETTER_AUTH_URL"] = bridge.issuer.url
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    # On this machine http is not https, which is what --production finds.
    expected = 1 if "--production" in script else 0
    assert done.returncode == expected, done.stdout + done.stderr


@pytest.mark.parametrize("block", APPS, ids=lambda block: block.document)
def test_the_first_app_in_fastapi(block: Block, bridge: Bridge, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(block.code)
    port = free_port()
    command: list[str | Path] = [ROOT / ".venv/bin/uvicorn", "main:app", "--port", str(port)]
    app = Program("uvicorn", command, {"BETTER_AUTH_URL": bridge.issuer.url}, tmp_path, status_of_sigterm=-15)
    app.start()
    url = f"http://127.0.0.1:{port}"
    app.wait_ready(lambda: answers(f"{url}/docs"))
    bearer = {"Authorization": f"Bearer {bridge.alice.token()}"}
    try:
        mine = f"{url}/api/v1/{bridge.alice.uuid}/greeting"
        assert get(mine).json()["code"] == "token_missing"
        assert get(mine, bearer).json() == "Hello, alice"
        other = f"{url}/api/v1/00000000-0000-4000-8000-000000000000/greeting"
        assert get(other, bearer).json()["code"] == "user_mismatch"
        assert faults_of_doctor(bridge, url) == {"cors.preflight"}  # which is the next thing on the package's page
    finally:
        app.stop()


def faults_of_doctor(bridge: Bridge, api_url: str) -> set[str]:
    """What the command of the package's page finds with its first app, given a token."""
    (command,) = [
        block.code
        for block in blocks("sh")
        if block.document == "bindings/python/README.md" and "drawbridge doctor" in block.code
    ]
    command = command.replace("http://localhost:3000", bridge.issuer.url).replace("http://localhost:8000", api_url)
    done = subprocess.run(
        ["bash", "-euc", f"{command.strip()} --json"],
        env={"PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}", "DRAWBRIDGE_TOKEN": bridge.alice.token()},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    return {check["id"] for check in json.loads(done.stdout)["checks"] if check["status"] == "fault"}


# What a fragment leaves to the file that it is put into.
FRAME = """
declare function drawbridge(
  options?: import("@drawbridge/better-auth").DrawbridgeOptions,
): import("better-auth").BetterAuthPlugin;
declare const jwt: typeof import("better-auth/plugins").jwt;
declare const betterAuth: typeof import("better-auth").betterAuth;
declare const uuid: string;
declare const authClient: import("@drawbridge/client").BetterAuthClient;
"""


def framed(code: str) -> str:
    """With those statements of the frame whose names the fragment does not bring itself."""
    brought = re.findall(r"import (\{.*?\})|const (\w+)", code, re.DOTALL)
    names = {name for found in brought for name in re.findall(r"\w+", " ".join(found))}
    statements = re.split(r"(?<=;)\n", FRAME.strip())
    return "\n".join([one for one in statements if re.split(r"[ (:]+", one)[2] not in names] + [code])


def test_what_is_typescript_compiles() -> None:
    folder = ROOT / "build/docs-typescript"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.ts"):
        old.unlink()
    for index, block in enumerate(SNIPPETS):
        code = block.code
        if code.startswith("plugins: "):
            code = f"betterAuth({{ {code.strip()} }});\n"
        (folder / f"block-{index}.ts").write_text(f"// {block.document}\n{framed(code)}\nexport {{}};\n")
    options = {
        "extends": "../../tsconfig.base.json",
        "compilerOptions": {
            "noEmit": True,
            "declaration": False,
            "module": "ESNext",
            "moduleResolution": "Bundler",
            "lib": ["ES2023", "DOM"],
            "types": ["node"],
            "rootDir": ".",
            "composite": False,
            "isolatedDeclarations": False,
            "noUnusedLocals": False,
        },
        "include": ["*.ts"],
    }
    (folder / "tsconfig.json").write_text(json.dumps(options))
    done = subprocess.run(
        ["npx", "--no", "tsc", "--", "-p", folder], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("block", DOCUMENTS_OF_ERRORS, ids=lambda block: block.document)
def test_the_error_is_what_the_api_answers(block: Block, bridge: Bridge) -> None:
    shown = json.loads(block.code)
    answer = bridge.backend.call("GET", "/api/v1/me").json()
    assert set(answer) == set(shown)
    assert shown["type"] == f"urn:drawbridge:error:{shown['code']}"
