"""What the documents list is what the code has."""

from __future__ import annotations

import re


def codes_of_the_source(sources):
    """code -> (group, status), from the table behind all_error_codes()."""
    facts = re.findall(r'CodeFacts\{\w+, "(\w+)", (\w+), (\d+),', sources["src/core/errors/auth_error.cpp"])
    return {code: (group, int(status)) for code, group, status in facts}


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


def test_the_source_lists_every_enumerator(sources):
    header = sources["include/drawbridge/auth_error.h"]
    enumeration = re.search(r"enum class ErrorCode \{(.*?)\};", header, re.DOTALL)[1]
    names = re.findall(r"^\s*(\w+),", re.sub(r"//[^\n]*", "", enumeration), re.MULTILINE)
    assert len(names) > 30
    assert list(codes_of_the_source(sources)) == names


def test_errors_md_explains_every_code(sources):
    assert codes_of_the_document(sources) == codes_of_the_source(sources)


def test_the_typescript_client_knows_every_code(sources):
    """Those of the contract, by the types made of it, and role_missing, which the tasks API never says."""
    generated = re.findall(r"^ +code\??: (.*);$", sources["packages/client/src/generated/api.ts"], re.MULTILINE)
    codes = {code for line in generated for code in re.findall(r'"(\w+)"', line)}
    assert codes | {"role_missing"} == set(codes_of_the_source(sources))
    assert '| "role_missing"' in sources["packages/client/src/api-error.ts"]


def test_readme_lists_every_setting(sources):
    """Environment variables that the program reads and that README's table explains, in the same order."""
    in_code = re.findall(r'^\s+\{"([A-Z_]+)",', sources["src/commands/settings.cpp"], re.MULTILINE)
    in_table = re.findall(r"^\| `([A-Z_]+)` \|", sources["README.md"], re.MULTILINE)
    assert len(in_code) > 10
    assert in_table == in_code


def test_links_between_documents_lead_somewhere(sources):
    from pathlib import PurePosixPath

    from conftest import ROOT

    dead = []
    for path, text in sources.items():
        if not path.endswith(".md") or path.startswith("skills/"):  # whose links lead to what is packed with it
            continue
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)|<img src=\"([^\":]+)\"", text):
            name = target[0] or target[1]
            if not (ROOT / PurePosixPath(path).parent / name).exists():
                dead.append(f"{path} -> {name}")
    assert dead == []
