"""/docs of the API: the contract in the browser, and calls with a token that was pasted."""

from __future__ import annotations

import base64
import json
import re
import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from browser import Visitor, answer_json
from looks import EACH_LOOK, LOOKS, look_at
from people import sign_up
from short_lived_tokens import expired_token

ADA = "7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f"
LOAD = 100_000  # bytes on the wire
SCREENS = {"desk": (1440, 900), "laptop": (1280, 720), "phone": (390, 844)}


def token_of(visitor: Visitor) -> str:
    return visitor.context.request.get("/api/auth/token").json()["token"]


def unsigned(**claims: object) -> str:
    """What the page can read of a token, and no server takes."""
    parts = {"alg": "EdDSA"}, {"exp": int(time.time()) + 900, "uuid": ADA} | claims
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + ".c2ln"
    )


def open_docs(visitor: Visitor, fragment: str = "", host: str | None = None) -> Page:
    page = visitor.context.new_page()
    page.goto(f"{host or visitor.bridge.api_url}/docs{fragment}")
    expect(page.locator("#listTasks")).to_be_attached()
    return page


def opened(page: Page, operation: str) -> Locator:
    page.locator(f"#{operation} > summary").click()
    expect(page.locator(f"#{operation}[open]")).to_be_visible()
    return page.locator(f"#{operation}")


def is_on_screen(element: Locator) -> bool:
    box, screen = element.bounding_box(), element.page.viewport_size
    assert box and screen
    return 0 <= box["y"] and box["y"] + box["height"] <= screen["height"]


def test_a_pasted_token_makes_a_call(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    token = token_of(ada)
    page = open_docs(ada)
    page.get_by_label("Token").fill(token)
    expect(page.get_by_role("status")).to_contain_text("Your user_id is filled in. This token expires at")
    # The user's id is filled in from the token, so that a first call works as it stands.
    operation = opened(page, "createTask")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        operation.get_by_role("button", name="Execute").click()
    assert answer.value.status == 201, answer.value.text()
    assert answer.value.request.header_value("authorization") == f"Bearer {token}"
    expect(operation.get_by_text("→ 201 Created")).to_be_visible()
    expect(operation.locator("[aria-live]").get_by_text('"title": "Call the plumber",')).to_be_visible()
    # Nothing is asked of anybody else, and the token is kept nowhere.
    hosts = {urlsplit(r.url).netloc for r in ada.seen.requests if not r.url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(bridge.api_url).netloc, urlsplit(bridge.front_end.url).netloc}
    kept = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])")
    assert "eyJ" not in kept


def test_authorizing_leaves_open_what_is_open_and_fills_in_the_user(bridge, visit):
    page = open_docs(visit(bridge))
    operation = opened(page, "listTasks")
    operation.get_by_label("search").fill("milk & bread")
    operation.get_by_label("tag").fill("1, 2")
    for pasted, user in (
        (unsigned(), ADA),
        ("Bearer " + unsigned(uuid="b"), "b"),
        ("not a token", "b"),
        ('"' + unsigned(exp=1) + '"', ADA),
        ("", ADA),
    ):
        page.get_by_label("Token").fill(pasted)
        expect(operation.get_by_label("user_id")).to_have_value(user)
    with page.expect_request("**/api/v1/**") as request:
        operation.get_by_role("button", name="Execute").click()
    assert request.value.url == f"{bridge.api_url}/api/v1/{ADA}/tasks?tag=1&tag=2&search=milk+%26+bread"


def test_a_path_with_a_gap_is_never_sent(bridge, visit):
    ada = visit(bridge)
    page = open_docs(ada)
    with_a_user = page.locator("#operations > details:has(input[name=user_id])")
    assert with_a_user.count() == 12
    asked = len(ada.seen.requests)
    for operation in with_a_user.all():
        operation.locator("summary").first.click()
        *others, last = operation.locator("input[required]").all()
        for field in others:
            field.fill("x")
        for gap in ("", "  ", ".", "..", " .. "):
            last.fill(gap)
            operation.get_by_role("button", name="Execute").click()
            expect(last).to_be_focused()  # the browser says what is to be filled in
        operation.locator("summary").first.click()
    assert [request.url for request in ada.seen.requests[asked:]] == []
    # What looks like an address in a segment stays in it.
    operation = opened(page, "getTask")
    operation.get_by_label("user_id").fill("{task_id}")
    operation.get_by_label("task_id").fill("../?#")
    with page.expect_request("**/api/v1/**") as request:
        operation.get_by_role("button", name="Execute").click()
    assert request.value.url == f"{bridge.api_url}/api/v1/%7Btask_id%7D/tasks/..%2F%3F%23"


