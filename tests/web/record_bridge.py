"""Records the moving pictures of the bridge panel for README, in light and dark, from the real page:

    ./dev test web && .venv/bin/pip install -r bench/requirements.txt
    .venv/bin/python tests/web/record_bridge.py docs
"""

from __future__ import annotations

import os
import sys
import tempfile
from io import BytesIO
from pathlib import Path

os.environ.setdefault("DRAWBRIDGE_TEST_DATABASE", "sqlite")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from browser import Visitor, open_browser
from database import SqliteDatabase
from front_end import Bridge
from people import new_task, sign_up

SIZE = {"width": 1180, "height": 820}
LARGEST = 1_000_000  # bytes of one
TASKS = ("Renew the passport", "Write to the landlord", "Book a table for Friday")
TRIALS = {
    "One bit flipped": "401 signature_invalid",
    "Someone else's path": "403 user_mismatch",
    "Rotate keys": "200",
    "Sign out elsewhere": "401 token_revoked",
}

# A hand, since a browser's picture has none. Set by properties, which the page's policy allows.
POINTER = """([x, y]) => {
  const hand = document.getElementById("hand") ?? document.body.appendChild(document.createElement("div"));
  hand.id = "hand"; hand.popover = "manual"; hand.showPopover();
  Object.assign(hand.style, { position: "fixed", inset: "auto", left: `${x - 11}px`, top: `${y - 11}px`, width: "22px", height: "22px",
    margin: "0", padding: "0", border: "2px solid #fff", borderRadius: "50%", background: "#e8590ccc", pointerEvents: "none" });
}"""


class Film:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.at = (SIZE["width"] / 2, SIZE["height"] / 2)
        self.frames: list[Image.Image] = []
        self.milliseconds: list[int] = []

    def show(self, milliseconds: int) -> None:
        """What the page looks like now; if it is what it was, that is shown for longer."""
        frame = Image.open(BytesIO(self.page.screenshot())).convert("RGB")
        if self.frames and frame.tobytes() == self.frames[-1].tobytes():
            self.milliseconds[-1] += milliseconds
            return
        self.frames.append(frame)
        self.milliseconds.append(milliseconds)

    def click(self, button: Locator) -> None:
        """The hand goes there first."""
        box = button.bounding_box()
        target = (box["x"] + box["width"] - 14, box["y"] + box["height"] - 8)  # beneath its words
        for step in (0.35, 0.7, 1.0):
            place = [start + (end - start) * step for start, end in zip(self.at, target, strict=True)]
            self.page.evaluate(POINTER, place)
            self.show(90)
        self.at = target
        self.show(250)
        button.click()

    def save(self, file: Path) -> None:
        for quality in (60, 45, 30):
            first, *rest = self.frames
            options = {"duration": self.milliseconds, "loop": 0, "quality": quality, "method": 6, "minimize_size": True}
            first.save(file, save_all=True, append_images=rest, **options)
            if file.stat().st_size <= LARGEST:
                break
        print(f"{file}: {file.stat().st_size:,} bytes, {len(self.frames)} frames, {sum(self.milliseconds) / 1_000:.1f} s")


def record(visitor: Visitor) -> Film:
    page = visitor.page
    sign_up(visitor)
    for title in TASKS:
        new_task(page, title)
    expect(page.get_by_text("Task created")).to_have_count(0)
    film = Film(page)
    film.show(900)
    film.click(page.get_by_role("button", name="Inspect the bridge"))
    panel = page.get_by_role("dialog", name="The bridge")
    expect(panel.get_by_role("region", name="Keys", exact=True).get_by_role("listitem").first).to_be_visible()
    page.wait_for_timeout(600)
    film.show(2_000)
    trials = panel.get_by_role("region", name="Try to get across", exact=True)
    trials.scroll_into_view_if_needed()
    for name, outcome in TRIALS.items():
        film.click(trials.get_by_role("button", name=name, exact=True))
        expect(trials.get_by_role("status")).to_contain_text(outcome)
        page.wait_for_timeout(400)
        film.show(2_400)
    return film


def main() -> None:
    folder = Path(sys.argv[1])
    for look in ("light", "dark"):  # each with keys of its own, since keys rotate once in ten seconds
        with tempfile.TemporaryDirectory() as scratch, open_browser() as browser:
            bridge = Bridge(Path(scratch), SqliteDatabase(Path(scratch) / "app.db")).start()
            try:
                visitor = Visitor(browser, bridge, color_scheme=look, viewport=SIZE, reduced_motion="reduce")
                record(visitor).save(folder / f"bridge-panel-{look}.webp")
                visitor.close()
            finally:
                bridge.stop()


if __name__ == "__main__":
    main()
