"""The words that people read: no phrase of the list below, in documents, messages, --help, hints and doctor's texts.

Each is one that made a native reader stumble, and the rule that it breaks; CONTRIBUTING.md has the rules.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from documents import DOCUMENTS, FENCE, ROOT, text_of
from process import DRAWBRIDGE

PHRASES = {
    # Name the actor.
    r"(?i)\bwho(?:m|so)?ever\b": 'name the actor: "anyone who", "a client that"',
    r"(?:^|[.:;|] )Who [a-z]+(?! \?)[^?.|]*[.;,|]": 'name the actor: "A user who asks", "Anyone who has it"',
    # Report, do not tell.
    r"\b(?:is|are|was|were|be|been|being) (?:told|said)\b": 'say who reports it: "doctor reports", "the log says"',
    # Plain words.
    r"(?i)\bmend(?:s|ed|ing)?\b": "fix",
    r"(?i)\bheal(?:s|ed|ing)?\b": "recover",
    r"(?i)\bbeside\b": '"besides" for what is added, "next to" for a place',
    r"\b(?:can|could|cannot|may) (?:not )?be had\b": '"is available", "is unavailable"',
    r"\bturn(?:s|ed)? (?:it|them|\w+) round\b": "toggle",
    r"(?i)\bhas the word\b": "decides",
    r"\bgone on with\b": "continued",
    r"\bstands in quotes\b": "is wrapped in quotes",
    r"\bits time is over\b": "it has expired",
    r"(?i)\bfor want of\b": '"without", "because there is no"',
    r"\bgo(?:es)? by\b": '"uses", "follows"',
    r"\b(?:is|are) for (?:a person|people) to\b": '"you must"',
    # Not, and your.
    r"\b(?:is|was|are|were) no (?!longer|more than|less than|fewer than|larger than|older than|later than|earlier than|one\b)": (
        '"is not a", "there is no" at the beginning of a clause'
    ),
    r"\bof (?:yours|ours|theirs|mine|hers)\b": '"your own X", not "X of yours"',
    # One idea a sentence.
    r"\bsays how long what\b": '"explains how long each step can take"',
}
# "There is no X" is how one says it, and so is a question.
PLAIN = re.compile(r"\b(?:[Tt]here|[Ww]here there) (?:is|was|are|were) no\b")


def faults_in(text: str) -> list[str]:
    text = PLAIN.sub("", " ".join(text.split()))
    return [f"“{found[0]}”: {rule}" for phrase, rule in PHRASES.items() for found in re.finditer(phrase, text)]


def prose_of(document: str) -> Iterator[str]:
    """Paragraphs and cells without code."""
    for passage in re.split(r"\n\n|\n(?=[|#-])", FENCE.sub("\n\n", text_of(document))):
        yield re.sub(r"`[^`]*`", "`…`", passage)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("Whoever writes a backend", 1),
        ("Read it. Who has it is you to the API.", 1),
        ("Who sent the request?", 0),
        ("users who sign in", 0),
        ("A fault is told once, at its root.", 1),
        ("an outage is said and heals", 2),
        ("hosts, beside loopback", 1),
        ("besides loopback", 0),
        ("it is no JWT", 1),
        ("it is no longer there; there is no JWT", 0),
        ("is no tag of yours", 2),
        ("your own API", 0),
        ("keys cannot be had now", 1),
    ],
)
def test_what_stumbles(text: str, faults: int) -> None:
    assert len(faults_in(text)) == faults


# What was decided once is left as it was written. The page of examples/web is written anew together with its README.
HISTORY = ("CHANGELOG.md", "docs/decisions/", "examples/web/")


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if not one.startswith(HISTORY)])
def test_documents(document: str) -> None:
    assert [fault for passage in prose_of(document) for fault in faults_in(passage)] == []


LITERAL = {
    ".cpp": re.compile(r'"((?:[^"\\\n]|\\.)*)"'),
    ".h": re.compile(r'"((?:[^"\\\n]|\\.)*)"'),
    ".py": re.compile(r'"((?:[^"\\\n]|\\.)+)"'),
    ".ts": re.compile(r'"((?:[^"\\\n]|\\.)+)"|`([^`]+)`'),
}
# Texts that people get from a program. The page in examples/web has one catalogue of its own texts, which
# its own tests read.
SPEAKING = (
    "apps/**/*.cpp",
    "src/**/*.cpp",
    "src/**/*.h",
    "bindings/python/extension/*.cpp",
    "bindings/python/drawbridge/**/*.py",
    "packages/*/src/**/*.ts",
    "examples/fastapi/**/*.py",
)


def without_comments(text: str, suffix: str) -> str:
    if suffix == ".py":
        return re.sub(r'"""(?s:.*?)"""|(?m:^\s*#.*$)', "", text)
    return re.sub(r"(?s:/\*.*?\*/)|(?m:(?<!:)//.*$)", "", text)


def texts_of(file: Path) -> Iterator[str]:
    """String literals with a blank in them; those that follow each other are one."""
    code = re.sub(r'"\s*\n\s*"', "", without_comments(file.read_text(encoding="utf-8"), file.suffix))
    for found in LITERAL[file.suffix].finditer(code):
        text = next((group for group in found.groups() if group is not None), "")
        if " " in text:
            yield text.replace("\\n", " ").replace('\\"', '"')


def speaking_files() -> list[Path]:
    return sorted({file for pattern in SPEAKING for file in ROOT.glob(pattern) if "generated" not in file.parts})


def test_what_programs_say() -> None:
    files = speaking_files()
    assert len(files) > 100
    found = [
        f"{file.relative_to(ROOT)}: {fault}" for file in files for text in texts_of(file) for fault in faults_in(text)
    ]
    assert found == []


COMMANDS = ["", "serve", "jwks", "token verify", "token inspect", "migrate", "migrate up", "doctor"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str) -> None:
    done = subprocess.run([DRAWBRIDGE, *command.split(), "--help"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0
    assert faults_in(done.stdout) == []


def test_dev_help() -> None:
    done = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, timeout=10)
    assert faults_in(done.stdout) == []


def test_the_contract() -> None:
    assert faults_in(re.sub(r"`[^`]*`", "`…`", text_of("api/openapi.yaml"))) == []