def test_its_first_load_is_small(bridge, visit):
    ada = visit(bridge)
    network = ada.context.new_cdp_session(ada.page)
    network.send("Network.enable")
    received: list[float] = []
    network.on("Network.loadingFinished", lambda ended: received.append(ended["encodedDataLength"]))
    ada.page.goto(f"{bridge.api_url}/docs")
    expect(ada.page.locator("#listTasks")).to_be_visible()
    ada.page.wait_for_load_state("networkidle")
    print(f"{sum(received):.0f} bytes in {len(received)} answers")
    assert sum(received) < LOAD
    assert len([size for size in received if size > 0]) == 4


@pytest.mark.parametrize("screen", SCREENS)
def test_authorize_and_the_first_operation_are_on_the_first_screen(bridge, visit, screen):
    width, height = SCREENS[screen]
    page = open_docs(visit(bridge, viewport={"width": width, "height": height}))
    for element in (
        page.get_by_role("heading", name="Authorize"),
        page.get_by_label("Token"),
        page.locator("#listTasks"),
    ):
        expect(element).to_be_visible()
        assert is_on_screen(element)


def test_a_problem_is_explained_once(bridge, visit):
    ada = visit(bridge)
    contract = ada.context.request.get(f"{bridge.api_url}/openapi.json").json()
    problems = {
        one["value"]["code"]: one["value"]
        for one in contract["components"]["examples"].values()
        if "code" in one["value"]
    }
    page = open_docs(ada)
    listed = page.locator("#problems dt").all_text_contents()
    assert sorted(listed) == sorted(f"{one['status']} {code}" for code, one in problems.items())
    for code, one in problems.items():
        assert page.locator("dd").get_by_text(one["title"], exact=True).count() == 1, code
        assert page.locator(f"#problem-{code} + dd").text_content() == one["title"]
    # An operation names its codes in a line for each status, and schemas by what they are called.
    operation = opened(page, "createTask")
    expect(operation.get_by_role("link", name="quota_exceeded")).to_be_hidden()
    operation.get_by_text("Refused with 400, 401, 403, 404, 409, 413, 415, 422, 429, 431, 500, 503").click()
    expect(operation.get_by_role("link", name="quota_exceeded")).to_be_visible()
    assert operation.locator("dl").count() == 0
    addresses = page.locator("a[href^='#']").evaluate_all("links => links.map((one) => one.getAttribute('href'))")
    for address in set(addresses):
        assert page.locator(address).count() == 1, address


@pytest.mark.parametrize("name", ["listTasks", "createTag", "getDocs", "schema-Task"])
def test_what_is_opened_has_an_address(bridge, visit, name):
    ada = visit(bridge)
    page = open_docs(ada)
    opened(page, name)
    expect(page).to_have_url(f"{bridge.api_url}/docs#{name}")
    again = open_docs(ada, f"#{name}")
    expect(again.locator("details[id][open]")).to_have_count(1)
    expect(again.locator(f"#{name}[open] > summary")).to_be_in_viewport(ratio=1)
    again.locator(f"#{name} > summary").click()
    expect(again).to_have_url(f"{bridge.api_url}/docs")


def test_a_link_within_the_page_opens_what_it_leads_to(bridge, visit):
    page = open_docs(visit(bridge), "#createTask")
    page.locator("#createTask").get_by_role("link", name="NewTask").click()
    expect(page.locator("#schema-NewTask[open] > summary")).to_be_in_viewport(ratio=1)
    page.go_back()
    expect(page.locator("#createTask > summary")).to_be_in_viewport(ratio=1)


SESSION_TOKEN = "kQ4nV7sXbT2mPz9cLw6yRd3hFj8aGe5u"
COPY = "Paste (await authClient.token()).data.token."
PASTED = {
    "expired": (unsigned(exp=1), r"This token expired at 1/1/1970, .+\. Copy a new one\."),
    "in quotes, expired": (f"'{unsigned(exp=1)}'", r"This token expired at 1/1/1970, .+\. Copy a new one\."),
    "a session token": (SESSION_TOKEN, f"This looks like a session token, not a JWT. {re.escape(COPY)}"),
    "a session cookie": (
        f"better-auth.session_token={SESSION_TOKEN}.c2ln%3D",
        f"This looks like a session token, not a JWT. {re.escape(COPY)}",
    ),
    "text": ("hello", f"This is not a JWT. {re.escape(COPY)}"),
    "half a JWT": (unsigned().rpartition(".")[0], f"This is not a JWT. {re.escape(COPY)}"),
    "JSON that is no claims": ("bnVsbA.bnVsbA.c2ln", f"This is not a JWT. {re.escape(COPY)}"),
    "no uuid": (unsigned(uuid=None), "This token lacks the claim exp or uuid: the API refuses it."),
    "no exp": (unsigned(exp="soon"), "This token lacks the claim exp or uuid: the API refuses it."),
    "good": (unsigned(), r"Your user_id is filled in\. This token expires at .+\."),
    "nothing": ("", ""),
}


