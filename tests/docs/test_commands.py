"""Each command in the documents is one that the program, or ./dev, has, with options that it has."""

from __future__ import annotations

import functools
import re
import subprocess

import pytest

from documents import DOCUMENTS, ROOT, command_lines, text_of
from process import DRAWBRIDGE

WORD = re.compile(r"[a-z]+$")


@functools.cache
def help_of(*command: str) -> str:
    done = subprocess.run([DRAWBRIDGE, *command, "--help"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0, f"drawbridge {' '.join(command)}: {done.stderr}"
    return done.stdout


def subcommands(text: str) -> set[str]:
    listed = text.partition("\nSubcommands:\n")[2].partition("\n\n")[0]
    return set(re.findall(r"^  ([a-z]+)", listed, re.MULTILINE))


def split(words: list[str]) -> tuple[list[str], list[str]]:
    """The command and its options."""
    command: list[str] = []
    for word in words:
        if word not in subcommands(help_of(*command)):
            break
        command.append(word)
    return command, [word.partition("=")[0] for word in words if word.startswith("--")]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        pytest.param(document, words, id=f"{document}: {' '.join(words)}")
        for document, words in command_lines("drawbridge")
    ],
)
def test_the_program_has_it(document: str, words: list[str]) -> None:
    command, options = split(words)
    first = words[0] if words else "--help"
    # `migrate status|plan|up` stands for three.
    assert command or first.startswith("-"), f"{first} is not a command"
    help_text = help_of(*command)
    for option in options:
        assert re.search(rf"(^|[\s,]){re.escape(option)}\b", help_text, re.MULTILINE), (
            f"{option} is not an option of {command}"
        )


def commands_of_the_program(*above: str) -> set[str]:
    """Those that stand for themselves: `token verify`, but not `token`."""
    below = subcommands(help_of(*above))
    if not below:
        return {" ".join(above)}
    return {name for word in below for name in commands_of_the_program(*above, word)}


def test_the_page_of_the_program_lists_every_command() -> None:
    (listing,) = re.findall(r"^# The program\n+```\n(.*?)^```$", text_of("docs/program.md"), re.MULTILINE | re.DOTALL)
    listed = set()
    for line in listing.splitlines():
        call = re.match(r"drawbridge ([a-z]+(?: [a-z|]+)?) ", line)
        assert call, line
        command, _, words = call[1].partition(" ")
        listed |= {f"{command} {word}" for word in words.split("|")} if words else {command}
    assert listed == commands_of_the_program()
    without_json = {name for name in listed if "--json" not in help_of(*name.split())}
    assert without_json == {"serve", "ready"}  # as the sentence below the list says


DEV_HELP = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, timeout=10).stdout


@pytest.mark.parametrize(
    ("document", "words"),
    [pytest.param(document, words, id=f"{document}: {' '.join(words)}") for document, words in command_lines("./dev")],
)
def test_dev_has_it(document: str, words: list[str]) -> None:
    verbs = re.findall(r"^  (\w+)", DEV_HELP, re.MULTILINE)
    assert words, "./dev alone"
    assert words[0] in [*verbs, "help"], words[0]
    for option in [word for word in words if word.startswith("--")]:
        assert option in DEV_HELP, option
    if words[0] == "test":
        suites = re.search(r"or some of: (.*)", DEV_HELP)
        assert suites
        assert {word for word in words[1:] if not word.startswith("--")} <= set(suites[1].split()), words


def test_a_package_is_built_before_it_is_packed() -> None:
    """npm runs no `prepack` where `.npmrc` says `ignore-scripts`, and packs three files without a word."""
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text().splitlines()
    packed = 0
    for document in DOCUMENTS:
        built: set[str] = set()
        for verb, packages in re.findall(r"npm (run build|pack)((?: -w packages/[\w-]+)+)", text_of(document)):
            names = set(packages.split()) - {"-w"}
            if verb == "run build":
                built |= names
            else:
                packed += 1
                assert names <= built, f"{document} packs {names - built} without a build"
    assert packed >= 5
