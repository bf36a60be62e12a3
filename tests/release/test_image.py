"""The image: a file by the format of the Open Container Initiative, whose root runs with no rights, read-only, and nothing else in it.

Only root may make files of another account and change the root folder.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import yaml
from better_auth import BetterAuth
from private_postgres import PrivatePostgres
from process import free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
VERSION = (ROOT / "VERSION").read_text(encoding="utf-8").strip()
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def image() -> dict[str, bytes]:
    (file,) = (ROOT / "dist").glob(f"drawbridge-{VERSION}-*.oci.tar")
    with tarfile.open(file) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}


def blob(image: dict[str, bytes], descriptor: dict) -> bytes:
    algorithm, _, digest = descriptor["digest"].partition(":")
    content = image[f"blobs/{algorithm}/{digest}"]
    assert (algorithm, hashlib.sha256(content).hexdigest(), len(content)) == ("sha256", digest, descriptor["size"])
    return content


@pytest.fixture(scope="module")
def manifest(image) -> dict:
    assert json.loads(image["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    (descriptor,) = json.loads(image["index.json"])["manifests"]
    return json.loads(blob(image, descriptor))


@pytest.fixture(scope="module")
def config(image, manifest) -> dict:
    return json.loads(blob(image, manifest["config"]))


@pytest.fixture(scope="module")
def layer(image, manifest, config) -> bytes:
    (descriptor,) = manifest["layers"]
    content = gzip.decompress(blob(image, descriptor))
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(content).hexdigest()}"]
    return content


@pytest.fixture(scope="module")
def root(layer, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("image")
    folder.chmod(0o755)
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        tar.extractall(folder, filter="tar")
    return folder


# Its own account, processes and mounts; its root is read-only, but for the volume.
AS_A_CONTAINER = """
    mount --bind {root} {root}
    cd {root}
    mount -t proc proc proc
    mount --rbind /dev dev
    mount -t sysfs -o ro sysfs sys
    {volume}
    mount -o remount,bind,ro {root}
    exec unshare --root=. --wd={folder} --setgid={user} --setuid={user} /usr/bin/drawbridge "$@"
