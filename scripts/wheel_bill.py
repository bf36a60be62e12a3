"""What is linked into a wheel without a compiler, by CycloneDX 1.5, as PEP 770 has it in the wheel: wheel_bill.py VERSION OUT"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from urllib.parse import quote

from program_bill import ROOT, bill

DISTRIBUTIONS = {"bookworm": "debian-12", "trixie": "debian-13"}
OF_THE_COMPILER = "libc++, libc++abi, libunwind and compiler-rt of LLVM"


def parts() -> list[dict[str, object]]:
    linked = (ROOT / "packaging/sources.txt").read_text().split("# Linked into it\n")[1].split("\n\n")[0]
    found: dict[str, dict[str, object]] = {}
    for name, suite, version, file, digest in (line.split() for line in linked.splitlines()):
        if ".orig." in file:  # as its authors published it
            version = re.sub(r"^\d+:|([.+](ds|dfsg)\d*)?-[^-]*$", "", version)
            found[name] = {"type": "library", "name": name, "version": version, "purl": f"pkg:generic/{name}@{quote(version)}"}
            found[name]["hashes"] = [{"alg": "SHA-256", "content": digest}]
        else:  # with Debian's patches
            purl = f"pkg:deb/debian/{name}@{quote(version)}?arch=source&distro={DISTRIBUTIONS[suite]}"
            found[name] |= {"version": version, "purl": purl}
    for patch in sorted(ROOT.glob("packaging/*/*.patch")):  # ours
        fixed = [{"type": "security", "id": name} for name in re.findall(r"\bCVE-[0-9-]+", patch.read_text())]
        found[patch.parent.name].setdefault("pedigree", {"patches": []})["patches"].append({"type": "unofficial", "resolves": fixed})
    for name, file, why in (
        ("ziglang", "packaging/release-tools.in", OF_THE_COMPILER),
        ("nanobind", "bindings/python/wheel-tools.in", "between C++ and Python"),
    ):
        version = re.search(rf"^{name}==(\S+)", (ROOT / file).read_text(), re.MULTILINE)[1]
        found[name] = {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}", "description": why}
    return list(found.values())


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(bill(sys.argv[1], int(os.environ["SOURCE_DATE_EPOCH"]), parts()))
