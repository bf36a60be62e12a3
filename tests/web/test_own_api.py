"""docs/own-api.md in a real browser: a new Next.js app of its blocks, its API in FastAPI, and Better Auth."""

from __future__ import annotations

import re
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from browser import Visitor, answer_json
from database import SqliteDatabase
from fastapi_backend import PYTHON
from loopback import answers
from new_app import FrontEnd, blocks_of, build_app, choose_to_sign_up, install_packages, running_app, write_app
from people import new_account
from process import ROOT, Program, free_port

DOCUMENT = "docs/own-api.md"
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# With the names of files are those of other frameworks.
API = "\n\n".join(block for block in PYTHON_BLOCK.findall((ROOT / DOCUMENT).read_text()) if block[0] != "#")


def write_types(app: Path, environment: dict[str, str]) -> None:
    """lib/api-types.ts, as the document says that it is made, but for asking a server."""
    print_document = "import json, main; print(json.dumps(main.app.openapi()))"
    document = app / "openapi.json"
    command = [str(PYTHON), "-c", print_document]
    document.write_bytes(subprocess.run(command, cwd=app, env=environment, check=True, stdout=subprocess.PIPE).stdout)
    generator = ROOT / "node_modules/openapi-typescript/bin/cli.js"
    subprocess.run(["node", generator, document, "-o", app / "lib/api-types.ts"], check=True, capture_output=True)


@pytest.fixture(scope="module")
def own_bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    app, port, api_port = ROOT / "build/own-api", free_port(), free_port()
    front_end = FrontEnd(f"http://localhost:{port}", SqliteDatabase(app / "app.db"))
    api_url = f"http://127.0.0.1:{api_port}"
    of_the_api = {"BETTER_AUTH_URL": front_end.url, "LINK_SECRET": secrets.token_urlsafe(32)}
    pages = {
        "app/own-api/page.tsx": (ROOT / "tests/web/own_api/page.tsx").read_text(),
        "app/server/page.tsx": (ROOT / "tests/web/own_api/server-page.tsx").read_text(),
        "main.py": API,
    }
    settings = {"BETTER_AUTH_URL": front_end.url, "BETTER_AUTH_SECRET": secrets.token_urlsafe(32), "API_URL": api_url}
    blocks = blocks_of("packages/better-auth/README.md") | blocks_of(DOCUMENT) | pages
    write_app(app, blocks, settings)
    write_types(app, of_the_api)
    install_packages(app, tmp_path_factory.mktemp("packed"))
    build_app(app)
    serve: list[str | Path] = [PYTHON, "-m", "uvicorn", "main:app", "--port", str(api_port)]
    api = Program("uvicorn", serve, of_the_api, app, status_of_sigterm=-15)
    with running_app(app, port):
        api.start()
        with api.running():
            api.wait_ready(lambda: answers(f"{api_url}/openapi.json"))
            yield SimpleNamespace(front_end=front_end, api_url=api_url, api=api)


@pytest.fixture
def ada(own_bridge: SimpleNamespace, visit) -> Visitor:
    """Signed in, on the page with the console."""
    ada = visit(own_bridge)
    account = new_account()
    ada.page.goto("/sign-in")
    choose_to_sign_up(ada.page)
    ada.page.get_by_label("Name").fill(account.name)
    ada.page.get_by_label("Email").fill(account.email)
    ada.page.get_by_label("Password").fill(account.password)
    ada.page.get_by_role("button", name="Sign up").click()
    ada.page.wait_for_url("**/tasks")  # which this app does not have
    ada.page.goto("/own-api")
    expect(ada.page.get_by_text("The console is ready.")).to_be_visible()
    expect(ada.page.get_by_role("listitem")).to_have_text("A note of Ada Lovelace")  # the page asks for no more
    return ada


def run(page: Page, script: str, argument: object = None):
    """The result of a script in the page, or `{"code", "name"}` of what it threw."""
    caught = f"""async (argument) => {{
        try {{ {script} }} catch (error) {{ return {{ code: error.code, name: error.name }}; }}
    }}"""
    return page.evaluate(caught, argument)


