"""Names in the documents are those of the program: doctor's checks, error codes, settings."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from documents import DOCUMENTS, text_of
from process import DRAWBRIDGE

GROUPS = "config|jwks|clock|database|tables|issuer|token|user|api|cors|production"
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


# The client has a few codes of its own, which its README explains.
@pytest.mark.parametrize("document", [name for name in DOCUMENTS if not name.startswith("packages/client/")])
def test_codes_in_prose_exist(document: str) -> None:
    codes = set(re.findall(r"^\| `([a-z_]+)` \| \d", text_of("docs/errors.md"), re.MULTILINE))
    assert len(codes) > 30
    said = re.findall(
        r"`([a-z]+_(?:missing|malformed|mismatch|unavailable|invalid|expired|unusable))`", text_of(document)
    )
    assert set(said) <= codes


def test_the_python_readme_lists_every_setting_of_a_verifier() -> None:
    """With its argument, its variable and, where the C++ program has one too, the same default."""
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| `([a-z_]+)` \| ([^|]+) \|", text_of("bindings/python/README.md"), re.MULTILINE
    )
    source = text_of("bindings/python/drawbridge/settings.py")
    assert {argument: variable for variable, argument, _ in rows} == dict(
        re.findall(r'^    "([a-z_]+)": "([A-Z_]+)",$', source, re.MULTILINE)
    )
    of_the_program = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", text_of("README.md"), re.MULTILINE))
    assert {variable: default for variable, _, default in rows}.items() <= of_the_program.items()
