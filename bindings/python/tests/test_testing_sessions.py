"""The issuer for tests knows sessions and API keys as Better Auth does."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from urllib.parse import unquote
from uuid import UUID

import httpx
import pytest

from drawbridge import Verifier
from drawbridge.testing import Issuer, SessionCookie

ALICE = "0b9e7c1a-5f0d-4a63-9b39-1b2c3d4e5f60"
FLAGS = {"disableCookieCache": "true", "disableRefresh": "true"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def client(issuer: Issuer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{issuer.url}/api/auth") as client:
        yield client


def session_of(client: httpx.Client, cookie: SessionCookie, **flags: str) -> httpx.Response:
    return client.get("/get-session", params=flags, headers={"Cookie": str(cookie)})


def test_a_cookie_is_as_better_auth_signs_it(issuer: Issuer) -> None:
    name, value = issuer.session_cookie(ALICE)
    token, _, signature = unquote(value).rpartition(".")
    assert name == "better-auth.session_token"
    assert re.fullmatch(r"[A-Za-z0-9]{32}\.[A-Za-z0-9%]{43,}%3D", value)
    made = base64.b64encode(hmac.digest(issuer.secret.encode(), token.encode(), hashlib.sha256)).decode()
    assert (len(token), signature) == (32, made)


def test_a_session_is_shown_with_its_token_where_both_flags_ask(issuer: Issuer, client: httpx.Client) -> None:
    cookie = issuer.session_cookie(ALICE, role="admin", plan="pro")
    answer = session_of(client, cookie, **FLAGS)
    shown = answer.json()
    assert shown["session"]["token"] == unquote(cookie.value)[:32]
    assert shown["session"]["userId"] == shown["user"]["id"]
    assert datetime.fromisoformat(shown["session"]["expiresAt"]) > datetime.now(timezone.utc)
    with Verifier(issuer.url) as verifier:
        identity = verifier.verify(answer.headers["set-auth-jwt"])
    assert (identity.uuid, identity.roles, identity.claims["plan"]) == (UUID(ALICE), ("admin",), "pro")
    assert (identity.subject, identity.session_id) == (shown["user"]["id"], shown["session"]["id"])
    for flags in ({}, {"disableCookieCache": "true"}, {**FLAGS, "disableRefresh": "1"}):
        answer = session_of(client, cookie, **flags)
        assert (answer.json(), "set-auth-jwt" in answer.headers) == (shown, False)


def test_whoever_has_no_session_is_told_null(issuer: Issuer, client: httpx.Client) -> None:
    ended, over, forged = issuer.session_cookie(), issuer.session_cookie(expires_in=-1), issuer.session_cookie()
    issuer.sign_out(ended)
    for cookie in (ended, over, forged._replace(value=forged.value[:33] + "A" * 43 + "%3D")):
        answer = session_of(client, cookie, **FLAGS)
        assert (answer.status_code, answer.json(), "set-auth-jwt" in answer.headers) == (200, None, False)
        assert client.get("/token", headers={"Cookie": str(cookie)}).status_code == 401
    kept = issuer.session_cookie()
    issuer.sign_out(kept.value)
    assert session_of(client, kept, **FLAGS).json() is None


def test_a_key_has_a_token_with_its_permissions(issuer: Issuer, client: httpx.Client) -> None:
    key = issuer.api_key(ALICE, permissions={"files": ["read", "write"]})
    with Verifier(issuer.url) as verifier:
        identity = verifier.verify(client.get("/token", headers={"x-api-key": key}).json()["token"])
        plain = verifier.verify(client.get("/token", headers={"x-api-key": issuer.api_key()}).json()["token"])
    assert (identity.credential, identity.uuid) == ("key", UUID(ALICE))
    assert identity.session_id == identity.claims["key"]
    assert dict(identity.permissions) == {"files": ("read", "write")}
    assert (plain.credential, dict(plain.permissions)) == ("key", {})
    issuer.revoke_api_key(key)
    for unknown in (key, "x", issuer.api_key(expires_in=-1)):
        answer = client.get("/token", headers={"x-api-key": unknown})
        assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_API_KEY")


def test_a_session_has_a_token_at_its_own_address_too(issuer: Issuer, client: httpx.Client) -> None:
    cookie = issuer.session_cookie("abc123")
    token = client.get("/token", headers={"Cookie": f"theme=dark; {cookie}"}).json()["token"]
    assert json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["sub"] == "abc123"


def test_what_better_auth_does_not_serve_is_not_found(client: httpx.Client) -> None:
    assert client.get("/sign-in").status_code == 404
