"""The skill as it is packed: it stands alone, and each command, path and snippet in it exists and works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from documents import FENCE, ROOT, text_of


@pytest.fixture(scope="module")
def skill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`./dev skill` makes the zip and says how to unpack it."""
    done = subprocess.run([ROOT / "dev", "skill"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    folder = tmp_path_factory.mktemp("skill")
    with zipfile.ZipFile(done.stdout.strip()) as archive:
        assert {Path(name).parts[0] for name in archive.namelist()} == {"drawbridge"}
    said = re.search(r"^  (python3 -m zipfile -e \S+) ~/\.claude/skills ", done.stderr, re.MULTILINE)
    assert said
    run(*said[1].split(), folder, cwd=ROOT)
    return folder / "drawbridge"


def documents_of(skill: Path) -> list[Path]:
    return [skill / "SKILL.md", *sorted((skill / "references").glob("*.md"))]


def test_the_head_says_what_it_is_for(skill: Path) -> None:
    head = re.match(r"---\nname: (.*)\ndescription: (.*)\n---\n", (skill / "SKILL.md").read_text())
    assert head
    assert head[1] == "drawbridge"
    assert 50 < len(head[2]) <= 1024


def test_every_link_leads_to_what_is_packed(skill: Path) -> None:
    linked = set()
    for document in documents_of(skill):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).is_file(), f"{document.name}: {target}"
            linked.add((document.parent / target).resolve().relative_to(skill.resolve()))
    packed = {path.relative_to(skill) for path in skill.rglob("*") if path.is_file()}
    reached = {path for path in packed if path in linked}
    # The tests' conftest.py goes with them, and the pages of better-auth with its client.
    alone = {"SKILL.md", "LICENSE"}
    unreached = {str(path) for path in packed - reached} - alone
    assert all(path.startswith("assets/") for path in unreached), unreached


# What somebody who sets up Better Auth and a backend asks for, and the page that each is on.
SUBJECTS = {
    "cookies": "docs/settings.md",
    "Drizzle": "docs/drizzle.md",
    "Prisma": "docs/prisma.md",
    "your own API": "docs/own-api.md",
    "sign-out": "docs/sign-out.md",
    "organizations": "docs/organizations.md",
}


def test_the_repositorys_own_page_leads_to_each_subject() -> None:
    """There, too, the links work: they lead to the documents themselves."""
    page = ROOT / "skills/drawbridge/SKILL.md"
    targets = {
        (page.parent / target).resolve() for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    }
    assert [str(target) for target in targets if not target.is_file()] == []
    for subject, document in SUBJECTS.items():
        assert subject in page.read_text()
        assert ROOT / document in targets, subject


FOLDERS = "|".join(sorted(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")))
SUFFIXES = "md|py|ts|tsx|cpp|h|sql|sh|json|yaml|toml|txt|tgz|svg"
PATH = re.compile(rf"(?<![\w/.@:~-])(?:\./)?(?:(?:{FOLDERS})/[\w./-]+|[\w./\[\]-]*\w\.(?:{SUFFIXES}))(?![\w(])")


def paths_in(text: str) -> set[str]:
    return {found.rstrip(".") for found in PATH.findall(text) if not found.startswith("/")}  # a route


def test_what_a_path_is() -> None:
    text = "`a/b.md`, see errors.md. `build/release/bin/x`: `await answer.json()`, `better-auth/react`, https://a.b/c.md"
    assert paths_in(text) == {"a/b.md", "errors.md", "build/release/bin/x"}


def is_in_the_clone(path: str) -> bool:
    made = re.fullmatch(r"build/.*|drawbridge-[\w.-]+\.tgz", path)
    return bool(made) or (ROOT / path).exists()


def test_every_path_is_packed_or_said_to_be_of_the_repository(skill: Path) -> None:
    """Also what is no link. A file that a block of code begins with is the reader's own; what begins with ./, as ./dev
    does, is of the clone."""
    lost = []
    for document in documents_of(skill):
        text = document.read_text()
        own = {"env.py"} | set(re.findall(r"^```\w+\n(?:#|//) (\S+)$", text, re.MULTILINE))
        prose = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", FENCE.sub("", text))
        for passage in re.split(r"\n\n|\n(?=\|)", prose):
            of_the_clone = re.search(r"repository|clone", passage)
            for path in paths_in(passage) - own:
                packed = (document.parent / path).is_file() or (skill / path).is_file()
                said = (of_the_clone or path.startswith("./")) and is_in_the_clone(path)
                if not packed and not said:
                    lost.append(f"{document.name}: {path}")
    assert lost == []


def test_snippets_are_those_of_the_tested_documents(skill: Path) -> None:
    tested = text_of("bindings/python/README.md") + text_of("packages/better-auth/README.md")
    for asset in [path for path in (skill / "assets").rglob("*") if path.suffix in (".py", ".ts")]:
        assert asset.read_text() in tested, asset
    for name in ("main.cpp", "CMakeLists.txt"):
        assert (skill / "assets/cpp" / name).read_text() == text_of(f"tests/package/{name}")


def test_the_packages_for_the_front_end_are_packed_and_installed_as_it_says(skill: Path) -> None:
    """Without the network, which Better Auth itself would need: that one is found in the folders above."""
    folder = ROOT / "build/skill/app"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    text = "".join(document.read_text() for document in documents_of(skill))
    packed = re.findall(r"^npm pack -w (\S+) +# (\S+\.tgz)", text, re.MULTILINE)
    assert {name for _, name in packed} == set(re.findall(r"drawbridge-[\w.-]+\.tgz", text))
    installed = []
    for package, archive in packed:
        # prepack would build once more, under the feet of tests that run beside this one.
        run("npm", "pack", "--ignore-scripts", "-w", package, "--pack-destination", folder, cwd=ROOT)
        run("npm", "install", "--offline", "--legacy-peer-deps", f"./{archive}", cwd=folder)
        installed.append(archive.replace("drawbridge-", "@drawbridge/").rpartition("-")[0])
    run("node", "--input-type=module", "-e", "".join(f'import "{name}";' for name in installed), cwd=folder)


def run(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_fastapi_example_passes_its_tests(skill: Path) -> None:
    folder = skill / "assets/fastapi"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_same_files_make_the_same_zip(tmp_path: Path) -> None:
    import make_skill

    make_skill.write_zip(tmp_path / "a.zip")
    make_skill.write_zip(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
