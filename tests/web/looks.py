"""How pages are looked at: in light and dark, on a desk and on a phone, by axe-core, and kept as a picture for people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from process import ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"
SCREENSHOTS = ROOT / "build/screenshots"

LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
    "phone_dark": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}
# Two of them have each colour and each width.
EACH_LOOK = ["light", "phone_dark", *(pytest.param(look, marks=pytest.mark.long) for look in ("dark", "phone"))]


def violations(page: Page) -> list[str]:
    """What axe-core finds, by rule and element."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{v['id']}: {node['html'][:120]}: {node['failureSummary']}" for v in found["violations"] for node in v["nodes"]
    ]


# Those that end; a skeleton breathes for ever. A busy machine begins them late.
AT_REST = """() => document.getAnimations().every(
  (one) => one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity
)"""


def look_at(page: Page, state: Callable[[Page], None], look: str) -> None:
    """Brings the page into that state, keeps a picture of it, and measures it."""
    state(page)
    page.wait_for_timeout(300)
    page.wait_for_function(AT_REST)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{state.__name__}-{look}.png")
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width == 0, f"{state.__name__} is {width} px too wide"
    assert violations(page) == [], state.__name__
