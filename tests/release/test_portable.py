"""The tarball of the program: it runs where there is no C library, from a folder of any name, and by a link to it."""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import httpx
import pytest

from better_auth import BetterAuth
from loopback import answers
from process import free_port, wait_until
from tls import Certificate, TlsFront

from dist import DIST, ROOT, VERSION, run

NAME = f"drawbridge-{VERSION}-linux-{platform.machine()}.tar.gz"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a system with a shell that needs no library, and our folder."""
    root = tmp_path_factory.mktemp("root")
    (root / "bin").mkdir()
    (root / "tmp").mkdir()
    shutil.copy("/bin/busybox", root / "bin")
    for name in ("sh", "dirname", "readlink"):
        (root / "bin" / name).symlink_to("busybox")
    (root / "a folder").mkdir()
    with tarfile.open(DIST / NAME) as tar:
        tar.extractall(root / "a folder", filter="tar")
    (root / "bin/drawbridge").symlink_to(f"/a folder/drawbridge-{VERSION}/bin/drawbridge")
    return root


def in_root(root: Path, *arguments: str, **env: str) -> list[str | Path]:
    settings = [f"{name}={value}" for name, value in env.items()]
    return ["/usr/bin/env", "-i", "PATH=/bin", *settings, "/usr/sbin/chroot", root, "/bin/drawbridge", *arguments]


def test_it_runs_where_there_is_no_c_library(empty: Path) -> None:
    assert not list(empty.glob("lib*"))
    assert run(in_root(empty, "--version")) == f"drawbridge {VERSION}\n"


def test_it_reads_better_auths_keys(empty: Path, issuer: BetterAuth) -> None:
    assert "1 usable" in run(in_root(empty, "jwks", f"{issuer.url}/api/auth/jwks"))


def test_it_serves(empty: Path, issuer: BetterAuth) -> None:
    person, other = issuer.sign_up("a"), issuer.sign_up("b")
    url = f"http://127.0.0.1:{free_port()}"
    env = {
        "BETTER_AUTH_URL": issuer.url,
        "DATABASE_URL": "sqlite:///tmp/app.db",
        "DRAWBRIDGE_LISTEN": url.removeprefix("http://"),
    }
    run(in_root(empty, "migrate", "up", "--with-better-auth", **env))
    token = person.token()
    sent = {"good": token, "changed": token[:-8] + "AAAAAAAA", "of another user": other.token()}
    with subprocess.Popen(in_root(empty, "serve", **env)) as server:
        try:
            wait_until(lambda: server.poll() is not None or answers(f"{url}/readyz"), 30, "the program")
            found = {
                name: httpx.get(f"{url}/api/v1/{person.uuid}/tags", headers={"Authorization": f"Bearer {text}"}).status_code
                for name, text in sent.items()
            }
        finally:
            server.terminate()
    assert found == {"good": 200, "changed": 401, "of another user": 403}


def test_a_name_is_looked_up_by_what_came_with_it(empty: Path) -> None:
    """There is no network for it to ask, so it is the name that is not found, and no library that is missing."""
    command = in_root(empty, "jwks", "https://auth.example.invalid/api/auth/jwks")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "auth.example.invalid" in done.stderr, "shared object" in done.stderr) == (3, True, False)


@pytest.mark.parametrize(
    ("authorities", "status"),
    [
        ("etc/ssl/certs/ca-certificates.crt", 0),
        ("etc/pki/tls/certs/ca-bundle.crt", 0),
        ("etc/ssl/ca-bundle.pem", 0),
        ("etc/ssl/cert.pem", 0),
        ("etc/elsewhere.pem", 3),
    ],
)
def test_https_is_checked_by_the_authorities_of_each_system(
    empty: Path, issuer: BetterAuth, tmp_path: Path, authorities: str, status: int
) -> None:
    certificate = Certificate.new(tmp_path)
    file = empty / authorities
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(certificate.file, file)
    front = TlsFront(certificate).start(issuer.port)
    try:
        done = subprocess.run(
            in_root(empty, "jwks", f"{front.url}/api/auth/jwks"), capture_output=True, text=True, timeout=60, check=False
        )
    finally:
        front.stop()
        file.unlink()
    assert done.returncode == status, done.stderr


@pytest.mark.parametrize(
    ("given", "status"),
    [
        pytest.param({}, 3, id="the system's authorities did not sign it"),
        pytest.param({"DRAWBRIDGE_CA_FILE": "/tmp/private.pem"}, 0, id="the environment names those that did"),
        pytest.param("DRAWBRIDGE_CA_FILE=/tmp/private.pem\n", 0, id="an env file names them"),
    ],
)
def test_authorities_of_ones_own_are_taken_where_the_system_has_others(
    empty: Path, issuer: BetterAuth, tmp_path: Path, given: dict[str, str] | str, status: int
) -> None:
    (tmp_path / "other").mkdir()
    private, other = Certificate.new(tmp_path), Certificate.new(tmp_path / "other")
    shutil.copy(private.file, empty / "tmp/private.pem")
    file = empty / "etc/ssl/cert.pem"
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(other.file, file)
    (empty / "tmp/env").write_text(given if isinstance(given, str) else "")
    environment = given if isinstance(given, dict) else {}
    front = TlsFront(private).start(issuer.port)
    try:
        command = in_root(empty, "jwks", "--env-file", "/tmp/env", f"{front.url}/api/auth/jwks", **environment)
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    finally:
        front.stop()
        file.unlink()
    assert done.returncode == status, done.stderr


def test_what_is_in_it_is_listed(empty: Path) -> None:
    folder = empty / f"a folder/drawbridge-{VERSION}"
    named = {part["name"] for part in json.loads((folder / "libraries.cdx.json").read_bytes())["components"]}
    assert {"libc6", "libcurl4", "libpq5", "libsodium23", "libsqlite3-0", "libssl3"} <= named
    assert {"libsqlitecpp-dev", "libcli11-dev", "hiredis"} <= named  # compiled in
    assert {entry.name for entry in (folder / "licenses").iterdir() if entry.is_dir()} == named
    assert "GPL-3" in {entry.name for entry in (folder / "licenses").iterdir()}


@pytest.mark.long
def test_the_same_commit_gives_the_same_bytes(tmp_path: Path) -> None:
    made = re.search(r"^release_time=(\d+)", (ROOT / "scripts/release_sdist.sh").read_text(), re.MULTILINE)[1]
    again = tmp_path / "again.tar.gz"
    run(
        ["python3", ROOT / "scripts/portable_tarball.py", "--program", ROOT / "build/packages/bin/drawbridge"]
        + ["--version", VERSION, "--time", made, "--out", again]
    )
    assert again.read_bytes() == (DIST / NAME).read_bytes()
