"""A token that is over, of the same Better Auth: its keys, its secret, its user."""

from __future__ import annotations

from better_auth import BUNDLE
from browser import PASSWORD
from front_end import Bridge
from loopback import answers, open_client
from people import Account
from process import Program, free_port


def expired_token(bridge: Bridge, account: Account) -> str:
    """Given by a second server on the same database, with its tokens' lifetime set to the past."""
    web, port = bridge.front_end, free_port()
    env = {
        "PORT": str(port),
        "BETTER_AUTH_URL": web.url,
        "BETTER_AUTH_SECRET": web.secret,
        "DATABASE_URL": web.database.url,
        "ISSUER_EXPIRES_IN": "-10m",
        "ISSUER_MIGRATE": "off",
    }
    program = Program("second-issuer", ["node", BUNDLE / "server.js"], env, web.program.folder)
    program.start()
    with program.running():
        base = f"http://127.0.0.1:{port}/api/auth"
        program.wait_ready(lambda: answers(f"{base}/ok"))
        with open_client(base, headers={"Origin": web.url}) as browser:
            answer = browser.post("/sign-in/email", json={"email": account.email, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            answer = browser.get("/token")
            assert answer.status_code == 200, answer.text
            return str(answer.json()["token"])
