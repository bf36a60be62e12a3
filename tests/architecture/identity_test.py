"""A claim that Identity has is everywhere where Identity is: in C++, JSON, the contract, TypeScript and Python."""

from __future__ import annotations

import re

import pytest

HEADER = "include/drawbridge/identity.h"
# All claims as they were signed: the library and Python have them, under this name; JSON shows what they mean alone.
ALL_CLAIMS = "claims_json"


def between(text, begin, end):
    """What stands behind `begin`, up to `end`; an assertion where either is missing."""
    assert begin in text, begin
    rest = text.split(begin, 1)[1]
    assert end in rest, end
    return rest.split(end, 1)[0]


def members_of_the_header(text):
    return re.findall(r"(\w+)\(\) const;", between(text, "class DRAWBRIDGE_API Identity {", "private:"))


def members_of_the_contract(text):
    schema = between(text, "\n    Identity:\n", "\n    Health:\n")
    properties = re.findall(r"^        (\w+): ", schema, re.MULTILINE)
    assert re.findall(r"\w+", between(schema, "required: [", "]")) == properties
    return properties


# Where the members stand, and how they are found there; where `claims` is among them, too.
PLACES = {
    "src/core/identity/identity_claims.h": lambda text: re.findall(
        r" (\w+)(?:\{\})?;", between(text, "struct IdentityClaims {", "\n};")
    ),
    "src/core/identity/identity_json.cpp": lambda text: re.findall(r'\.member\("(\w+)"', text),
    "api/openapi.yaml": members_of_the_contract,
    "packages/client/src/generated/api.ts": lambda text: re.findall(
        r"^ +(\w+): ", between(text, "\n        Identity: {\n", "\n        };"), re.MULTILINE
    ),
    "bindings/python/extension/identity_bindings.cpp": lambda text: re.findall(r'def_prop_ro\(\s*"(\w+)"', text),
    "bindings/python/drawbridge/_core.pyi": lambda text: re.findall(
        r"@property\n    def (\w+)\(self\)", between(text, "class Identity(Generic", "\n@final")
    ),
    "bindings/python/drawbridge/identity_record.py": lambda text: re.findall(
        r"^    (\w+): ", between(text, "class IdentityRecord:", "@classmethod"), re.MULTILINE
    ),
}
WITH_ALL_CLAIMS = {
    "src/core/identity/identity_claims.h": ALL_CLAIMS,
    "bindings/python/extension/identity_bindings.cpp": "claims",
    "bindings/python/drawbridge/_core.pyi": "claims",
}


def expected_in(place, sources):
    members = members_of_the_header(sources[HEADER])
    assert len(members) > 9
    renamed = WITH_ALL_CLAIMS.get(place)
    return [renamed if member == ALL_CLAIMS else member for member in members if member != ALL_CLAIMS or renamed]


@pytest.mark.parametrize("place", PLACES)
def test_each_member_of_identity_is_there(place, sources):
    assert PLACES[place](sources[place]) == expected_in(place, sources)


@pytest.mark.parametrize("place", PLACES)
def test_one_left_out_is_seen(place, sources):
    without = "\n".join(line for line in sources[place].splitlines() if "session_id" not in line)
    try:
        found = PLACES[place](without)
    except AssertionError:
        return
    assert found != expected_in(place, sources)
