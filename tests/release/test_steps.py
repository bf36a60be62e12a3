"""What the steps of `./dev release` decide, asked of their shell functions: nothing is compiled here."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from dist import ROOT, run

PARTS = "setup build python release_sdist release_targets release_libraries release_wheels release_dist release"
LOAD = f"set -euo pipefail; for part in {PARTS}; do source {ROOT}/scripts/$part.sh; done"


def ask(folder: Path, script: str, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{folder}/bin:/usr/bin:/bin", **env}
    command = ["bash", "-c", f"{LOAD}\n{script}"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False)


CHANGELOG = "# Changelog\n\n## 0.1.10 (unreleased)\n\nten\n\n## 0.1.1 (2026-12-01)\n\none\n\n## 0.1.0 (2026-11-01)\n\nnought\n"


@pytest.mark.parametrize(
    ("version", "notes"),
    [("0.1.10", "## 0.1.10 (unreleased)\n\nten\n\n"), ("0.1.1", "## 0.1.1 (2026-12-01)\n\none\n\n"), ("0.1", None)],
)
def test_the_notes_are_of_this_version_alone(tmp_path: Path, version: str, notes: str | None) -> None:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "VERSION").write_text(f"{version}\n")
    done = ask(tmp_path, "release_notes")
    if notes is None:
        assert (done.returncode, done.stderr) == (1, f"dev: CHANGELOG.md has no heading for {version}\n")
    else:
        assert (tmp_path / "dist/RELEASE_NOTES.md").read_text() == notes


REBUILD = """
ninja() { echo "$*" >>ninja; }
build() { :; }
mkdir -p build/dist build/packages
printf '%s\\n' "$now" >build/dist/packages.list
[[ -z $before ]] || printf '%s\\n' "$before" >build/packages/.packages
[[ -z $there ]] || touch build/packages/build.ninja
build_with_packages packages
build_with_packages packages
"""


@pytest.mark.parametrize(
    ("there", "before", "now", "cleaned"),
    [
        pytest.param("yes", "libfmt-dev 9", "libfmt-dev 9", 0, id="the same packages"),
        pytest.param("yes", "libfmt-dev 9", "libfmt-dev 10", 1, id="one was upgraded"),
        pytest.param("yes", "", "libfmt-dev 9", 1, id="it is not known with which"),
        pytest.param("", "", "libfmt-dev 9", 0, id="nothing was compiled"),
    ],
)
def test_what_was_compiled_with_other_packages_is_compiled_again(
    tmp_path: Path, there: str, before: str, now: str, cleaned: int
) -> None:
    done = ask(tmp_path, REBUILD, there=there, before=before, now=now)
    assert done.returncode == 0, done.stderr
    called = tmp_path / "ninja"
    assert (called.read_text() if called.exists() else "") == "-C build/packages -t clean\n" * cleaned


def test_the_list_has_what_the_program_is_compiled_with_and_all_that_it_needs(tmp_path: Path) -> None:
    (tmp_path / "packages.debian").symlink_to(ROOT / "packages.debian")
    done = ask(tmp_path, "list_packages packages")
    assert done.returncode == 0, done.stderr
    listed = {line.split(" ")[0]: line for line in (tmp_path / "build/dist/packages.list").read_text().splitlines()}
    assert {"libssl-dev", "libssl3", "libsqlitecpp-dev", "libstdc++6", "ca-certificates"} <= set(listed)
    assert "clang-19" not in listed  # of the tests
    assert listed["libssl3"] == run(["dpkg-query", "-W", "-f", "${Package} ${Architecture} ${Version}", "libssl3"])


POLICY = """apt-get() { echo "$*" >>asked; }
as_root() { "$@"; }
python3() { echo libssl3; echo libc6; }
apt-cache() {
  grep -qs only-upgrade asked && installed=$after
  printf '%s:\\n  Installed: %s\\n  Candidate: %s\\n' libssl3 "$installed" 3.0.2 libc6 2.36 2.36
}
list_packages() { say "lists $1"; }
build_with_packages() { say "compiles $1"; }
renew_packages program
"""
UPDATE = "==> apt-get update\n"
OLD = "==> Debian has replaced what would be published: libssl3 3.0.1 by 3.0.2\n"
RENEWED = "==> apt-get install --only-upgrade libssl3\n==> lists packages\n==> compiles packages\n"
KEPT = "dev: apt did not install what Debian has replaced: libssl3 3.0.1 by 3.0.2\n"


@pytest.mark.parametrize(
    ("installed", "after", "env", "status", "said"),
    [
        pytest.param("3.0.2", "3.0.2", {}, 0, UPDATE, id="the newest"),
        pytest.param("3.0.1", "3.0.2", {}, 0, f"{UPDATE}{OLD}{RENEWED}", id="an old one"),
        pytest.param("3.0.1", "3.0.1", {}, 1, f"{UPDATE}{OLD}{RENEWED}{KEPT}", id="one that apt keeps"),
        pytest.param("3.0.1", "", {"DRAWBRIDGE_PACKAGES": "installed"}, 0, OLD, id="where nothing may be installed"),
    ],
)
def test_old_packages_are_not_published(
    tmp_path: Path, installed: str, after: str, env: dict[str, str], status: int, said: str
) -> None:
    done = ask(tmp_path, POLICY, installed=installed, after=after, **env)
    assert (done.returncode, done.stderr) == (status, said)
    assert (tmp_path / "asked").exists() == (UPDATE in said)


NEEDS = """setup_packages() { echo "${needed[*]}"; }
release_sources() { umask; }
release_verb sources
"""


def test_a_release_installs_what_it_needs_alone_and_sets_who_may_read(tmp_path: Path) -> None:
    done = ask(tmp_path, f"umask 077\n{NEEDS}")
    assert (done.returncode, done.stdout) == (0, "program python release\n0022\n"), done.stderr


def test_npms_packages_do_not_depend_on_who_may_read_a_clone(tmp_path: Path) -> None:
    made = []
    for umask in (0o022, 0o077):
        folder = tmp_path / f"{umask:o}"
        package = folder / "packages/client"
        (package / "dist").mkdir(parents=True)
        (package / "src").mkdir()
        for name in ("README.md", "LICENSE", "dist/index.js", "src/index.ts"):
            (package / name).write_text(name)
        text = '{"name": "@drawbridge/client", "version": "9.8.7", "files": ["dist"], "scripts": {"prepack": "false"}}'
        (package / "package.json").write_text(text)
        for path in package.rglob("*"):
            path.chmod((0o777 if path.is_dir() else 0o666) & ~umask)
        done = ask(folder, f"umask {umask:o}; PATH=$NODE:$PATH; pack_npm_package packages/client", NODE=node_folder())
        assert done.returncode == 0, done.stderr
        (file,) = (folder / "dist").glob("*.tgz")
        made.append(file.read_bytes())
        with tarfile.open(file) as tar:
            assert {entry.name.removeprefix("package/"): entry.mode for entry in tar} == {
                name: 0o644 for name in ("LICENSE", "README.md", "dist/index.js", "package.json")
            }
    assert made[0] == made[1]


def node_folder() -> str:
    return str(Path(run(["bash", "-c", "command -v npm"]).strip()).parent)


def test_a_clone_whose_readme_has_changed_makes_its_packages_again() -> None:
    done = ask(ROOT, "python_package_files")
    assert {"bindings/python/README.md", "bindings/python/LICENSE", "src/core/jose/key.cpp"} <= set(done.stdout.split())


CONFIGURE = """
setup_packages() { :; }
setup_hiredis() { :; }
cmake() { touch build/release/build.ninja; }
touch CMakePresets.json && mkdir -p build/release
configure release
"""


def test_a_clone_that_was_moved_is_configured_again(tmp_path: Path) -> None:
    """What is compiled is named by whole paths: those of the clone that this one may be a copy of."""
    clone = tmp_path / "clone"
    clone.mkdir()
    configured = "==> configuring release\n"
    assert [ask(clone, CONFIGURE).stderr for _ in range(2)] == [configured, ""]
    assert ask(clone.rename(tmp_path / "moved"), CONFIGURE).stderr == configured
