"""Machines that have Python and nothing else: a new environment here, roots of Debian without a compiler, one of another
processor's, which qemu runs, and one with musl."""

from __future__ import annotations

import re
import shutil
import venv
from pathlib import Path

from dist import MADE, ROOT, run
from wheels import wheel_for

TESTS = ROOT / "bindings/python/tests"
BY_TWO = ("-n", "2", "--dist", "loadfile")
PLATFORMS = {
    **{
        processor: [f"manylinux{name}_{processor}" for name in ("2014", "_2_17", "_2_24", "_2_26", "_2_27", "_2_28")]
        for processor in ("x86_64", "aarch64")
    },
    "musl": ["musllinux_1_1_x86_64", "musllinux_1_2_x86_64"],
}
OFFLINE = ("--quiet", "--disable-pip-version-check", "--no-index", "--find-links")


def wheelhouse(python: str, system: str) -> Path:
    """A folder with our wheel and what the package's tests need, for that Python on one of PLATFORMS."""
    folder = MADE / f"wheelhouse/{python}-{system}"
    ours = wheel_for(python, PLATFORMS[system][-1])
    wanted = TESTS / "requirements.txt"
    if not (folder / wanted.name).exists() or (folder / wanted.name).read_text() != wanted.read_text():
        shutil.rmtree(folder, ignore_errors=True)
        command = pip_for(python, system, "download", "--quiet", "--require-hashes", "--no-deps")
        partly = folder.with_name(folder.name + ".partly")
        partly.mkdir(parents=True, exist_ok=True)
        # pip would ask this machine's Python what a marker asks of the other's, which may be older.
        all_ = re.sub(r" ; python_full_version [<>=]+ '[^']+'(?= \\\n)", "", wanted.read_text())
        (partly / "all.txt").write_text(all_)
        run([*command, "--dest", partly, "-r", partly / "all.txt"])
        shutil.copy(wanted, partly)
        partly.rename(folder)
    for old in folder.glob("drawbridge_auth-*"):
        old.unlink()
    shutil.copy(ours, folder)
    return folder


def pip_for(python: str, system: str, *arguments: str | Path) -> list[str | Path]:
    """pip of this machine, for another."""
    command: list[str | Path] = [ROOT / ".venv/bin/python", "-m", "pip", *arguments, "--disable-pip-version-check"]
    command += ["--only-binary", ":all:", "--implementation", "cp", "--python-version", python]
    command += [word for name in (f"cp{python.replace('.', '')}", "abi3", "none") for word in ("--abi", name)]
    return [*command, *(word for name in PLATFORMS[system] for word in ("--platform", name))]


def archive() -> str:
    """Where this system's apt has Debian from."""
    return run(
        ["bash", "-c", "source scripts/setup.sh; source scripts/release.sh; archive_site Debian"], cwd=ROOT
    ).strip()


class Machine:
    """`folder` is its `/app`, or stands for it."""

    folder: Path
    tests: tuple[str, ...] = (*BY_TWO, "tests")

    def command(self, program: str, *arguments: str | Path, network: bool = False, **env: str) -> list[str | Path]:
        raise NotImplementedError

    def path(self, name: str) -> Path:
        """Where the machine's own programs find what is in its folder."""
        return Path("/app") / name

    def install(self, *arguments: str | Path) -> None:
        run(self.command("python", "-m", "pip", "install", *OFFLINE, self.path("wheelhouse"), *arguments))


class Here(Machine):
    """A new environment of this Python; not even a PATH."""

    python = "3.11"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv.create(folder / "environment", with_pip=True)
        shutil.copytree(wheelhouse(self.python, "x86_64"), folder / "wheelhouse")

    def command(self, program: str, *arguments: str | Path, network: bool = False, **env: str) -> list[str | Path]:
        set_ = [f"{name}={value}" for name, value in env.items()]
        return ["/usr/bin/env", "-i", "PATH=/nonexistent", *set_, self.folder / "environment/bin" / program, *arguments]

    def path(self, name: str) -> Path:
        return self.folder / name


def in_root(root: Path, *command: str | Path, network: bool = False, **env: str) -> list[str | Path]:
    """The command in the root, where it sees its own processes alone, and no network but its own loopback."""
    prepare = "mount -t proc proc proc && mount --rbind /dev dev"
    prepare += "" if network else " && ip link set lo up"
    prepare += ' && exec /usr/bin/env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 "$@"'
    unshared = ["unshare", "--mount", "--pid", "--fork", "--kill-child"] + ([] if network else ["--net"])
    set_ = [f"{name}={value}" for name, value in env.items()]
    return [*unshared, "--wd", root, "sh", "-c", prepare, "sh", *set_, "/usr/sbin/chroot", ".", *command]


