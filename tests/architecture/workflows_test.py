"""GitHub's workflows take nothing that can change under its name, and no more rights than they need, and publish nothing that was not
tried. `./dev lint` checks their form, by actionlint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
# The jobs that may do more than read: what, and where.
RIGHTS = {
    "release.yml": ["contents: read", "id-token: write", "id-token: write", "packages: write", "contents: write"],
    "test.yml": ["contents: read"],
}


def faults_of(text: str) -> list[str]:
    lines = [line.strip().removeprefix("- ") for line in text.splitlines()]
    faults = [line for line in lines if line.startswith("uses:") and not PINNED.match(line)]
    if text.count("actions/checkout@") != text.count("persist-credentials: false"):
        faults.append("a checkout leaves its token to all steps behind it")
    if "pull_request_target" in text:
        faults.append("a stranger's change runs with rights")
    if re.search(r"run:.*\$\{\{ *github\.(event|head_ref|ref_name)", text):
        faults.append("a stranger's text becomes a command")
    return faults


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_changes_under_its_name(workflow: Path):
    assert faults_of(workflow.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "- uses: actions/setup-python@v5",
        "- uses: pypa/gh-action-pypi-publish@release/v1",
        "- uses: actions/setup-node@48b55a011bda9f5d6aeb4c2d9c7362e8dae4041e",
        "- uses: actions/checkout@9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0 # v7.0.0",
        "on: pull_request_target",
        "- run: echo ${{ github.event.issue.title }}",
    ],
)
def test_a_fault_is_seen(text: str):
    assert len(faults_of(text)) == 1


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_rights_are_these(workflow: Path):
    text = workflow.read_text(encoding="utf-8")
    assert re.findall(r"^ +((?:contents|id-token|packages|actions): \w+)", text, re.MULTILINE) == RIGHTS[workflow.name]


def test_it_is_said_that_nobody_has_run_them():
    assert all("nobody has run it yet" in path.read_text(encoding="utf-8") for path in WORKFLOWS)


PUBLISH = re.compile(r"gh-action-pypi-publish@|\bnpm publish\b|\bskopeo copy\b|\bgh release create\b")


def untried(workflow: dict) -> set[str]:
    """The jobs that publish, and wait for neither all that is built nor for its tests on aarch64."""
    jobs = workflow["jobs"]

    def waits_for(name: str) -> set[str]:
        needs = jobs[name].get("needs", [])
        direct = {needs} if isinstance(needs, str) else set(needs)
        return direct.union(*(waits_for(other) for other in direct))

    publish = {name for name, job in jobs.items() if PUBLISH.search(str(job["steps"]))}
    return {name for name in publish if not waits_for(name) >= {"build", "aarch64"}}


def test_nothing_is_published_before_it_ran_on_both_processors():
    release = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
    assert untried(release) == set()
    assert release["jobs"]["aarch64"]["runs-on"] == "ubuntu-24.04-arm"
    release["jobs"]["npm"]["needs"] = "build"
    assert untried(release) == {"npm"}
