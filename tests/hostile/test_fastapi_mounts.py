"""A FastAPI app under uvicorn whose mounts could let a user in where they do not belong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from better_auth import BetterAuth, Person
from conftest import StartIssuer
from fastapi_backend import PYTHON
from loopback import answers, open_client
from process import Program, free_port

APP = """
from typing import Annotated
from uuid import UUID

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from fastapi import Depends, FastAPI

auth = BetterAuth()
app = FastAPI(lifespan=auth.lifespan)
sub = FastAPI()


@app.get("/healthz")
async def get_health() -> str:
    return "ok"


@sub.get("{route}")
async def list_notes(user_id: UUID, user: Annotated[Identity, Depends(auth.verify_user_access)]) -> UUID:
    return user_id


def hidden(served):
    async def pass_on(scope, receive, send):
        await served(scope, receive, send)

    return pass_on


app.mount("{mount}", {served})
"""
NAMED_BY_THE_MOUNT = {"mount": "/api/v1/{user_id}", "route": "/notes"}


class App:
    """uvicorn with an app of that text."""

    def __init__(self, folder: Path, issuer: BetterAuth, mount: str, route: str, served: str = "sub") -> None:
        text = APP.replace("{mount}", mount).replace("{route}", route).replace("{served}", served)
        (folder / "notes.py").write_text(text)
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        command = [PYTHON, "-m", "uvicorn", "notes:app", "--host", "127.0.0.1", "--port", str(port)]
        self.program = Program("notes", command, {"BETTER_AUTH_URL": issuer.url}, folder, status_of_sigterm=-15)

    def __enter__(self) -> App:
        self.program.start()
        try:
            self.program.wait_ready(lambda: answers(f"{self.url}/healthz"))
        except BaseException:
            self.program.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.program.stop()

    def notes(self, whose: Person, of: Person, wanted: Person) -> tuple[int, str]:
        """What `whose` token gets at the path of one user, with another in the query."""
        headers = {"Authorization": f"Bearer {whose.token()}"}
        with open_client(self.url) as client:
            answer = client.get(f"/api/v1/{of.uuid}/notes", params={"user_id": wanted.uuid}, headers=headers)
        return answer.status_code, answer.text


@pytest.fixture(scope="module")
def better_auth(start_issuer: StartIssuer) -> BetterAuth:
    return start_issuer("sqlite")


@pytest.fixture(scope="module")
def people(better_auth: BetterAuth) -> Iterator[tuple[Person, Person]]:
    yield better_auth.sign_up("bob"), better_auth.sign_up("eve")


def test_an_app_whose_mount_names_the_user_does_not_start(tmp_path: Path, better_auth: BetterAuth) -> None:
    app = App(tmp_path, better_auth, **NAMED_BY_THE_MOUNT)
    app.program.start()
    assert app.program.wait(60) == 3
    said = app.program.log()
    assert "RuntimeError: The route /api/v1/{user_id}/notes depends on verify_user_access, but {user_id} is in the path" in said


def test_a_mount_that_nobody_could_see_serves_nobody(
    tmp_path: Path, better_auth: BetterAuth, people: tuple[Person, Person]
) -> None:
    bob, eve = people
    with App(tmp_path, better_auth, **NAMED_BY_THE_MOUNT, served="hidden(sub)") as app:
        for whose, of, wanted in ((bob, bob, eve), (bob, eve, bob), (bob, bob, bob)):
            status, text = app.notes(whose, of, wanted)
            assert (status, wanted.uuid in text) == (500, False)


def test_a_mount_that_ends_before_the_user_serves_each_their_own(
    tmp_path: Path, better_auth: BetterAuth, people: tuple[Person, Person]
) -> None:
    bob, eve = people
    with App(tmp_path, better_auth, mount="/api/v1", route="/{user_id}/notes") as app:
        assert app.notes(bob, bob, eve) == (200, f'"{bob.uuid}"')
        status, text = app.notes(bob, eve, bob)
        assert (status, "user_mismatch" in text) == (403, True)
