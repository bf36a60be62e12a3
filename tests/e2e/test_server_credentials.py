"""The C++ server takes Better Auth's session cookies and API keys beside tokens, of a real Better Auth."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from backend import Backend
from better_auth import BetterAuth, Person
from conftest import StartBackend, StartIssuer
from contract import BY_COOKIE, assert_common_headers, assert_refused
from process import wait_until

HEALED_WITHIN = 40  # the longest back-off is 30 s, and its jitter
FOREIGN = "https://evil.example"
ALL = {"drawbridge_credentials": "token,session,key"}


def secret_of(issuer: BetterAuth) -> str:
    return issuer.program.env["BETTER_AUTH_SECRET"]


@pytest.fixture(scope="module")
def issuer(start_issuer: StartIssuer) -> BetterAuth:
    return start_issuer(admin="on", api_keys="on")


@pytest.fixture(scope="module")
def backend(issuer: BetterAuth, start_backend: StartBackend) -> Backend:
    """Asks Better Auth each time, but about no forged cookie."""
    return start_backend(issuer, **ALL, drawbridge_credential_max_age=0, better_auth_secret=secret_of(issuer))


@pytest.fixture(scope="module")
def remembering(issuer: BetterAuth, start_backend: StartBackend) -> Backend:
    return start_backend(issuer, **ALL)


@pytest.fixture(scope="module")
def administrator(issuer: BetterAuth) -> Person:
    person = issuer.sign_up("admin")
    issuer.database.execute("""update "user" set role = 'admin' where id = ?""", person.id)
    return person


@contextmanager
def stopped(issuer: BetterAuth) -> Iterator[None]:
    """It takes connections, and answers nobody."""
    issuer.program.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        issuer.program.signal(signal.SIGCONT)


def tasks_of(person: Person) -> str:
    return f"/api/v1/{person.uuid}/tasks"


def by_cookie(backend: Backend, cookie: str, path: str = "/api/v1/me", **headers: str) -> httpx.Response:
    return backend.call("GET", path, headers={"Cookie": cookie, **headers})


def by_key(backend: Backend, key: str, path: str = "/api/v1/me", **headers: str) -> httpx.Response:
    return backend.call("GET", path, headers={"x-api-key": key, **headers})


# ---- sessions ------------------------------------------------------------------------------------------


def test_a_browser_has_its_own_tasks_by_its_cookie(issuer: BetterAuth, backend: Backend, alice: Person) -> None:
    cookie = alice.session_cookie()
    headers = {"Cookie": f"theme=dark; {cookie}", "Origin": issuer.url}
    made = backend.call("POST", tasks_of(alice), headers=headers, json={"title": "by cookie"})
    assert made.status_code == 201, made.text
    assert_common_headers(made, BY_COOKIE)
    assert made.headers["Access-Control-Allow-Credentials"] == "true"
    assert made.headers["Access-Control-Allow-Origin"] == issuer.url

    listed = by_cookie(backend, cookie, tasks_of(alice))
    assert [task["title"] for task in listed.json()["items"]] == ["by cookie"]
    assert_common_headers(listed, BY_COOKIE)
    me = by_cookie(backend, cookie).json()
    assert (me["uuid"], me["credential"], me["permissions"]) == (alice.uuid, "session", {})
    assert me["session_id"]


SENDERS = {
    "the page": ({"Origin": "{page}"}, 201),
    "the page, said to be another site's": ({"Origin": "{page}", "Sec-Fetch-Site": "cross-site"}, 201),
    "another page": ({"Origin": FOREIGN}, 403),
    "another page, said to be ours": ({"Origin": FOREIGN, "Sec-Fetch-Site": "same-origin"}, 403),
    "a page without origin": ({"Origin": "null"}, 403),
    "the page without a port": ({"Origin": "http://127.0.0.1"}, 403),
    "nobody says": ({}, 403),
    "the browser says ours": ({"Sec-Fetch-Site": "same-origin"}, 201),
    "the browser says a sibling's": ({"Sec-Fetch-Site": "same-site"}, 403),
    "the browser says none's": ({"Sec-Fetch-Site": "none"}, 403),
}


@pytest.mark.parametrize("name", SENDERS)
def test_what_changes_something_shows_an_allowed_origin(
    issuer: BetterAuth, backend: Backend, alice: Person, name: str
) -> None:
    lines, status = SENDERS[name]
    headers = {header: value.format(page=issuer.url) for header, value in lines.items()}
    good = headers | {"Cookie": alice.session_cookie()}
    answer = backend.call("POST", tasks_of(alice), headers=good, json={"title": name})
    assert answer.status_code == status, answer.text
    if status == 201:
        return
    assert_refused(answer, "origin_not_allowed", by_cookie=True)
    # Before the cookie is judged: who may not send one does not learn what it is worth.
    forged = headers | {"Cookie": "better-auth.session_token=forged"}
    assert_refused(backend.call("POST", tasks_of(alice), headers=forged, json={}), "origin_not_allowed", by_cookie=True)
    assert by_cookie(backend, alice.session_cookie(), tasks_of(alice), **headers).status_code == 200
    # Tokens and keys are not sent by a browser on its own.
    _, key = alice.make_key()
    for proof in ({"Authorization": f"Bearer {alice.token()}"}, {"x-api-key": key}):
        other = backend.call("POST", tasks_of(alice), headers=good | proof, json={"title": name})
        assert other.status_code == 201, other.text


def test_a_sign_out_counts_at_the_next_request_or_after_the_memory(
    backend: Backend, remembering: Backend, alice: Person
) -> None:
    cookie = alice.session_cookie()
    for each in (backend, remembering):
        assert by_cookie(each, cookie).status_code == 200
    alice.sign_out()
    assert_refused(by_cookie(backend, cookie), "session_unknown", by_cookie=True)
    assert by_cookie(remembering, cookie).status_code == 200


def test_a_banned_user_is_refused(backend: Backend, administrator: Person, bob: Person) -> None:
    cookie, (_, key) = bob.session_cookie(), bob.make_key()
    assert by_cookie(backend, cookie).status_code == by_key(backend, key).status_code == 200
    done = administrator.browser.post("/admin/ban-user", json={"userId": bob.id})
    assert done.status_code == 200, done.text
    assert_refused(by_cookie(backend, cookie), "session_unknown", by_cookie=True)
    assert_refused(by_key(backend, key), "api_key_unknown")


def test_a_ban_counts_where_the_session_is_left(issuer: BetterAuth, backend: Backend, bob: Person) -> None:
    """As an app does that writes the column itself."""
    cookie = bob.session_cookie()
    assert by_cookie(backend, cookie).status_code == 200
    issuer.database.execute('update "user" set banned = ? where id = ?', True, bob.id)
    assert_refused(by_cookie(backend, cookie), "session_unknown", by_cookie=True)


def test_a_deleted_user_is_refused(backend: Backend, alice: Person) -> None:
    cookie = alice.session_cookie()
    assert by_cookie(backend, cookie).status_code == 200
    alice.delete_account()
    assert_refused(by_cookie(backend, cookie), "session_unknown", by_cookie=True)


def test_a_token_beside_a_cookie_counts_alone(backend: Backend, alice: Person, bob: Person) -> None:
    cookie = {"Cookie": alice.session_cookie()}
    answer = backend.call("GET", "/api/v1/me", bob.token(), headers=cookie)
    assert (answer.json()["uuid"], answer.json()["credential"]) == (bob.uuid, "token")
    assert_common_headers(answer)
    assert_refused(backend.call("GET", tasks_of(alice), bob.token(), headers=cookie), "user_mismatch")
    assert_refused(backend.call("GET", "/api/v1/me", "garbage", headers=cookie), "token_malformed")
    basic = {"Authorization": "Basic YTpi"} | cookie
    assert_refused(backend.call("GET", "/api/v1/me", headers=basic), "token_missing")


def test_another_users_path_is_refused(backend: Backend, alice: Person, bob: Person) -> None:
    assert_refused(by_cookie(backend, alice.session_cookie(), tasks_of(bob)), "user_mismatch", by_cookie=True)
    _, key = alice.make_key()
    assert_refused(by_key(backend, key, tasks_of(bob)), "user_mismatch")


def test_what_is_no_session(issuer: BetterAuth, backend: Backend, remembering: Backend, alice: Person) -> None:
    cookie = alice.session_cookie()
    flipped = cookie.replace("=", "=A" if cookie.split("=")[1][0] != "A" else "=B", 1)
    forged = flipped[:27] + flipped[28:]
    for each in (backend, remembering):
        assert_refused(by_cookie(each, forged), "session_unknown", by_cookie=True)
        assert_refused(by_cookie(each, f"{cookie}; {cookie}"), "credential_malformed", by_cookie=True)
        assert_refused(by_cookie(each, "better-auth.session_token=x"), "credential_malformed", by_cookie=True)
        assert_refused(by_cookie(each, f"__Secure-{cookie}"), "token_missing", by_cookie=True)
    # With the secret Better Auth is not asked.
    with stopped(issuer):
        assert_refused(by_cookie(backend, forged), "session_unknown", by_cookie=True)


# ---- keys ----------------------------------------------------------------------------------------------


def test_a_key_has_its_users_tasks(backend: Backend, alice: Person, bob: Person) -> None:
    key_id, key = alice.make_key()
    me = by_key(backend, key).json()
    assert (me["uuid"], me["credential"], me["permissions"]) == (alice.uuid, "key", {"files": ["read"]})
    made = backend.call("POST", tasks_of(alice), headers={"x-api-key": key}, json={"title": "by key"})
    assert made.status_code == 201, made.text
    assert_common_headers(made)
    # Before the cookie, and after a token.
    assert by_key(backend, key, Cookie=bob.session_cookie()).json()["uuid"] == alice.uuid
    assert by_key(backend, key, Authorization=f"Bearer {bob.token()}").json()["uuid"] == bob.uuid

    disabled = alice.browser.post("/api-key/update", json={"keyId": key_id, "enabled": False})
    assert disabled.status_code == 200, disabled.text
    assert_refused(by_key(backend, key), "api_key_unknown")


def test_what_is_no_key(backend: Backend, alice: Person) -> None:
    key_id, key = alice.make_key()
    assert by_key(backend, key).status_code == 200
    deleted = alice.browser.post("/api-key/delete", json={"keyId": key_id})
    assert deleted.status_code == 200, deleted.text
    for bad in (key, key[:-1], "x"):
        assert_refused(by_key(backend, bad), "api_key_unknown")
    assert_refused(by_key(backend, "a key"), "credential_malformed")


def test_a_keys_own_limit_is_told_of_that_key_alone(start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    issuer = start_issuer(api_keys="limited")
    backend = start_backend(issuer, **ALL, drawbridge_credential_max_age=0)
    person = issuer.sign_up("alice")
    (_, used_up), (_, other) = person.make_key(), person.make_key()
    assert by_key(backend, used_up).status_code == 200
    assert_refused(by_key(backend, used_up), "rate_limited")
    assert by_key(backend, other).status_code == 200


# ---- an outage -----------------------------------------------------------------------------------------


def test_an_outage_signs_nobody_out_and_holds_nobody_up(start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    issuer = start_issuer(api_keys="on")
    backend = start_backend(issuer, **ALL)
    known, new, other = (issuer.sign_up(name) for name in ("known", "new", "other"))
    (_, known_key), (_, new_key) = known.make_key(), new.make_key()
    token = other.token()
    good = [
        lambda: by_cookie(backend, known.session_cookie()),
        lambda: by_key(backend, known_key),
        lambda: backend.call("GET", "/api/v1/me", token),
    ]
    assert [call().status_code for call in good] == [200, 200, 200]
    with stopped(issuer), ThreadPoolExecutor() as pool:
        waiting = pool.submit(by_cookie, backend, new.session_cookie())
        waiting_key = pool.submit(by_key, backend, new_key)
        answers = [call().status_code for _ in range(5) for call in good]
        were_still_waiting = not waiting.done() and not waiting_key.done()
        assert (set(answers), were_still_waiting) == ({200}, True)
        assert_refused(waiting.result(), "session_unavailable", by_cookie=True)
        assert_refused(waiting_key.result(), "session_unavailable")

    def is_back() -> bool:
        answer = by_cookie(backend, new.session_cookie())
        if answer.status_code != 200:
            assert_refused(answer, "session_unavailable", by_cookie=True)
        return answer.status_code == 200

    wait_until(is_back, HEALED_WITHIN, "sessions are judged again")


def test_a_better_auth_that_is_gone_is_an_outage(start_issuer: StartIssuer, start_backend: StartBackend) -> None:
    issuer = start_issuer()
    person = issuer.sign_up("alice")
    backend = start_backend(issuer, **ALL)
    issuer.stop()
    answer = by_cookie(backend, person.session_cookie())
    assert_refused(answer, "session_unavailable", by_cookie=True)
    wait_until(lambda: "credentials" in backend.program.log(), 10, "the log says why")


# ---- what is told --------------------------------------------------------------------------------------


def test_neither_log_nor_answers_hold_a_cookie_or_a_key(issuer: BetterAuth, start_backend: StartBackend) -> None:
    backend = start_backend(issuer, **ALL, drawbridge_log="debug", better_auth_secret=secret_of(issuer))
    person, other = issuer.sign_up("alice"), issuer.sign_up("bob")
    cookie, (_, key) = person.session_cookie(), person.make_key()
    forged = cookie[:-6] + "AA%3D"
    told = [by_cookie(backend, each).text for each in (cookie, forged, f"{cookie}; {cookie}", cookie[:-3])]
    told += [backend.call("POST", tasks_of(person), headers={"Cookie": cookie, "Origin": FOREIGN}, json={}).text]
    told += [by_key(backend, each).text for each in (key, f"{key}x", f"{key} {key}")]
    with stopped(issuer):
        told += [by_cookie(backend, other.session_cookie()).text, by_key(backend, f"{key}y").text]
    wait_until(lambda: backend.program.log().count("/api/v1/me") >= 9, 10, "the log is written")
    secrets = [other.session_token, cookie.split("=", 1)[1], person.session_token, key, secret_of(issuer)]
    for text in (*told, backend.program.log()):
        assert [secret for secret in secrets if secret in text or secret[:24] in text] == []


def test_a_server_that_takes_tokens_alone_looks_at_nothing_else(
    issuer: BetterAuth, start_backend: StartBackend, alice: Person
) -> None:
    backend = start_backend(issuer, better_auth_secret="", drawbridge_session_cookie="no name")
    _, key = alice.make_key()
    headers = {"Cookie": alice.session_cookie(), "x-api-key": key, "Origin": issuer.url}
    answer = backend.call("GET", "/api/v1/me", headers=headers)
    assert_refused(answer, "token_missing")
    assert "Access-Control-Allow-Credentials" not in answer.headers
    served = backend.call("POST", tasks_of(alice), alice.token(), headers={"Origin": FOREIGN}, json={"title": "t"})
    assert served.status_code == 201
    assert_common_headers(served)
