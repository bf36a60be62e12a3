"""What is in a copy of the program that is not of this repository: a list by CycloneDX 1.5, and the licences.

program_bill.py --program FILE names Debian's packages. With --out FOLDER it writes the list and the licences of what is compiled in,
as Debian's package of the program has them; --root names another processor's libraries, as release_dist.sh unpacks them.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
HIREDIS = ROOT / "build/hiredis/source/vendor/hiredis"
COMMON = "usr/share/common-licenses"


def run(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def libraries(program: Path) -> dict[str, Path]:
    """By the path that the loader asks for; of each the file itself. Names are looked up through the network by libraries of
    their own, which the C library loads when it is asked to."""
    listed = run("ldd", program)
    found = {path: Path(path).resolve() for path in re.findall(r"(/\S+) \(0x", listed)}
    folder = next(Path(path).parent for path in found if "/libc.so." in path)
    found |= {str(file): file.resolve() for name in ("libnss_dns.so.2", "libnss_files.so.2") if (file := folder / name).exists()}
    return found


def headers_and_archives(program: Path) -> list[Path]:
    """The system's headers and static libraries that the program was compiled from, as its build in ninja knows them."""
    build = program.parents[1]
    known = run("ninja", "-C", build, "-t", "deps") + (build / "build.ninja").read_text()
    found = {Path(file).resolve() for file in re.findall(r"/usr/include/[^\s:]+|/usr/lib/[^\s:]+\.a\b", known)}
    return sorted(file for file in found if file.is_file())


def packages_of(files: list[Path]) -> set[str]:
    # A system whose /lib is /usr/lib may know a file by either name.
    names = [name for file in files for name in (str(file), str(file).removeprefix("/usr"))]
    said = subprocess.run(["dpkg-query", "-S", *names], capture_output=True, text=True, check=False).stdout
    owners = {name.removeprefix("/usr"): owner for owner, _, name in (line.partition(": ") for line in said.splitlines())}
    for file in files:
        if str(file).removeprefix("/usr") not in owners:
            raise SystemExit(f"{file} is of no package: what is linked has to be known")
    return set(owners.values())


def distribution() -> tuple[str, str]:
    """Its name, and with its version as scanners of vulnerabilities read it: debian, debian-12."""
    said = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', Path("/etc/os-release").read_text(), re.MULTILINE))
    return said["ID"], f"{said['ID']}-{said['VERSION_ID']}"


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    architecture: str
    source: str

    FORMAT = "${Package}\t${Version}\t${Architecture}\t${source:Package}"

    @classmethod
    def installed(cls, package: str) -> Package:
        return cls(*run("dpkg-query", "-W", "-f", cls.FORMAT, package).split("\t"))

    @classmethod
    def unpacked(cls, name: str, root: Path) -> Package:
        """As it was unpacked into another system's root, from a file of the folder `archives`."""
        (file,) = root.glob(f"archives/{name}_*.deb")
        return cls(*run("dpkg-deb", "--show", f"--showformat={cls.FORMAT}", file).split("\t"))

    def component(self) -> dict[str, str]:
        vendor, distro = distribution()
        purl = f"pkg:deb/{vendor}/{quote(self.name)}@{quote(self.version)}"
        purl += f"?arch={self.architecture}&distro={distro}&upstream={quote(self.source)}"
        return {"type": "library", "name": self.name, "version": self.version, "purl": purl}

    def licences(self, root: Path) -> Iterator[tuple[str, bytes]]:
        """By their names from the root, with the texts that Debian's own text names."""
        file = root / f"usr/share/doc/{self.name}/copyright"
        if not file.is_file():
            raise SystemExit(f"{file} is missing: a copy of {self.name} must have its licence")
        text = file.read_bytes()
        yield f"usr/share/doc/{self.name}/copyright", text
        for name in set(re.findall(rb"/usr/share/common-licenses/([A-Za-z0-9.+-]*[A-Za-z0-9+])", text)):
            common = Path("/") / COMMON / name.decode()
            if common.is_file():
                yield f"{COMMON}/{common.name}", common.read_bytes()


def compiled_in(program: Path) -> list[Package]:
    """Debian's packages of which headers or static libraries are compiled in, but the kernel's, which are numbers alone."""
    used = [Package.installed(name) for name in packages_of(headers_and_archives(program))]
    return [package for package in used if package.source != "linux"]


def all_packages(program: Path) -> list[Package]:
    """Debian's packages that the shared libraries are of, and what is compiled in of others."""
    shared = [Package.installed(name) for name in packages_of(list(libraries(program).values()))]
    sources = {package.source for package in shared}
    return [*shared, *(package for package in compiled_in(program) if package.source not in sources)]


def hiredis() -> dict[str, str]:
    """As it is linked; what pip brought it in is the Python package of that name, which has versions of its own."""
    numbers = dict(re.findall(r"^#define HIREDIS_(MAJOR|MINOR|PATCH) (\d+)$", (HIREDIS / "hiredis.h").read_text(), re.MULTILINE))
    version = ".".join(numbers[part] for part in ("MAJOR", "MINOR", "PATCH"))
    return {"type": "library", "name": "hiredis", "version": version, "purl": f"pkg:github/redis/hiredis@v{version}"}


def components(packages: list[Package]) -> list[dict[str, str]]:
    return sorted([hiredis(), *(package.component() for package in set(packages))], key=lambda part: (part["name"], part["purl"]))


def licences(packages: list[Package], root: Path = Path("/")) -> dict[str, bytes]:
    """Of these and of hiredis, by their names from the root."""
    found = {"usr/share/doc/hiredis/copyright": (HIREDIS / "COPYING").read_bytes()}
    for package in packages:
        found |= dict(package.licences(root))
    return found


def bill(version: str, time: int, parts: list[dict[str, str]]) -> bytes:
    return json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {
                "timestamp": datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "component": {"type": "application", "name": "drawbridge", "version": version},
            },
            "components": parts,
        },
        indent=1,
    ).encode()


def write_compiled_in(program: Path, root: Path | None, out: Path, version: str, time: int) -> None:
    packages = compiled_in(program)
    if root:
        packages = [Package.unpacked(package.name, root) for package in packages]
    files = {"compiled-in.cdx.json": bill(version, time, components(packages))}
    for name, text in licences(packages, root or Path("/")).items():
        if not name.startswith(COMMON):  # which each Debian has
            files[f"licenses/{Path(name).parent.name}"] = text
    for name, content in files.items():
        file = out / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--root", type=Path)
    parser.add_argument("--version")
    parser.add_argument("--time", type=int, help="seconds since 1970")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.out:
        write_compiled_in(options.program, options.root, options.out, options.version, options.time)
    else:
        print("\n".join(sorted({package.name for package in all_packages(options.program)})))


if __name__ == "__main__":
    main()
