"""The releases of Better Auth that docs/compatibility.md lists, each with the whole bridge."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from conftest import PRODUCTS, NewDatabase, Starter, StartSetUp
from findings import only
from process import ROOT
from token_forgery import claims_of, header_of

PACKAGES = {
    "oldest": "better-auth-oldest",
    "newest": "better-auth",
}  # as they are installed
ISSUER = ROOT / "tests/e2e/issuer"


def version_of(package: Path) -> str:
    return str(json.loads((package / "package.json").read_text())["version"])


def installed(which: str) -> Path:
    return ROOT / "node_modules" / PACKAGES[which]


def run(command: list[str], folder: Path, seconds: float) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def bundle_of(package: str, folder: Path) -> Path:
    """The tests' Better Auth over that package."""
    run(["node", str(ISSUER / "bundle.mjs"), str(folder), package], ROOT, seconds=300)
    return folder


def try_bridge(start_set_up: StartSetUp, product: str, bundle: Path) -> None:
    set_up = start_set_up(product, bundle=bundle, rotate_every=3600)
    person, token = set_up.person, set_up.token
    assert header_of(token)["alg"] == "EdDSA"
    assert claims_of(token)["uuid"] == person.uuid
    bearer = {"Authorization": f"Bearer {token}"}
    own, others = (
        f"{set_up.backend.url}/api/v1/{user}/tasks" for user in (person.uuid, set_up.issuer.sign_up("bob").uuid)
    )
    with httpx.Client(trust_env=False, timeout=30, headers=bearer) as client:
        assert client.get(own).status_code == 200
        assert client.get(others).json()["code"] == "user_mismatch"
        set_up.issuer.database.execute("""update jwks set "expiresAt" = '2026-01-01T00:00:00.000Z'""")
        new = person.token()
        assert header_of(new)["kid"] != header_of(token)["kid"]
        assert client.get(own, headers={"Authorization": f"Bearer {new}"}).status_code == 200
    only(set_up.examine(token=new))


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Below build/, from where pg and libsql are found."""
    folder = ROOT / "build/issuer-versions"
    return {which: bundle_of(package, folder / which) for which, package in PACKAGES.items()}


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("which", PACKAGES)
def test_a_release_works(start_set_up: StartSetUp, bundles: dict[str, Path], which: str, product: str):
    try_bridge(start_set_up, product, bundles[which])


def other_releases() -> list[str]:
    """Those of 1.7 that npm has beside the two that are installed, or what DRAWBRIDGE_TEST_RELEASES names."""
    if named := os.environ.get("DRAWBRIDGE_TEST_RELEASES"):
        return named.split(",")
    there = [version_of(installed(which)) for which in PACKAGES]
    asked = run(["npm", "view", f"better-auth@>{there[0]} <1.8.0", "version", "--json"], ROOT, seconds=120)
    versions = json.loads(asked)
    releases = {versions} if isinstance(versions, str) else set(versions)
    return sorted(releases.difference(there), key=lambda version: [int(part) for part in version.split(".")])


def pack_plugin(folder: Path) -> Path:
    command = ["npm", "pack", "-w", "packages/better-auth", "--silent", "--pack-destination", str(folder)]
    return folder / run(command, ROOT, seconds=300).split()[-1]


def install(version: str, plugin: Path, folder: Path) -> Path:
    """A project with that release, the plugin as it is packed, and the tests' Better Auth."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    needed = json.loads((ISSUER / "package.json").read_text())["dependencies"]
    needed |= {"better-auth": version, "@better-auth/core": version, "@drawbridge/better-auth": f"file:{plugin}"}
    project = {"private": True, "type": "module", "dependencies": needed, "overrides": {"kysely": needed["kysely"]}}
    (folder / "package.json").write_text(json.dumps(project))
    # Its plugin for keys is of another release, and wants other versions of what both are made of.
    run(["npm", "install", "--legacy-peer-deps", "--prefer-offline", "--no-audit", "--no-fund"], folder, seconds=900)
    for file in ISSUER.glob("*.mjs"):
        shutil.copy(file, folder / file.name)
    (folder / "server.mjs").rename(folder / "server.js")
    assert version_of(folder / "node_modules/better-auth") == version
    return folder


@pytest.mark.long
def test_every_other_release_works(
    subtests: pytest.Subtests,
    capfd: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
    new_database: NewDatabase,
):
    """Its short sister is the oldest and the newest, above. Some 15 s a release, and six minutes in all, where nothing else
    runs: the next release is installed while one is tried. Beside a whole CI run and more it took 43 minutes."""
    folder = ROOT / "build/issuer-versions"
    folder.mkdir(parents=True, exist_ok=True)
    plugin = pack_plugin(folder)
    failed: list[str] = []
    with ThreadPoolExecutor(1) as beside:
        projects = {version: beside.submit(install, version, plugin, folder / version) for version in other_releases()}
        for version, project in projects.items():
            began = time.monotonic()
            failed.append(version)
            with subtests.test(f"Better Auth {version}"), ExitStack() as stopping:
                try_bridge(Starter(tmp_path_factory, new_database, stopping).set_up, "sqlite", project.result())
                failed.remove(version)
            said = "fails" if version in failed else "works"
            with capfd.disabled():
                print(f"\nBetter Auth {version} {said}, after {time.monotonic() - began:.0f} s", file=sys.stderr)
            shutil.rmtree(folder / version, ignore_errors=True)
    assert failed == []


def test_those_are_the_releases_that_the_document_lists():
    text = (ROOT / "docs/compatibility.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| `1.7.")]
    assert rows[:2] == [f"`{version_of(installed(which))}`" for which in PACKAGES]