def test_notes_come_with_one_token_through_the_page_s_own_origin(ada: Visitor) -> None:
    statuses = run(
        ada.page, "return Promise.all(Array.from({ length: 120 }, async () => (await api('/notes')).status))"
    )
    assert statuses == [200] * 120
    assert run(ada.page, "return notes()") == ["A note of Ada Lovelace"]
    assert len(ada.seen.to("/api/auth/token")) == 1
    calls = ada.seen.to("/backend/notes")
    assert len(calls) >= 122
    assert {"cookie" in call.all_headers() for call in calls} == {False}
    assert {call.all_headers()["authorization"][:7] for call in calls} == {"Bearer "}
    assert ada.api_requests() == []


def test_a_token_before_each_call_is_refused_which_is_why(ada: Visitor) -> None:
    ask = "const { error } = await authClient.token(); return error?.status ?? 200;"
    statuses = run(ada.page, f"return Promise.all(Array.from({{ length: 120 }}, async () => {{ {ask} }}))")
    assert statuses.count(200) <= 100
    assert set(statuses) == {200, 429}


def test_the_token_goes_nowhere_else(ada: Visitor, own_bridge: SimpleNamespace) -> None:
    elsewhere = [own_bridge.api_url + "/notes", own_bridge.front_end.url + "/api/auth/get-session", "//evil.example/"]
    for url in elsewhere[:2]:
        assert run(ada.page, "await api(argument)", url)["name"] == "TypeError"
    ada.context.route("**/backend/moved", lambda route: route.fulfill(status=307, headers={"Location": elsewhere[0]}))
    assert run(ada.page, "await api('/moved')") == {"code": "network", "name": "NetworkError"}
    with_token = {request.url for request in ada.seen.requests if "authorization" in request.headers}
    assert with_token == {f"{ada.web}/backend/notes", f"{ada.web}/backend/moved"}
    assert ada.api_requests() == []


def test_events_come_one_by_one_until_clear(ada: Visitor) -> None:
    read = """
        const seen = [];
        const more = new Promise((resolve, reject) => {
            readEvents(api, "/events", new AbortController().signal, ({ data }) => {
                if (seen.push([data, performance.now()]) === 5) resolve();
            }).catch((error) => { window.ended = error.code; reject(error); });
        });
        await more;
        return seen;
    """
    seen = run(ada.page, read)
    assert [data for data, _ in seen] == [f"{number} for Ada Lovelace" for number in range(1, 6)]
    # As they are made, half a second apart, and not all at the end; the first may be late, where the machine is busy.
    assert seen[-1][1] - seen[0][1] > 500
    ada.page.evaluate("api.clear()")
    ada.page.wait_for_function("window.ended === 'cleared'")


def test_a_stream_that_ends_is_asked_for_again(ada: Visitor) -> None:
    """As the API ends one with its token, which bindings/python/tests/test_own_api.py shows."""
    ended = {"status": 200, "headers": {"Content-Type": "text/event-stream"}, "body": "data: the last\n\n"}
    ada.context.route("**/backend/events", lambda route: route.fulfill(**ended), times=1)
    read = """
        const seen = [];
        await new Promise((resolve) => {
            readEvents(api, "/events", new AbortController().signal, ({ data }) => seen.push(data) === 2 && resolve());
        });
        return seen;
    """
    assert run(ada.page, read) == ["the last", "1 for Ada Lovelace"]


def test_a_socket_is_let_in_by_its_first_message(ada: Visitor) -> None:
    open_socket = """
        return new Promise((resolve) => {
            const socket = openSocket(api, "/backend/live", (text) => { socket.close(); resolve(text); });
        });
    """
    assert run(ada.page, open_socket) == "data: 1 for Ada Lovelace\n\n"
    refused = """
        return new Promise((resolve) => {
            const socket = new WebSocket(location.href.replace(/^http/, "ws").replace("/own-api", "/backend/live"));
            socket.onopen = () => socket.send(argument);
            socket.onclose = ({ code, reason }) => resolve([code, reason]);
        });
    """
    assert run(ada.page, refused, "a.b.c") == [1008, "token_malformed"]


