"""An image of the program as a file, by the image format of the Open Container Initiative, with nothing but Python.

Its one layer has the program, the shared libraries that it needs, the certificates of authorities, all their licences, and an account
without rights. There is no shell in it and no package manager. The same files and the same time give the same bytes. It also writes a
list of what is in it, by CycloneDX 1.5: Debian's packages that the files are of, and those that are compiled in.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

from program_bill import ROOT, Package, all_packages, bill, components, libraries, licences, run

USER = 65532
# Docker's own word, in nanoseconds; others leave it aside.
HEALTH_CHECK = {
    "Test": ["CMD", "/usr/bin/drawbridge", "ready"],
    "Interval": 10_000_000_000,
    "Timeout": 6_000_000_000,
    "StartPeriod": 10_000_000_000,
}
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
ACCOUNTS = {
    "etc/passwd": f"root:x:0:0:root:/:/sbin/nologin\ndrawbridge:x:{USER}:{USER}:drawbridge:/data:/sbin/nologin\n",
    "etc/group": f"root:x:0:\ndrawbridge:x:{USER}:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}


class Layer:
    def __init__(self, time: int) -> None:
        self.time = time
        self.files: dict[str, tuple[bytes, int, int]] = {}  # name to content, mode and owner
        self.folders: dict[str, tuple[int, int]] = {}

    def add(self, name: str, content: bytes, mode: int = 0o644) -> None:
        self.files[name.lstrip("/")] = (content, mode, 0)

    def folder(self, name: str, mode: int, owner: int) -> None:
        self.folders[name] = (mode, owner)

    def _entry(self, name: str, kind: bytes, mode: int, owner: int) -> tarfile.TarInfo:
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.mtime, entry.uid, entry.gid = kind, mode, self.time, owner, owner
        return entry

    def tar(self) -> bytes:
        folders = {str(parent): (0o755, 0) for name in self.files for parent in Path(name).parents if str(parent) != "."}
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name, (mode, owner) in sorted((folders | self.folders).items()):
                tar.addfile(self._entry(name, tarfile.DIRTYPE, mode, owner))
            for name, (content, mode, owner) in sorted(self.files.items()):
                entry = self._entry(name, tarfile.REGTYPE, mode, owner)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        return out.getvalue()


def stripped(program: Path) -> bytes:
    file = program.with_suffix(".stripped")
    run("strip", "-o", file, program)
    content = file.read_bytes()
    file.unlink()
    return content


def layer_of(program: Path, packages: list[Package], time: int) -> Layer:
    layer = Layer(time)
    layer.add("usr/bin/drawbridge", stripped(program), 0o755)
    for asked, file in libraries(program).items():
        layer.add(asked, file.read_bytes(), 0o755)
    layer.add(str(CERTIFICATES), CERTIFICATES.read_bytes())
    layer.add("usr/share/doc/drawbridge/copyright", (ROOT / "LICENSE").read_bytes())
    for name, text in licences(packages).items():
        layer.add(name, text)
    for name, text in ACCOUNTS.items():
        layer.add(name, text.encode())
    layer.folder("data", 0o700, USER)
    layer.folder("tmp", 0o1777, 0)
    for name in ("proc", "dev", "sys"):  # what a container mounts there cannot be made in a root that is read-only
        layer.folder(name, 0o555, 0)
    return layer


def layout(layer: bytes, version: str, time: int, architecture: str) -> dict[str, bytes]:
    """The files of the image, by name: blobs by their hashes, and what points at them."""
    created = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    files: dict[str, bytes] = {}

    def blob(content: bytes, media_type: str) -> dict[str, object]:
        digest = hashlib.sha256(content).hexdigest()
        files[f"blobs/sha256/{digest}"] = content
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    config = {
        "created": created,
        "architecture": architecture,
        "os": "linux",
        "config": {
            "User": f"{USER}:{USER}",
            "ExposedPorts": {"8000/tcp": {}},
            "Env": ["PATH=/usr/bin", "DRAWBRIDGE_LISTEN=0.0.0.0:8000", "DATABASE_URL=sqlite:///data/drawbridge.db"],
            "Entrypoint": ["/usr/bin/drawbridge"],
            "Cmd": ["serve"],
            "WorkingDir": "/data",
            "Volumes": {"/data": {}},
            "StopSignal": "SIGTERM",
            "Healthcheck": HEALTH_CHECK,
            "Labels": {"org.opencontainers.image.title": "drawbridge", "org.opencontainers.image.version": version},
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        "history": [{"created": created, "created_by": "scripts/oci_image.py"}],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(json.dumps(config).encode(), "application/vnd.oci.image.config.v1+json"),
        "layers": [blob(gzip.compress(layer, mtime=0), "application/vnd.oci.image.layer.v1.tar+gzip")],
    }
    index = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [
            blob(json.dumps(manifest).encode(), manifest["mediaType"])
            | {
                "platform": {"architecture": architecture, "os": "linux"},
                "annotations": {"org.opencontainers.image.ref.name": version},
            }
        ],
    }
    return files | {"index.json": json.dumps(index).encode(), "oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}


def options_of(description: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--time", type=int, required=True, help="seconds since 1970")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    options = options_of(__doc__)
    packages = [*all_packages(options.program), Package.installed("ca-certificates")]
    layer = layer_of(options.program, packages, options.time)
    architecture = ARCHITECTURES[run("uname", "-m").strip()]
    image = Layer(options.time)
    for name, content in layout(layer.tar(), options.version, options.time, architecture).items():
        image.add(name, content)
    options.out.write_bytes(image.tar())
    parts = components(packages)
    options.out.with_name(options.out.name.replace(".oci.tar", ".image.cdx.json")).write_bytes(
        bill(options.version, options.time, parts)
    )
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB, {len(parts)} packages")


if __name__ == "__main__":
    main()
