"""What the documents list is what the code has."""

from __future__ import annotations

import re


# The error codes: one table, in C++. The Python package reads it through its extension; everything else that lists codes
# is compared with it here, and nowhere else.


def codes_of_the_source(sources):
    """code -> (group, status), from the table behind all_error_codes()."""
    facts = re.findall(r'CodeFacts\{(\w+), "(\w+)", (\w+), (\d+),', sources["src/core/errors/auth_error.cpp"])
    assert all(enumerator == name for enumerator, name, _, _ in facts)
    return {code: (group, int(status)) for _, code, group, status in facts}


def codes_of_the_enumeration(sources):
    header = sources["include/drawbridge/auth_error.h"]
    enumeration = re.search(r"enum class ErrorCode \{(.*?)\};", header, re.DOTALL)[1]
    return re.findall(r"^\s*(\w+),", re.sub(r"//[^\n]*", "", enumeration), re.MULTILINE)


def codes_of_the_document(sources):
    """code -> (group, status), from the headings and tables of docs/errors.md."""
    codes, group = {}, None
    for line in sources["docs/errors.md"].splitlines():
        if heading := re.match(r"## (\w+)", line):
            group = heading[1].lower()
        elif row := re.match(r"\| `(\w+)` \| (\d+) \| \S.* \| \S.* \| \S.* \|$", line):
            assert row[1] not in codes, f"{row[1]} is there twice"
            codes[row[1]] = (group, int(row[2]))
    return codes


def codes_of_the_contract(sources):
    """(code, status) of each problem."""
    problem = r"status: \{const: (\d+)\}\n +code:(?: \{enum: \[(.*)\]\}|\n +enum:((?:\n +- \w+)+))"
    found = re.findall(problem, sources["api/openapi.yaml"])
    return {(code, int(status)) for status, *lists in found for code in re.findall(r"\w+", " ".join(lists))}


def codes_of_the_client(sources):
    """(code, status), from the types made of the contract."""
    problem = r"status\?: (\d+);\n.*\n +code\?: (.*);"
    found = re.findall(problem, sources["packages/client/src/generated/api.ts"])
    return {(code, int(status)) for status, codes in found for code in re.findall(r'"(\w+)"', codes)}


# Of the vocabulary, but not of the tasks API: a route of one's own asks for a role, a permission or a membership.
NOT_OF_THE_CONTRACT = {"role_missing", "permission_missing", "membership_missing"}


def test_one_vocabulary_of_error_codes(sources):
    codes = codes_of_the_source(sources)
    assert len(codes) > 30
    assert codes_of_the_enumeration(sources) == list(codes)
    assert codes_of_the_document(sources) == codes
    of_the_contract = {(code, status) for code, (_, status) in codes.items() if code not in NOT_OF_THE_CONTRACT}
    assert codes_of_the_contract(sources) == of_the_contract
    assert codes_of_the_client(sources) == of_the_contract
    of_the_client = set(re.findall(r'^  \| "(\w+)"', sources["packages/client/src/api-error.ts"], re.MULTILINE))
    assert of_the_client == NOT_OF_THE_CONTRACT | {"unexpected_answer"}
    assert "_core.error_codes()" in sources["bindings/python/drawbridge/errors.py"]


def test_the_page_of_settings_lists_every_setting(sources):
    """Environment variables that the program reads and that the page's table explains, in the same order."""
    in_code = re.findall(r'^\s+\{"([A-Z_]+)",', sources["src/commands/settings.cpp"], re.MULTILINE)
    in_table = re.findall(r"^\| `([A-Z_]+)` \|", sources["docs/settings.md"], re.MULTILINE)
    assert len(in_code) > 10
    assert in_table == in_code


def test_links_between_documents_lead_somewhere(sources):
    from pathlib import PurePosixPath

    from conftest import ROOT

    dead = []
    for path, text in sources.items():
        if not path.endswith(".md"):
            continue
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)|<img src=\"([^\":]+)\"", text):
            name = target[0] or target[1]
            if not (ROOT / PurePosixPath(path).parent / name).exists():
                dead.append(f"{path} -> {name}")
    assert dead == []


def test_the_recipes_name_files_that_exist():
    from conftest import ROOT

    named = re.findall(r"`((?:src|include|apps|tests|bindings|packages|examples|api|deploy|docs)/[^`<>*…]+)`", (ROOT / "CONTRIBUTING.md").read_text())
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name.split()[0]).exists()] == []


def test_reliability_names_tests_that_exist(sources):
    from conftest import ROOT

    missing = []
    for named in re.findall(r"`([^`\n]*test[^`\n]*)`", sources["docs/reliability.md"]):
        path, _, name = named.partition("::")
        if path.startswith("./dev"):
            continue
        file = ROOT / path
        if not file.is_file() or (name and f"def {name}(" not in file.read_text()):
            missing.append(named)
    assert missing == []