"""


def command_in(root: Path, config: dict, *arguments: str, volume: Path | None = None, **env: str) -> list[str]:
    """As a container runs it, with the environment of the image, and this machine's network."""
    mounted = f"mount --bind {volume} data" if volume else ""
    user, folder = config["config"]["User"].partition(":")[0], config["config"]["WorkingDir"]
    script = "set -e\n" + AS_A_CONTAINER.format(root=root, volume=mounted, user=user, folder=folder)
    settings = [*config["config"]["Env"], *(f"{name}={value}" for name, value in env.items())]
    unshared = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script, "sh", *arguments]
    return ["env", "-i", *settings, "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *unshared]


def run_in(root: Path, config: dict, *arguments: str, volume: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    command = command_in(root, config, *arguments, volume=volume, **env)
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_it_is_small(layer):
    assert len(layer) <= 60 * MEGABYTE


def test_it_has_no_rights_and_says_how_it_is_run(config):
    run = config["config"]
    assert (run["User"], run["Entrypoint"], run["Cmd"]) == ("65532:65532", ["/usr/bin/drawbridge"], ["serve"])
    assert (list(run["Volumes"]), list(run["ExposedPorts"]), run["StopSignal"]) == (["/data"], ["8000/tcp"], "SIGTERM")


def test_nothing_else_can_be_run_in_it(layer):
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        entries = {entry.name: entry for entry in tar}
    programs = [name for name, entry in entries.items() if entry.isfile() and entry.mode & 0o111 and ".so" not in name]
    assert programs == ["usr/bin/drawbridge"]
    assert [name for name, entry in entries.items() if entry.mode & 0o6000] == []
    assert [name for name, entry in entries.items() if entry.mode & 0o002] == ["tmp"]
    assert (entries["data"].uid, entries["data"].mode) == (65532, 0o700)
    assert {name: entries[name].mode for name in ("proc", "dev", "sys")} == {"proc": 0o555, "dev": 0o555, "sys": 0o555}


def test_it_runs_without_rights_in_a_root_that_is_read_only(root, config):
    done = run_in(root, config, "--version")
    assert (done.returncode, done.stdout) == (0, f"drawbridge {VERSION}\n"), done.stderr


def test_its_health_check_is_run_by_the_program_itself(root, config):
    """No server runs here, so what it says is that none answered."""
    command = config["config"]["Healthcheck"]["Test"]
    assert command == ["CMD", "/usr/bin/drawbridge", "ready"]
    done = run_in(root, config, *command[2:])
    assert (done.returncode, "http://127.0.0.1:8000/readyz did not answer" in done.stderr) == (3, True), done.stderr


def test_it_finds_what_resolves_names_and_checks_certificates(root, config):
    """With no network it is the name that is not found, and no library that is missing."""
    done = run_in(root, config, "jwks", "https://auth.example.invalid/api/auth/jwks")
    assert done.returncode == 3
    assert "auth.example.invalid" in done.stderr
    assert "certificate" not in done.stderr


def test_it_writes_to_its_volume_alone(root, config):
    done = run_in(root, config, "migrate", "up", DATABASE_URL="sqlite:///data/app.db")
    assert (done.returncode, "cannot be opened" in done.stderr) == (3, True), done.stderr


def test_it_serves_from_its_volume(root, config, tmp_path):
    """A file of SQLite in the volume, which Better Auth has, too."""
    volume = tmp_path / "volume"
    volume.mkdir(mode=0o700)
    issuer = BetterAuth(volume).start()
    for path in (volume, *volume.iterdir()):
        shutil.chown(path, 65532, 65532)
    try:
        serve_and_ask(root, config, issuer, volume, "sqlite:///data/app.db")
    finally:
        issuer.stop()


def test_it_serves_from_postgresql(root, config, tmp_path):
    """Which the image's `migrate up` prepares; `serve` makes no table there."""
    volume = tmp_path / "volume"
    volume.mkdir(mode=0o700)
    shutil.chown(volume, 65532, 65532)
    with PrivatePostgres(tmp_path).running() as postgres:
        issuer = BetterAuth(tmp_path, postgres.new_database()).start()
        try:
            serve_and_ask(root, config, issuer, volume, issuer.database.url)
        finally:
            issuer.stop()


def serve_and_ask(root: Path, config: dict, issuer: BetterAuth, volume: Path, database: str) -> None:
    """What docs/deploying.md has an operator do: the tables first, then `serve`, as process 1, until SIGTERM."""
    port = free_port()
    env = {"BETTER_AUTH_URL": issuer.url, "DATABASE_URL": database, "DRAWBRIDGE_LISTEN": f"0.0.0.0:{port}"}
    migrated = run_in(root, config, "migrate", "up", volume=volume, **env)
    assert migrated.returncode == 0, migrated.stderr

    person = issuer.sign_up("a")
    given = {"Authorization": f"Bearer {person.token()}"}
    tasks = f"http://127.0.0.1:{port}/api/v1/{person.uuid}/tasks"
    ready = config["config"]["Healthcheck"]["Test"][2:]
    server = subprocess.Popen(command_in(root, config, *config["config"]["Cmd"], volume=volume, **env))
    try:
        wait_until(
            lambda: server.poll() is not None or run_in(root, config, *ready, volume=volume, **env).returncode == 0,
            *(30, "the image is ready"),
        )
        assert server.poll() is None
        made = httpx.post(tasks, headers=given, json={"title": "written"})
        listed, refused = httpx.get(tasks, headers=given), httpx.get(tasks)
        os.kill(process_1_of(server), signal.SIGTERM)
        assert server.wait(30) == 0
    finally:
        if server.poll() is None:
            os.kill(process_1_of(server), signal.SIGKILL)
            server.wait(20)
    assert (made.status_code, listed.status_code) == (201, 200), made.text + listed.text
    assert [task["title"] for task in listed.json()["items"]] == ["written"]
    assert (refused.status_code, refused.json()["code"]) == (401, "token_missing")


def process_1_of(unshared: subprocess.Popen) -> int:
    """As this machine counts it."""
    (child,) = Path(f"/proc/{unshared.pid}/task/{unshared.pid}/children").read_text().split()
    return int(child)


def test_compose_makes_the_tables_before_it_serves(root, config):
    """Compose itself is not here: what it would run is in the image, and nothing has more rights than it needs."""
    services = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))["services"]
    assert list(services) == ["migrate", "api"]
    assert services["api"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    for name, service in services.items():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
        assert service["environment"]["DATABASE_URL"].startswith("postgresql://"), name
        done = run_in(root, config, *service.get("command", config["config"]["Cmd"]), "--help")
        assert done.returncode == 0, done.stderr
    assert "ports" not in services["migrate"]
    assert services["api"]["healthcheck"]["test"] == config["config"]["Healthcheck"]["Test"]


def test_what_is_in_it_is_listed(layer):
    (file,) = (ROOT / "dist").glob(f"drawbridge-{VERSION}-*.image.cdx.json")
    bill = json.loads(file.read_bytes())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    named = {part["name"] for part in bill["components"]}
    assert {"libc6", "libcurl4", "libpq5", "libsodium23", "libsqlite3-0", "libssl3"} <= named
    assert {"libsqlitecpp-dev", "libcli11-dev", "hiredis"} <= named  # compiled in
    assert "ca-certificates" in named
    of_debian = {part["name"]: part["purl"] for part in bill["components"] if part["name"] != "hiredis"}
    form = r"pkg:deb/debian/%s@[^?]+\?arch=(amd64|arm64|all)&distro=debian-\d+&upstream=[^&]+"
    assert [purl for name, purl in of_debian.items() if not re.fullmatch(form % re.escape(quote(name)), purl)] == []
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        texts = {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile() and "/share/doc/" in entry.name}
        common = {entry.name for entry in tar if "/common-licenses/" in entry.name}
    assert {name.split("/")[3] for name in texts} == {*named, "drawbridge"}
    assert [name for name, text in texts.items() if b"opyright" not in text] == []
    assert {"usr/share/common-licenses/GPL-3", "usr/share/common-licenses/LGPL-2.1"} <= common


def test_hiredis_is_listed_as_it_is_linked():
    (file,) = (ROOT / "dist").glob(f"drawbridge-{VERSION}-*.image.cdx.json")
    (part,) = [part for part in json.loads(file.read_bytes())["components"] if part["name"] == "hiredis"]
    header = (ROOT / "build/hiredis/source/vendor/hiredis/hiredis.h").read_text(encoding="utf-8")
    assert f"#define HIREDIS_SONAME {part['version']}\n" in header
    assert part["purl"] == f"pkg:github/redis/hiredis@v{part['version']}"


@pytest.mark.long
def test_the_same_commit_gives_the_same_bytes(tmp_path):
    (made,) = (ROOT / "dist").glob(f"drawbridge-{VERSION}-*.oci.tar")
    time = re.search(r"^release_time=(\d+)", (ROOT / "scripts/release_sdist.sh").read_text(encoding="utf-8"), re.MULTILINE)[1]
    again = tmp_path / "again.oci.tar"
    program = ROOT / "build/packages/bin/drawbridge"
    command = ["python3", ROOT / "scripts/oci_image.py", "--program", program, "--version", VERSION, "--time", time, "--out", again]
    subprocess.run(command, check=True, capture_output=True)
    assert again.read_bytes() == made.read_bytes()
