"""Names in the documents are those of the program: doctor's checks, error codes, settings."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from documents import DOCUMENTS, rows_of, text_of
from process import DRAWBRIDGE

GROUPS = "config|jwks|clock|database|tables|credentials|revocations|issuer|token|user|api|cors|production"
COLUMNS = {"user.uuid", "user.id", "session.token", "session.id"}  # what else has a dot in it


def checks_named_in(document: str) -> set[str]:
    return set(re.findall(rf"`((?:{GROUPS})\.[a-z_]+)`", text_of(document))) - COLUMNS


def test_every_check_of_doctor_is_in_troubleshooting_or_the_security_checklist_and_no_other() -> None:
    done = subprocess.run(
        [DRAWBRIDGE, "doctor", "--better-auth-url", "http://127.0.0.1:9", "--production", "--json"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    checks = {check["id"] for check in json.loads(done.stdout)["checks"]}
    assert checks_named_in("docs/troubleshooting.md") | checks_named_in("docs/security-checklist.md") == checks


def codes() -> dict[str, str]:
    """With their HTTP status. tests/architecture compares this table with the source."""
    return dict(re.findall(r"^\| `([a-z_]+)` \| (\d{3})", text_of("docs/errors.md"), re.MULTILINE))


# What begins or ends as a code does and is none: arguments, members and claims.
NO_CODES = {"connect_timeout", "key_ops", "keys_max_stale", "keys_snapshot", "session_data", "session_id", "user_claim"}
NO_CODES |= {"user_id", "api_key", "api_key_headers", "session_headers", "session_cookie", "credential_max_age"}
NO_CODES |= {"revocations_secret", "user_bytes", "user_places"}


def test_the_codes_are_all_found() -> None:
    assert len(codes()) > 30


@pytest.mark.parametrize("document", DOCUMENTS)
def test_codes_in_prose_exist(document: str) -> None:
    """What stands between backquotes and begins or ends as a code does, such as `key_...` or `..._unknown`, is one."""
    known = {code for code in codes() if "_" in code}
    parts = [code.split("_") for code in known]
    begins, ends = {part[0] for part in parts}, {part[-1] for part in parts}
    said = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text_of(document)))
    alike = {word for word in said if word.split("_")[0] in begins or word.split("_")[-1] in ends}
    assert alike - NO_CODES - known - codes_of_the_client(document) == set()


def codes_of_the_client(document: str) -> set[str]:
    """Its own, beside the API's."""
    if document != "packages/client/README.md":
        return set()
    return set(re.findall(r'^  readonly code = "([a-z_]+)";$', text_of("packages/client/src/errors.ts"), re.MULTILINE))


@pytest.mark.parametrize("status", ["401", "403", "503"])
def test_troubleshooting_begins_a_row_with_each_code_of_a_refusal(status: str) -> None:
    rows = [row for heading, row in rows_of("docs/troubleshooting.md") if heading == f"{status} from the API"]
    listed = {code for symptom, *_ in rows for code in re.findall(r"`([a-z]+(?:_[a-z]+)+)`", symptom)}
    assert listed == {code for code, of_it in codes().items() if of_it == status}


# Who reads settings; of Better Auth's own there is one more.
READERS = [
    "src/commands/settings.cpp",
    "bindings/python/drawbridge/settings.py",
    "scripts/build.sh",
    *(f"tests/e2e/{name}.py" for name in ("process", "backend", "database")),
]
SETTING = re.compile(r"\b(?:DRAWBRIDGE|BETTER_AUTH)_[A-Z_]*[A-Z]")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_settings_in_documents_exist(document: str) -> None:
    known = {name for reader in READERS for name in SETTING.findall(text_of(reader))}
    assert len(known) > 15
    assert set(SETTING.findall(text_of(document))) - known - {"BETTER_AUTH_SECRET"} == set()


def test_the_python_readme_lists_every_setting_of_a_verifier() -> None:
    """With its argument, its variable and, where the C++ program has one too, the same default."""
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| `([a-z_]+)` \| ([^|]+) \|", text_of("bindings/python/README.md"), re.MULTILINE
    )
    source = text_of("bindings/python/drawbridge/settings.py")
    assert {argument: variable for variable, argument, _ in rows} == dict(
        re.findall(r'^    "([a-z_]+)": "([A-Z_]+)",$', source, re.MULTILINE)
    )
    of_the_program = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", text_of("docs/settings.md"), re.MULTILINE))
    assert {variable: default for variable, _, default in rows}.items() <= of_the_program.items()
