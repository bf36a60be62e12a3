"""The image: a file by the format of the Open Container Initiative, whose root runs with no rights, read-only, and nothing else in it.

Only root may make files of another account and change the root folder.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import subprocess
import tarfile
from pathlib import Path
from urllib.parse import quote

import pytest

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


def run_in(root: Path, config: dict, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """As a container runs it: its own account, its root read-only, and the environment of the image."""
    read_only = f"mount --bind {root} {root} && mount -o remount,bind,ro {root} && exec chroot --userspec={config['config']['User']}"
    settings = [*config["config"]["Env"], *(f"{name}={value}" for name, value in env.items())]
    command = f'{read_only} {root} /usr/bin/drawbridge "$@"'
    return subprocess.run(
        ["env", "-i", *settings, "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "unshare", "--mount", "sh", "-c", command, "sh", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


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