def test_or_by_its_subprotocol(ada: Visitor) -> None:
    script = """
        const socket = await openSocketBySubprotocol(argument ?? api, "/backend/live-by-subprotocol");
        return new Promise((resolve) => {
            socket.onmessage = ({ data }) => resolve([socket.protocol, data]);
            socket.onclose = ({ code }) => resolve(code);
        });
    """
    assert run(ada.page, script) == ["bearer", "data: 1 for Ada Lovelace\n\n"]
    forged = script.replace("argument ?? api", "{ token: async () => 'a.b.c' }")
    assert run(ada.page, forged) == 1006  # the handshake was refused


def test_files_go_up_and_come_down(ada: Visitor, visit, own_bridge: SimpleNamespace, tmp_path: Path) -> None:
    size = 3_000_000
    run(ada.page, "await upload(api, '/files/a.bin', new Blob([new Uint8Array(argument).fill(65)]))", size)
    with ada.page.expect_download() as coming:
        run(ada.page, "await download(api, '/files/a.bin', 'a.bin')")
    coming.value.save_as(tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == b"A" * size

    path = run(ada.page, "return (await (await api('/files/a.bin/link', { method: 'POST' })).json()).path")
    stranger = visit(own_bridge)
    answer = stranger.context.request.get(f"/backend{path}")
    assert (answer.status, len(answer.body())) == (200, size)
    assert answer.headers["content-disposition"] == "attachment"
    assert stranger.context.request.get(f"/backend{path}x").status == 404
    assert run(ada.page, "await api('/files/b.bin')") == {"code": "not_found", "name": "ApiError"}


def test_who_signs_out_has_no_token_and_the_next_user_has_their_own(ada: Visitor) -> None:
    run(ada.page, "window.adas = api; await authClient.signOut(); api.clear()")
    expect(ada.page.get_by_role("link", name="Sign in")).to_be_visible()
    assert run(ada.page, "await adas('/notes')") == {"code": "not_signed_in", "name": "NotSignedInError"}
    bob = new_account("Bob Marsh")
    script = "await authClient.signUp.email(argument)"
    run(ada.page, script, {"name": bob.name, "email": bob.email, "password": bob.password})
    expect(ada.page.get_by_role("listitem")).to_have_text("A note of Bob Marsh")


def test_another_tab_s_user_is_not_asked_for_by_this_one(ada: Visitor) -> None:
    """The cookie is Bob's by now, and the page Ada's: her fetch refuses his token, and sends nothing."""
    bob = new_account("Bob Marsh")
    ada.page.evaluate("window.adas = api; api.clear()")
    # A page that asks once more for its session would be Bob's from then on, and fetch his notes.
    hers = ada.context.request.get("/api/auth/get-session").json()
    ada.context.route("**/api/auth/get-session*", answer_json(hers))
    account = {"name": bob.name, "email": bob.email, "password": bob.password}
    answer = ada.context.request.post("/api/auth/sign-up/email", data=account, headers={"Origin": ada.web})
    assert answer.ok
    before = len(ada.seen.to("/backend/notes"))
    assert run(ada.page, "await adas('/notes')") == {"code": "user_changed", "name": "UserChangedError"}
    assert run(ada.page, "return adas.unverifiedToken()") is None
    assert len(ada.seen.to("/backend/notes")) == before


def test_a_server_component_asks_for_the_user_of_its_request(ada: Visitor, visit, own_bridge: SimpleNamespace) -> None:
    ada.page.goto("/server")
    expect(ada.page.get_by_text("A note of Ada Lovelace, says the server")).to_be_visible()
    stranger = visit(own_bridge)
    stranger.page.goto("/server")
    expect(stranger.page.get_by_text("Nobody is signed in, says the server")).to_be_visible()
