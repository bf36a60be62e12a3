"""Every Python block of README.md, run section by section: what a reader copies works."""

import ast
import asyncio
import inspect
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from asgi_calls import bearer, call, get
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, select
from sqlalchemy import inspect as inspect_database

from drawbridge import AuthError
from drawbridge.testing import Issuer

README = Path(__file__).parent.parent / "README.md"

Namespace = dict[str, object]


def python_blocks() -> dict[str, list[str]]:
    """The blocks under each heading, in their order."""
    blocks: dict[str, list[str]] = {}
    pattern = r"^##+ (?P<heading>[^\n]+)$|^(?P<indent> *)```python\n(?P<code>.*?)^ *```$"
    for found in re.finditer(pattern, README.read_text(), re.MULTILINE | re.DOTALL):
        if found["heading"]:
            heading = found["heading"]
        else:
            blocks.setdefault(heading, []).append(textwrap.dedent(found["code"]))
    return blocks


BLOCKS = python_blocks()
TESTED: set[str] = set()


def run(heading: str, names: Namespace) -> Namespace:
    """Runs the section's blocks one after the other with these names at hand; `await` may stand outside a function."""
    for block in BLOCKS[heading]:
        compiled = compile(block, f"README.md, {heading}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        result = eval(compiled, names)
        if inspect.iscoroutine(result):
            asyncio.run(result)
    return names


def section(heading: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Marks a test as the one that runs this section."""
    TESTED.add(heading)
    return lambda test: test


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    with Issuer() as issuer:
        monkeypatch.setenv("BETTER_AUTH_URL", issuer.url)
        yield issuer


@pytest.fixture
def first(issuer: Issuer) -> Iterator[Namespace]:
    """The names that the first app leaves, which the later blocks go on with."""
    names = run("Protect a route", {"__name__": "main"})
    yield names
    names["auth"].verifier.close()  # type: ignore[attr-defined]  # names of the README's code have no type here


def app_of(names: Namespace) -> FastAPI:
    assert isinstance(names["app"], FastAPI)
    return names["app"]


def test_every_section_with_python_is_run() -> None:
    assert set(BLOCKS) == TESTED


@section("Protect a route")
def test_the_first_app_is_short_and_protects_its_route(issuer: Issuer, first: Namespace) -> None:
    (block,) = BLOCKS["Protect a route"]
    assert len([line for line in block.splitlines() if line.strip()]) <= 15
    alice = uuid4()
    path = f"/api/v1/{alice}/greeting"
    with TestClient(app_of(first)) as client:
        assert client.get(path).json()["code"] == "token_missing"
        assert client.get(path, headers={"Authorization": bearer(issuer.token())}).json()["code"] == "user_mismatch"
        mine = client.get(path, headers={"Authorization": bearer(issuer.token(alice, name="Alice"))})
        assert mine.json() == "Hello, Alice"


def test_the_projects_own_readme_has_the_same_app() -> None:
    (block,) = BLOCKS["Protect a route"]
    assert f"```python\n{block}```" in (README.parent.parent.parent / "README.md").read_text()


@section("In your Next.js app")
def test_the_page_may_call(issuer: Issuer, first: Namespace) -> None:
    app = app_of(run("In your Next.js app", first))
    preflight = {
        "Origin": issuer.url,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = TestClient(app).options("/api/v1/me", headers=preflight)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, issuer.url)


@section("Who may do what")
def test_who_may_do_what(issuer: Issuer, first: Namespace) -> None:
    app = app_of(run("Who may do what", first))
    alice = uuid4()
    assert get(app, "/api/v1/me", bearer(issuer.token(alice))).json()["uuid"] == str(alice)
    assert get(app, "/api/v1/news").json() == "News for everybody"
    assert call(app, "DELETE", "/api/v1/news", bearer(issuer.token())).json()["code"] == "role_missing"
    assert call(app, "DELETE", "/api/v1/news", bearer(issuer.token(role="admin"))).status_code == 204


@section("The user in your database")
def test_the_user_in_the_database(
    issuer: Issuer, first: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "app.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{file}")
    names = run("The user in your database", first | {"os": os})
    engine = create_engine(f"sqlite:///{file}")
    names["Base"].metadata.create_all(engine)  # type: ignore[attr-defined]  # as above
    alice = uuid4()
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO user (id, uuid, name, email, emailVerified, createdAt, updatedAt) "
            "VALUES ('a', ?, 'Alice', 'a@example.com', 1, '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05.000Z')",
            (str(alice),),
        )
    engine.dispose()
    profile = get(app_of(names), "/api/v1/profile", bearer(issuer.token(alice))).json()
    assert profile == {"name": "Alice", "since": "2026-01-02T03:04:05Z"}
    assert get(app_of(names), "/api/v1/profile", bearer(issuer.token())).json()["code"] == "user_unknown"


@section("Errors")
def test_errors_in_ones_own_form(first: Namespace) -> None:
    answer = get(app_of(run("Errors", first)), "/api/v1/x/greeting")
    assert answer.json() == {"detail": "The request has no bearer token.", "code": "token_missing"}
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="drawbridge"'


APP_SECTIONS = [
    "Protect a route",
    "In your Next.js app",
    "Who may do what",
    "The user in your database",
    "Errors",
    "Deploy",
]


@section("Test your app")
@pytest.mark.parametrize(
    "sections", [APP_SECTIONS[:1], APP_SECTIONS], ids=["the first app", "all that follows in one file"]
)
def test_the_tests_of_ones_app(tmp_path: Path, sections: list[str]) -> None:
    (tmp_path / "main.py").write_text("\n".join(block for name in sections for block in BLOCKS[name]))
    for block in BLOCKS["Test your app"]:
        (tmp_path / block.split()[1]).write_text(block)
    assert {file.name for file in tmp_path.iterdir()} == {"main.py", "conftest.py", "test_main.py"}
    clean = {name: value for name, value in os.environ.items() if name not in ("BETTER_AUTH_URL", "DATABASE_URL")}
    environment = {**clean, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert "2 passed" in result.stdout, result.stdout + result.stderr


@section("Deploy")
def test_a_lifespan_and_a_web_socket(issuer: Issuer, first: Namespace) -> None:
    names = run("Deploy", first | {"AuthError": AuthError})
    app = app_of(names)
    app.router.lifespan_context = names["lifespan"]  # type: ignore[assignment]  # as above
    for token, expected in [(issuer.token(name="Alice"), "Hello, Alice"), ("x", None)]:
        with TestClient(app) as client, client.websocket_connect("/api/v1/events") as socket:
            socket.send_text(token)
            message = socket.receive()
            assert message.get("text") == expected
            assert expected or (message["code"], message["reason"]) == (1008, "token_malformed")


@section("Without FastAPI")
def test_without_fastapi(capsys: pytest.CaptureFixture[str]) -> None:
    run("Without FastAPI", {})
    assert "401 {'type': 'urn:drawbridge:error:token_malformed'" in capsys.readouterr().out


@section("One revision")
def test_one_revision(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'app.db'}")
    names = run("One revision", {})
    with engine.connect() as connection, Operations.context(MigrationContext.configure(connection)):
        names["upgrade"]()  # type: ignore[operator]  # as above
        assert "uuid" in {column["name"] for column in inspect_database(connection).get_columns("user")}
        names["downgrade"]()  # type: ignore[operator]  # as above
    engine.dispose()


def alembic(folder: Path, *arguments: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "alembic", *arguments], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def replaced(file: Path, pattern: str, by: str) -> None:
    text, count = re.subn(pattern, lambda found: by, file.read_text(), flags=re.DOTALL)
    assert count == 1, f"{file} has no {pattern}"
    file.write_text(text)


@section("Autogenerate")
def test_autogenerate(tmp_path: Path) -> None:
    """A new project of Alembic: Better Auth's tables, then those of the app's models."""
    alembic(tmp_path, "init", "migrations")
    (tmp_path / "models.py").write_text(BLOCKS["The model"][0])
    replaced(tmp_path / "alembic.ini", r"driver://user:pass@localhost/dbname", f"sqlite:///{tmp_path}/app.db")
    env = tmp_path / "migrations/env.py"
    replaced(env, "target_metadata = None", "from models import Base\ntarget_metadata = Base.metadata")
    block = textwrap.indent(BLOCKS["Autogenerate"][0], " " * 8).strip()
    replaced(env, r"context\.configure\(\s*connection=[^)]*\)", block)

    alembic(tmp_path, "revision", "-m", "Better Auth", "--rev-id", "1")
    replaced(tmp_path / "migrations/versions/1_better_auth.py", r"def upgrade.*", BLOCKS["One revision"][0])
    alembic(tmp_path, "upgrade", "head")
    alembic(tmp_path, "revision", "--autogenerate", "-m", "tasks", "--rev-id", "2")
    written = (tmp_path / "migrations/versions/2_tasks.py").read_text()
    assert "from drawbridge.sqlalchemy import UserUuid\n" in written
    assert re.findall(r"op\.\w+\([^,)]*", written) == ["op.create_table('tasks'", "op.drop_table('tasks'"]
    alembic(tmp_path, "upgrade", "head")
    assert "No new upgrade operations" in alembic(tmp_path, "check")


@section("The model")
def test_the_model() -> None:
    asked: list[str] = []

    class Session:
        async def scalar(self, statement: object) -> None:
            asked.append(str(statement))

    names = {"__name__": "models", "session": Session(), "select": select, "identity": SimpleNamespace(uuid=uuid4())}
    run("The model", names)
    assert 'WHERE "user".uuid = ' in asked[0]
