"""What pip installs is pinned with hashes, and no way past them is left."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from conftest import ROOT, list_files

INPUT = re.compile(r"(^|[/-])(requirements|wheel-tools|lock-tools|release-tools)\.in$")
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==(?P<version>[^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def name_of(text: str) -> str:
    """As PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", text).lower()


def requirements_of(text: str) -> list[str]:
    """Each with all that belongs to it, in one line; without comments."""
    lines = [re.sub(r"(^|\s)#.*", "", line) for line in text.replace("\\\n", " ").splitlines()]
    return [re.sub(r"\s+", " ", line).strip() for line in lines if line.strip()]


def faults_of(text: str) -> list[str]:
    """Lines of a requirements.txt that let pip install something else than was looked at."""
    return [line for line in requirements_of(text) if not (PIN.match(line) and HASH.search(line))]


def pins_of(text: str) -> dict[str, str]:
    found = [PIN.match(line) for line in requirements_of(text)]
    return {name_of(pin["name"]): pin["version"] for pin in found if pin}


@pytest.fixture(scope="module")
def inputs() -> dict[str, str]:
    return {path: (ROOT / path).read_text(encoding="utf-8") for path in list_files() if INPUT.search(path)}


def test_each_file_that_pip_reads_is_made_of_one_that_people_write(sources, inputs):
    listed = {path for path in sources if re.search(r"requirements[^/]*\.txt$|-tools\.txt$", path)}
    assert len(listed) >= 9
    assert {str(PurePosixPath(path).with_suffix(".txt")) for path in inputs} == listed


def test_every_line_has_a_version_and_hashes(sources, inputs):
    for path in inputs:
        listed = str(PurePosixPath(path).with_suffix(".txt"))
        assert faults_of(sources[listed]) == [], listed
        assert len(requirements_of(sources[listed])) > 0, listed


def test_what_people_wrote_is_in_it_in_that_version(sources, inputs):
    for path, text in inputs.items():
        wanted = pins_of(text)
        made = pins_of(sources[str(PurePosixPath(path).with_suffix(".txt"))])
        assert wanted.items() <= made.items(), f"{path}: ./dev lock was not run since"


def test_one_version_of_a_package_is_installed_wherever_it_is(sources, inputs):
    versions: dict[tuple[str, str], str] = {}
    for path in inputs:
        for line in requirements_of(sources[str(PurePosixPath(path).with_suffix(".txt"))]):
            pin = PIN.match(line)
            marker = line.partition(";")[2].partition("--hash")[0].strip()
            key = (name_of(pin["name"]), marker)
            assert versions.setdefault(key, pin["version"]) == pin["version"], f"{path}: {pin['name']}"


def test_nothing_says_where_packages_are_fetched_from(sources, inputs):
    for path in [*inputs, *(str(PurePosixPath(path).with_suffix(".txt")) for path in inputs)]:
        text = inputs.get(path) or sources[path]
        assert not re.search(r"https?:|--(extra-)?index-url|--find-links|--trusted-host", text), path


# The way round is `pip install` of something that is in the repository, or was made out of it, without what it needs.
INSTALLS = re.compile(r"(?:\bpip install\b|\bpip_install\b)(?P<arguments>[^\n&|;)]*)")


THE_FUNCTION = (
    "(",
    ' --quiet --disable-pip-version-check "$@" >',
)  # pip_install itself, as its name and its body are found


def unpinned_installs(script: str) -> list[str]:
    commands = [
        match["arguments"] for match in INSTALLS.finditer(re.sub(r"(^|\s)#[^\n]*", "", script.replace("\\\n", " ")))
    ]
    return [command for command in commands if "--require-hashes" not in command and "--no-deps" not in command]


def test_scripts_install_nothing_else(sources):
    scripts = {path: text for path, text in sources.items() if path.startswith("scripts/") and path.endswith(".sh")}
    found = {path: unpinned_installs(text) for path, text in scripts.items()}
    # The function that the others call is given what they say.
    found["scripts/setup.sh"] = [command for command in found["scripts/setup.sh"] if command not in THE_FUNCTION]
    assert {path: commands for path, commands in found.items() if commands} == {}


GOOD = "a==1 \\\n    --hash=sha256:" + 64 * "0" + "\n    # via b\n"


@pytest.mark.parametrize(
    "text, faults",
    [
        (GOOD, 0),
        ("# a comment\n\n" + GOOD, 0),
        (GOOD.replace("a==1", 'a==1 ; python_full_version < "3.11"'), 0),
        (GOOD.replace("a==1", "a[extra]==1"), 0),
        ("a==1\n", 1),
        ("a==1  # --hash=sha256:" + 64 * "0" + "\n", 1),
        (GOOD + "b==2\n", 1),
        (GOOD.replace("==", ">="), 1),
        (GOOD.replace("sha256", "md5"), 1),
        (GOOD.replace("0\n", "\n"), 1),
        ("-r other.txt\n", 1),
        ("./bindings/python\n", 1),
        ("git+ssh://host/a.git\n", 1),
    ],
)
def test_the_rule_itself(text: str, faults: int):
    assert len(faults_of(text)) == faults


@pytest.mark.parametrize(
    "script, count",
    [
        ("python -m pip install --quiet --require-hashes -r a.txt >&2", 0),
        ("python -m pip install --quiet \\\n  --require-hashes -r a.txt", 0),
        ("pip_install --force-reinstall --no-deps build/*.whl", 0),
        ("python -m pip install -r a.txt", 1),
        ("pip_install --require-hashes -r a.txt && pip_install b", 1),
        ("pip install a # --require-hashes", 1),
    ],
)
def test_the_rule_of_scripts_itself(script: str, count: int):
    assert len(unpinned_installs(script)) == count
