"""The example takes what DRAWBRIDGE_CREDENTIALS names, as `drawbridge serve` does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# In a process of its own, since the app reads its settings when it is imported.
ASK = """
import json
from drawbridge.testing import Issuer
from fastapi.testclient import TestClient
import os
with Issuer() as issuer:
    os.environ |= {"BETTER_AUTH_URL": issuer.url, "BETTER_AUTH_SECRET": issuer.secret}
    from tasks_api.main import app
    page = {"Origin": issuer.url}
    cookie = {"Cookie": str(issuer.session_cookie(name="Alice"))}
    senders = {
        "cookie": cookie | page,
        "cookie of another page": cookie | {"Origin": "https://evil.example"},
        "key": {"x-api-key": issuer.api_key()},
        "token": {"Authorization": f"Bearer {issuer.token()}"} | page,
        "nobody": page,
    }
    said = {}
    with TestClient(app) as client:
        for name, headers in senders.items():
            answer = client.get("/api/v1/me", headers=headers)
            is_allowed = "Access-Control-Allow-Origin" in answer.headers
            may_send = answer.headers.get("Access-Control-Allow-Credentials") if is_allowed else None
            said[name] = [answer.json().get("credential", answer.json().get("code")), may_send]
            said[f"{name}, deleting"] = client.delete("/api/v1/me", headers=headers).json()["code"]
    print(json.dumps(said))
"""


def ask(kinds: str | None) -> dict[str, object]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    environment |= {"DRAWBRIDGE_CREDENTIALS": kinds} if kinds else {}
    done = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (None, {"cookie": ["token_missing", None], "key": ["token_missing", None], "token": ["token", None]}),
        (
            "token,session,key",
            {
                "cookie": ["session", "true"],
                "cookie, deleting": "method_not_allowed",
                "cookie of another page": ["session", None],
                "cookie of another page, deleting": "origin_not_allowed",
                "key": ["key", None],
                "token": ["token", "true"],
                "nobody": ["token_missing", "true"],
                "nobody, deleting": "token_missing",
            },
        ),
    ],
)
def test_what_it_takes(kinds: str | None, said: dict[str, object]) -> None:
    answered = ask(kinds)
    assert {name: answered[name] for name in said} == said
