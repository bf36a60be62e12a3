"""The bridge panel: what each request meets on its way, and ways across that the API refuses."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from people import new_task, open_new_task, sign_up, wait_for
from process import ROOT

SCRIPTS = ROOT / "examples/web/.next/static/chunks"
ONLY_IN_THE_PANEL = '"bridge-requests"'  # an id of its list


def open_panel(page: Page) -> Locator:
    page.get_by_role("button", name="Inspect the bridge").click()
    panel = page.get_by_role("dialog", name="The bridge")
    expect(panel).to_be_visible()
    return panel


def part(panel: Locator, heading: str) -> Locator:
    return panel.get_by_role("region", name=heading, exact=True)


def lane(page: Page, station: str) -> Locator:
    return page.get_by_role("list", name="The path of a request").get_by_role("listitem").filter(has_text=station)


def verdict(panel: Locator, check: str) -> Locator:
    """The line of a check: its mark, name and verdict."""
    return part(panel, "What the API checked").get_by_role("listitem").filter(has_text=re.compile(check))


def seconds_left(timer: Locator) -> int:
    minutes, seconds = re.fullmatch(r"Renewed in (\d+):(\d\d)", timer.inner_text()).groups()
    return 60 * int(minutes) + int(seconds)


def test_the_panel_shows_the_way_the_checks_the_token_and_the_keys(bridge, visit):
    ada = visit(bridge)
    account = sign_up(ada)
    new_task(ada.page, "Cross")
    panel = open_panel(ada.page)
    for station in ("Better Auth", "API", "Your rows"):
        expect(lane(ada.page, station)).to_have_attribute("data-state", "good")
    expect(lane(ada.page, "Better Auth")).to_contain_text("200")
    expect(part(panel, "Requests").get_by_role("button", name=re.compile("^POST")).first).to_contain_text("201")
    expect(part(panel, "Requests").get_by_role("button", name=re.compile("^a token")).first).to_contain_text("200")
    expect(part(panel, "Requests").get_by_text("Who am I?")).to_contain_text("200")

    (key,) = httpx.get(f"http://127.0.0.1:{bridge.front_end.port}/api/auth/jwks", trust_env=False).json()["keys"][:1]
    for check, value in {
        "Form": "",
        "Algorithm": "EdDSA",
        "Key": key["kid"],
        "Signature": "",
        "Times": "expires in 1",
        "Issuer": bridge.front_end.url,
        "Audience": bridge.front_end.url,
        "Whose path": "-",
    }.items():
        expect(verdict(panel, check).first).to_contain_text("passed")
        expect(verdict(panel, check).first).to_contain_text(value)
    panel.get_by_role("button", name="Verify here").click()
    expect(panel.get_by_text("Verified in this page: the key signed this token.")).to_be_visible()

    token = part(panel, "Token")
    expect(token.get_by_text(account.email)).to_be_visible()
    expect(token.get_by_text("the user's id in the API: the path's")).to_be_visible()
    expect(token.get_by_text("Better Auth's user.id. It is not in the API's paths.")).to_be_visible()
    colours = token.locator("code[data-part]").evaluate_all("all => all.map(one => getComputedStyle(one).color)")
    assert len(set(colours)) == 3
    signed = part(panel, "Keys").get_by_role("listitem").filter(has_text="signed this token")
    expect(signed).to_contain_text(key["kid"])
    docs = panel.get_by_role("link", name=re.compile("contract"))
    assert docs.get_attribute("href") == f"{bridge.api_url}/docs"
    timer = panel.get_by_role("timer")
    first = seconds_left(timer)
    assert 13 * 60 < first <= 14.5 * 60  # of a token of 15 minutes
    wait_for(ada.page, lambda: seconds_left(timer) <= first - 3, "three seconds less")


def test_the_panel_is_a_script_of_its_own_of_25_kb_at_most():
    sizes = [path.stat().st_size for path in SCRIPTS.rglob("*.js") if ONLY_IN_THE_PANEL in path.read_text()]
    assert len(sizes) == 1 and sizes[0] <= 25_000, sizes


# button: the answer, and words of its cause and of its remedy
TRIALS = {
    "No token": ("401 token_missing", "neither a token", "Send the JWT"),
    "One bit flipped": ("401 signature_invalid", "did not sign this token", "Fetch a new one"),
    "Expired": ("401 token_expired", "expired five minutes ago", "Fetch a new one"),
    "Someone else's path": ("403 user_mismatch", "belongs to another user", "claim uuid"),
    "Session token in place of the JWT": ("401 token_malformed", "is not a JWT", "not session.token"),
    "Rotate keys": ("200", "with a new key", "Nothing to do"),
    "Sign out elsewhere": ("401 token_revoked", "then signed out", "This session continues"),
}


def test_each_button_makes_the_real_call_and_shows_what_the_api_says(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    panel = open_panel(ada.page)
    trials = part(panel, "Try to get across")
    keys = part(panel, "Keys").get_by_role("listitem")
    expect(keys.first).to_be_visible()
    before = keys.count()
    for name, texts in TRIALS.items():
        trials.get_by_role("button", name=name, exact=True).click()
        for text in texts:
            expect(trials.get_by_role("status")).to_contain_text(text)
        chosen = part(panel, "Requests").locator("[aria-pressed=true]")
        expect(chosen).to_contain_text(texts[0])
        expect(chosen).to_contain_text("trial")
        if name == "One bit flipped":
            expect(verdict(panel, "Signature")).to_contain_text("refused")
            panel.get_by_role("button", name="Verify here").click()
            expect(panel.get_by_text("the key did not sign this token.").first).to_be_visible()
        if name == "Rotate keys":
            expect(keys).to_have_count(before + 1)
    expect(ada.page.get_by_role("heading", name="Tasks", exact=True)).to_be_visible()  # this session goes on


def test_the_panel_survives_an_outage_and_shows_each_attempt(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    panel = open_panel(ada.page)
    expect(lane(ada.page, "API")).to_contain_text("200")
    bridge.api.program.stop()
    expect(lane(ada.page, "API")).to_contain_text("no answer")
    expect(lane(ada.page, "API")).to_have_attribute("data-state", "bad")
    expect(lane(ada.page, "API")).not_to_contain_text("200")  # that of before
    expect(lane(ada.page, "Your rows")).to_contain_text("not reached")
    expect(part(panel, "Requests").get_by_role("button").first).to_contain_text("no answer")
    expect(part(panel, "Requests").get_by_role("button").first).to_contain_text("2 times")
    panel.get_by_role("button", name="No token").click()
    expect(part(panel, "Try to get across").get_by_role("status")).to_contain_text("No answer came from")
    bridge.api.start()
    expect(lane(ada.page, "API")).to_contain_text("200")
    expect(lane(ada.page, "API")).to_have_attribute("data-state", "good")


def test_the_panel_shows_the_code_of_a_refusal(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    form = open_new_task(ada.page, "Refused by the server")
    ada.context.route(
        re.compile("/api/v1/[^/]+/tasks$"),
        lambda route: route.continue_(post_data='{"title": ""}') if route.request.method == "POST" else route.fallback(),
    )
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    ada.page.keyboard.press("Escape")
    expect(open_panel(ada.page).get_by_text("validation_failed").first).to_be_visible()


def test_on_a_phone_the_panel_is_a_sheet_that_keeps_the_focus(bridge, visit):
    ada = visit(bridge, viewport={"width": 390, "height": 844})
    sign_up(ada)
    page = ada.page
    panel = open_panel(page)
    assert panel.evaluate("panel => panel.matches(':modal')")
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.get_by_role("button", name="Inspect the bridge")).to_be_focused()


def test_trials_are_for_the_page_itself_and_for_who_is_signed_in(bridge, visit):
    ada = visit(bridge)
    trial = "/api/bridge/expired"
    post = ada.context.request.post
    assert post(trial, headers={"Origin": ada.web}).status == 401
    sign_up(ada)
    assert post(trial, headers={"Origin": "http://localhost:1"}).status == 403
    assert post("/api/bridge/nothing", headers={"Origin": ada.web}).status == 404
    assert ada.context.request.get(trial).status == 405
    assert post(trial, headers={"Origin": ada.web}).status == 200


@pytest.mark.parametrize("trial", ["expired", "second-session", "rotate"])
def test_trials_are_for_this_machine(bridge, visit, trial):
    """A proxy on it reports where the browser is. That the connection itself counts is tested in examples/web/tests."""
    ada = visit(bridge)
    sign_up(ada)
    keys = bridge.front_end.database.execute("select * from jwks")
    forged = {"X-Drawbridge-Chain": "127.0.0.1", "X-Drawbridge-Peer": "127.0.0.1"}
    for way in ("203.0.113.9", "127.0.0.1, 203.0.113.9", "203.0.113.9, 127.0.0.1"):
        headers = {"Origin": ada.web, "X-Forwarded-For": way} | forged
        assert ada.context.request.post(f"/api/bridge/{trial}", headers=headers).status == 404
    assert bridge.front_end.database.execute("select * from jwks") == keys


def test_keys_rotate_once_in_ten_seconds_and_the_panel_says_so(start_bridge, visit):
    bridge = start_bridge()
    ada = visit(bridge)
    sign_up(ada)
    request, database = ada.context.request, bridge.front_end.database
    keys = "select id from jwks"
    assert request.post("/api/bridge/rotate", headers={"Origin": ada.web}).status == 200  # of the first key
    assert request.get("/api/auth/token").ok
    assert len(database.execute(keys)) == 2
    # Young, however slow this machine is.
    database.execute("""update jwks set "createdAt" = '2100-01-01T00:00:00.000Z'""")
    refused = request.post("/api/bridge/rotate", headers={"Origin": ada.web})
    assert (refused.status, refused.json()["code"]) == (429, "rotated_just_now")
    assert int(refused.headers["retry-after"]) > 10
    panel = open_panel(ada.page)
    trials = part(panel, "Try to get across")
    trials.get_by_role("button", name="Rotate keys", exact=True).click()
    expect(trials.get_by_role("status")).to_contain_text("The keys were just rotated. Try again in")
    assert len(database.execute(keys)) == 2
