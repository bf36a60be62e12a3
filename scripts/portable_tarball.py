"""The program as a folder in a tarball, for any Linux of this processor: with the shared libraries that it needs, the C library and its
loader among them, so that neither the system's C library (glibc of any age, musl) nor its packages matter.

The same files and the same time give the same bytes. Which of Debian's packages the libraries are of is in the folder, by CycloneDX 1.5,
and their licences.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from oci_image import Layer, options_of, stripped
from program_bill import COMMON, ROOT, all_packages, bill, components, libraries, licences

# Where other systems than Debian have the certificates of authorities, as bindings/python/drawbridge/certificates.py has them.
AUTHORITIES = (
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/ssl/cert.pem",
)
START = """#!/bin/sh
# Starts the program with the libraries that came with it, in ../lib.
lib=$(dirname "$(readlink -f "$0")")/../lib
if [ -z "${{DRAWBRIDGE_SYSTEM_CA_FILE-}}" ] && [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then
  for file in {authorities}; do
    if [ -e "$file" ]; then export DRAWBRIDGE_SYSTEM_CA_FILE="$file" && break; fi
  done
fi
exec "$lib/{loader}" --library-path "$lib" --argv0 drawbridge "$lib/drawbridge" "$@"
"""


def main() -> None:
    options = options_of(__doc__)
    shared = libraries(options.program)
    loader = next(Path(path).name for path in shared if Path(path).name.startswith("ld-linux"))
    folder = Layer(options.time)
    name = f"drawbridge-{options.version}"
    folder.add(f"{name}/bin/drawbridge", START.format(loader=loader, authorities=" ".join(AUTHORITIES)).encode(), 0o755)
    folder.add(f"{name}/lib/drawbridge", stripped(options.program), 0o755)
    for asked, file in shared.items():
        folder.add(f"{name}/lib/{Path(asked).name}", file.read_bytes(), 0o755)
    packages = all_packages(options.program)
    parts = components(packages)
    folder.add(f"{name}/libraries.cdx.json", bill(options.version, options.time, parts))
    folder.add(f"{name}/LICENSE", (ROOT / "LICENSE").read_bytes())
    for file, text in licences(packages).items():
        folder.add(f"{name}/licenses/{file.removeprefix(f'{COMMON}/').removeprefix('usr/share/doc/')}", text)
    folder.add(f"{name}/share/man/man1/drawbridge.1", (ROOT / "packaging/drawbridge.1").read_bytes())
    options.out.write_bytes(gzip.compress(folder.tar(), mtime=0))
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB, {len(parts)} libraries")


if __name__ == "__main__":
    main()