def test_what_is_wrong_with_a_token_is_said_when_it_is_pasted(bridge, visit):
    page = open_docs(visit(bridge))
    for name, (pasted, said) in PASTED.items():
        page.get_by_label("Token").fill(pasted)
        assert re.fullmatch(said, page.get_by_role("status").text_content() or ""), name


def test_a_pasted_token_that_has_expired_is_said_to_be(bridge, visit):
    ada = visit(bridge)
    old = expired_token(bridge, sign_up(ada))
    page = open_docs(ada)
    page.get_by_label("Token").fill(old)
    expect(page.get_by_role("status")).to_contain_text("This token expired at")


def test_an_api_key_fills_in_whose_it_is(bridge, visit):
    ada = visit(bridge)
    page = open_docs(ada)
    operation = opened(page, "listTasks")
    for answer, told, user in (
        (answer_json({"code": "api_key_unknown"}, 401), "does not accept your API key: 401 api_key_unknown.", ""),
        (answer_json({"uuid": ADA}), "The server accepts your API key. Your user_id is filled in.", ADA),
    ):
        ada.context.route("**/api/v1/me", answer)
        page.get_by_label("API key").fill(f"key of {user}")
        page.get_by_label("API key").press("Tab")
        expect(page.get_by_role("status")).to_contain_text(told)
        expect(operation.get_by_label("user_id")).to_have_value(user)
    with page.expect_request("**/tasks") as request:
        operation.get_by_role("button", name="Execute").click()
    assert request.value.header_value("x-api-key") == f"key of {ADA}"
    # One credential at a time, and no word about one that was taken away.
    page.get_by_label("API key").fill("")
    page.get_by_label("API key").press("Tab")
    expect(page.get_by_role("status")).to_have_text("")
    page.get_by_label("API key").fill("another")
    page.get_by_label("Token").fill(unsigned())
    expect(page.get_by_label("API key")).to_have_value("")


def test_an_id_that_javascript_would_round_is_shown_as_it_is(bridge, visit):
    ada = visit(bridge)
    ada.context.route("**/api/v1/me", lambda route: route.fulfill(json=None, body='{"id":9223372036854775807}'))
    page = open_docs(ada)
    operation = opened(page, "getMe")
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator("[aria-live]").get_by_text('"id": 9223372036854775807')).to_be_visible()


@pytest.mark.parametrize("look", EACH_LOOK)
def test_the_contract_can_be_read_by_everybody(bridge, visit, look):
    page = visit(bridge, bypass_csp=True, **LOOKS[look]).page  # the page's policy also forbids axe
    page.goto(f"{bridge.api_url}/docs")
    for state in (the_contract, a_list_to_be_read, a_call_that_was_made, a_token_that_has_expired, all_of_it):
        look_at(page, state, look)


def the_contract(page: Page) -> None:
    expect(page.locator("#createTask")).to_be_visible()


def a_list_to_be_read(page: Page) -> None:
    opened(page, "listTasks")


def a_call_that_was_made(page: Page) -> None:
    operation = opened(page, "createTask")
    operation.get_by_label("user_id").fill(ADA)
    operation.get_by_role("button", name="Execute").click()
    expect(operation.get_by_text("→ 401 Unauthorized")).to_be_visible()


def a_token_that_has_expired(page: Page) -> None:
    page.get_by_label("Token").fill(unsigned(exp=1))


def all_of_it(page: Page) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


def test_the_browsers_own_cookie_makes_a_call(start_bridge, visit):
    """On one host, where the API takes sessions and its own origin is among those that may send one."""
    bridge = start_bridge()
    own = f"http://localhost:{bridge.api_port}"
    ada = visit(bridge)
    sign_up(ada)
    for settings, told, status in (
        ({}, "The server does not accept your session: 401 token_missing.", None),
        ({"drawbridge_credentials": "token,session"}, "Your user_id is filled in.", 403),
        (
            {"drawbridge_credentials": "token,session", "drawbridge_allowed_origins": own},
            "Your user_id is filled in.",
            201,
        ),
    ):
        bridge.api.stop()
        bridge.settings = settings
        bridge.start_api()
        page = open_docs(ada, host=own)
        page.get_by_role("button", name="Use my session").click()
        expect(page.get_by_role("status")).to_contain_text(told)
        if status is None:
            continue
        operation = opened(page, "createTask")
        with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            operation.get_by_role("button", name="Execute").click()
        sent = answer.value.request.all_headers()
        assert answer.value.status == status, answer.value.text()
        assert "authorization" not in sent
        assert "better-auth.session_token=" in sent["cookie"]