class Debian(Machine):
    """A minimal one in a folder, with python3-venv: made by debootstrap, once; each test has a new environment."""

    def __init__(self, suite: str, python: str) -> None:
        self.python = python
        self.root = MADE / f"roots/{suite}"
        if not (self.root / "made").exists():
            shutil.rmtree(self.root, ignore_errors=True)
            include = "--include=python3-venv,ca-certificates"
            run(["debootstrap", "--variant=minbase", include, suite, self.root, archive()], seconds=1200)
            (self.root / "made").touch()
        self.folder = self.root / "app"
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(wheelhouse(python, "x86_64"), self.folder / "wheelhouse")
        run(in_root(self.root, "/usr/bin/python3", "-m", "venv", "/app/environment"))

    def command(self, program: str, *arguments: str | Path, network: bool = False, **env: str) -> list[str | Path]:
        return in_root(self.root, f"/app/environment/bin/{program}", *arguments, network=network, **env)


class WithoutPip(Machine):
    """A Python in a folder that this machine's pip installs for. The names of files are the other machine's."""

    system: str

    def __init__(self, root: Path, version: str = "3.11") -> None:
        self.root = root
        self.version = version
        self.folder = root / "app"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    def install(self, *arguments: str | Path) -> None:
        target = self.folder / "environment"
        here = [
            self.root / argument.relative_to("/") if isinstance(argument, Path) else argument for argument in arguments
        ]
        wheels = wheelhouse(self.version, self.system)
        pip = pip_for(self.version, self.system, "install", *OFFLINE, wheels, "--target", target)
        run([*pip, "--upgrade", *here])

    def python(self, program: str, *arguments: str | Path) -> list[str | Path]:
        script = [] if program == "python" else [f"/app/environment/bin/{program}"]
        return ["/usr/bin/python3", *script, *arguments]


class Emulated(WithoutPip):
    """A Debian of aarch64, unpacked, its Python run by qemu. It starts no other program: this kernel does not know aarch64's."""

    QEMU = "/usr/bin/qemu-aarch64-static"
    system = "aarch64"
    tests = tuple(
        f"tests/test_{name}.py"
        for name in ("verifier_tokens", "identity_record", "settings", "errors", "certificates", "fastapi_dependencies")
    )

    def __init__(self, suite: str, version: str) -> None:
        root = MADE / f"roots/{suite}-arm64"
        if not (root / "made").exists():
            shutil.rmtree(root, ignore_errors=True)
            chosen = ["--foreign", "--arch=arm64", "--variant=minbase", "--include=python3,ca-certificates"]
            run(["debootstrap", *chosen, suite, root, archive()], seconds=1200)
            unpack = 'for deb in var/cache/apt/archives/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink; done'
            run(["bash", "-eo", "pipefail", "-c", unpack], cwd=root)
            shutil.copy(self.QEMU, root)
            (root / "made").touch()
        super().__init__(root, version)

    def command(self, program: str, *arguments: str | Path, network: bool = False, **env: str) -> list[str | Path]:
        set_ = [
            f"{name}={value}" for name, value in {"PYTHONPATH": "/app/environment", "LANG": "C.UTF-8", **env}.items()
        ]
        emulated = ["/usr/sbin/chroot", self.root, "/qemu-aarch64-static", *self.python(program, *arguments)]
        return ["/usr/bin/env", "-i", *set_, *emulated]


class Musl(WithoutPip):
    """musl and a Python that musl_root.sh compiles for it, without SQLite, and no glibc."""

    system = "musl"
    tests = (*BY_TWO, *(file for file in Emulated.tests if "dependencies" not in file))  # those use SQLite

    def __init__(self) -> None:
        root = MADE / "roots/musl"
        if not (root / "made").exists():
            run(["bash", Path(__file__).with_name("musl_root.sh"), root], seconds=1800, cwd=ROOT)
        super().__init__(root)

    def command(self, program: str, *arguments: str | Path, network: bool = False, **env: str) -> list[str | Path]:
        return in_root(
            self.root, *self.python(program, *arguments), network=network, PYTHONPATH="/app/environment", **env
        )
