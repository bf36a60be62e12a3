"""Each link to a section of a document leads to one of its headings, as GitHub names them."""

from __future__ import annotations

import functools
import os
import re

import pytest

from documents import DOCUMENTS, FENCE, ROOT, prose_of, text_of


def anchor_of(heading: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w -]", "", text.lower()).strip().replace(" ", "-")


@functools.cache
def anchors_in(document: str) -> set[str]:
    return {anchor_of(heading) for heading in re.findall(r"^#+ (.*)$", FENCE.sub("", text_of(document)), re.MULTILINE)}


def test_what_an_anchor_is() -> None:
    assert anchor_of("Better Auth's own id: `sub` alone") == "better-auths-own-id-sub-alone"
    assert anchor_of("セッション Cookie と API キー") == "セッション-cookie-と-api-キー"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_sections_that_are_linked_to_exist(document: str) -> None:
    dead = []
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", prose_of(document)):
        place = os.path.normpath(os.path.join(os.path.dirname(document), target)) if target else document
        if (ROOT / place).is_dir():
            place += "/README.md"
        if place.endswith(".md") and anchor not in anchors_in(place):
            dead.append(f"{target}#{anchor}")
    assert dead == []
