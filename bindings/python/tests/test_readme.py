"""Every Python block of README.md, run section by section: what a reader copies works."""

import ast
import asyncio
import inspect
import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated
from uuid import uuid4

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from asgi_calls import bearer, call, get
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, select
from sqlalchemy import inspect as inspect_database
from starlette.testclient import WebSocketDenialResponse
from stored_sessions import SECRET, Rows, cookie_of, new_token

from drawbridge import AuthError, Identity, Verifier
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


@section("In your Next.js app")
@pytest.mark.parametrize("end", ["", "/", "/api/auth"])
def test_the_page_may_call(monkeypatch: pytest.MonkeyPatch, issuer: Issuer, end: str) -> None:
    monkeypatch.setenv("BETTER_AUTH_URL", issuer.url + end)
    app = app_of(run("In your Next.js app", run("Protect a route", {"__name__": "main"})))
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


@section("Organizations")
def test_organizations(issuer: Issuer, first: Namespace) -> None:
    names = run("Organizations", first)
    assert asyncio.run(names["roles_in"](None, "org1")) is None
    with TestClient(app_of(names)) as client:

        def says(method: str, path: str, **claims: object) -> object:
            headers = {"Authorization": f"Bearer {issuer.token(**claims)}"}  # type: ignore[arg-type]
            answer = client.request(method, path, headers=headers)
            return answer.json().get("code") if answer.status_code >= 400 else answer.text.strip('"')

        projects = "/api/v1/orgs/org1/projects"
        member, owner, another = {"org1": "member"}, {"org1": "owner,member"}, {"org2": "owner"}
        assert says("GET", projects, orgs=member) == "projects of org1"
        assert says("GET", projects, orgs=another, active_org="org1") == "membership_missing"
        assert says("GET", projects) == "membership_missing"
        assert says("DELETE", projects, orgs=owner) == ""
        assert says("DELETE", projects, orgs=member) == "membership_missing"
        assert says("GET", "/api/v1/search?org_id=org1", orgs=member) == "found in org1"
        assert says("GET", "/api/v1/search?org_id=org1", orgs=another) == "no_such_organization"


@pytest.fixture
def by_cookie(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Namespace]:
    """The app that takes session cookies, in the environment that its command gives it."""
    monkeypatch.setenv("BETTER_AUTH_SECRET", issuer.secret)
    names = run("Session cookies and API keys", {"__name__": "main"})
    yield names
    names["auth"].verifier.close()  # type: ignore[attr-defined]  # as above


@section("Session cookies and API keys")
def test_a_page_needs_no_token(issuer: Issuer, by_cookie: Namespace) -> None:
    page = {"Origin": issuer.url}
    cookie = {"Cookie": str(issuer.session_cookie(name="Alice"))}
    with TestClient(app_of(by_cookie)) as client:
        answer = client.get("/api/v1/greeting", headers=cookie | page)
        assert answer.json() == "Hello, Alice"
        assert answer.headers["Access-Control-Allow-Origin"] == issuer.url
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert {"Origin", "Cookie"} <= set(answer.headers["Vary"].split(", "))
        ask = {**page, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        preflight = client.options("/api/v1/greeting", headers=ask)
        assert (preflight.status_code, preflight.headers["Access-Control-Allow-Credentials"]) == (200, "true")
        post = "/api/v1/greeting?text=hi"
        assert client.post(post, headers=cookie | page).json() == "Alice says hi"
        for foreign in ({}, {"Origin": "https://evil.example"}):
            assert client.post(post, headers=cookie | foreign).json()["code"] == "origin_not_allowed"
        token = {"Authorization": bearer(issuer.token())}
        assert client.get("/api/v1/greeting", headers=token).json()["code"] == "token_missing"


@section("Sessions straight from storage")
def test_sessions_are_read_where_they_are_kept(issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, token = Rows(tmp_path), new_token()
    rows.add(token, {}, {})
    monkeypatch.setenv("DATABASE_URL", rows.url)
    monkeypatch.setenv("BETTER_AUTH_SECRET", SECRET)
    in_tables, in_redis = BLOCKS["Sessions straight from storage"]
    names: Namespace = {"__name__": "main"}
    exec(in_tables, names)
    auth, app = names["auth"], app_of(names)
    app.get("/me")(route_of(auth.get_current_user))  # type: ignore[attr-defined]  # names have no type here
    with TestClient(app) as client:
        assert client.get("/me", headers={"Cookie": cookie_of(token)}).json() == "Alice"
        rows.execute("delete from session")
        assert client.get("/me", headers={"Cookie": cookie_of(token)}).json()["code"] == "session_unknown"
    exec(in_redis, names)
    verifier: Verifier = names["auth"].verifier  # type: ignore[attr-defined]
    assert verifier.credentials == ("token", "session")
    verifier.close()


def route_of(dependency: Callable[..., object]) -> Callable[..., object]:
    async def get_name(user: Annotated[Identity, Depends(dependency)]) -> str | None:
        return user.name

    return get_name


@section("WebSockets by the cookie")
def test_a_websocket_by_the_cookie(issuer: Issuer, by_cookie: Namespace) -> None:
    app = app_of(run("WebSockets by the cookie", by_cookie))
    cookie = {"Cookie": str(issuer.session_cookie(name="Alice"))}
    with TestClient(app) as client:
        with client.websocket_connect("/api/v1/live", headers=cookie | {"Origin": issuer.url}) as socket:
            assert socket.receive_text() == "Hello, Alice"
        with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect("/api/v1/live", headers=cookie):
            pass
        assert denied.value.json()["code"] == "origin_not_allowed"


@section("API keys")
def test_programs_have_keys(issuer: Issuer, by_cookie: Namespace) -> None:
    first = by_cookie["auth"]
    names = run("API keys", dict(by_cookie))
    assert names["auth"] is not first
    user = {"Cookie": str(issuer.session_cookie(name="Alice")), "Origin": issuer.url}
    reader, writer = (
        {"x-api-key": issuer.api_key(name="Bob", permissions={"files": may})} for may in (["read"], ["read", "write"])
    )
    with TestClient(app_of(names)) as client:
        assert client.get("/api/v1/files", headers=reader).json() == ["for keys with the permission"]
        assert client.get("/api/v1/files", headers=user).json()["code"] == "permission_missing"
        assert client.delete("/api/v1/account", headers=user).json() == "Good-bye, Alice"
        assert client.delete("/api/v1/account", headers=writer).json()["code"] == "permission_missing"
        assert client.post("/api/v1/files", headers=user).json() == "written by a session"
        assert client.post("/api/v1/files", headers=writer).json() == "written by a key"
        assert client.post("/api/v1/files", headers=reader).json()["code"] == "permission_missing"


@pytest.fixture
def with_database(first: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Namespace:
    """The names of the app that looks its users up and writes for them, in a file with their tables."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'app.db'}")
    names = run("What such a user writes", run("The user in your database", first))
    engine = create_engine(f"sqlite:///{tmp_path / 'app.db'}")
    names["Base"].metadata.create_all(engine)  # type: ignore[attr-defined]  # as above
    names["execute"] = lambda sql, *values: execute(engine, sql, values)
    return names


def execute(engine: Engine, sql: str, values: tuple[object, ...]) -> list[tuple[object, ...]]:
    with engine.begin() as connection:
        result = connection.exec_driver_sql(sql, values)
        return [tuple(row) for row in result] if result.returns_rows else []


ADD_USER = (
    "INSERT INTO user (id, uuid, name, email, emailVerified, createdAt, updatedAt, banned, banExpires) "
    "VALUES ('a', ?, 'Alice', 'a@example.com', 1, '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05.000Z', ?, ?)"
)


@section("The user in your database")
@pytest.mark.parametrize(
    ("banned", "until", "may"),
    [
        (None, None, True),
        (0, None, True),
        (1, None, False),
        (1, "2999-01-01T00:00:00.000Z", False),
        (1, "2020-01-01T00:00:00.000Z", True),
    ],
)
def test_the_user_in_the_database(
    issuer: Issuer, with_database: Namespace, banned: int | None, until: str | None, may: bool
) -> None:
    alice = uuid4()
    with_database["execute"](ADD_USER, str(alice), banned, until)  # type: ignore[operator]  # as above
    app = app_of(with_database)
    profile = get(app, "/api/v1/profile", bearer(issuer.token(alice))).json()
    if may:
        assert profile == {"name": "Alice", "since": "2026-01-02T03:04:05Z"}
    else:
        assert profile["code"] == "user_unknown"
    assert get(app, "/api/v1/profile", bearer(issuer.token())).json()["code"] == "user_unknown"


@section("What such a user writes")
def test_what_a_deleted_user_writes_is_refused(issuer: Issuer, with_database: Namespace) -> None:
    alice = uuid4()
    app, path, mine = app_of(with_database), f"/api/v1/{alice}/notes?text=x", bearer(issuer.token(alice))
    sql = with_database["execute"]
    sql(ADD_USER, str(alice), None, None)  # type: ignore[operator]  # as above
    assert call(app, "POST", path, mine).status_code == 201
    assert sql("SELECT user_id FROM notes") == [(str(alice),)]  # type: ignore[operator]
    sql("DELETE FROM notes")  # type: ignore[operator]
    sql("DELETE FROM user")  # type: ignore[operator]
    answer = call(app, "POST", path, mine)
    assert (answer.status_code, answer.json()["code"]) == (403, "user_unknown")
    assert sql("SELECT count(*) FROM notes") == [(0,)]  # type: ignore[operator]


@section("Better Auth's own id: `sub` alone")
def test_sub_alone(issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "app.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{file}")
    names: Namespace = {"__name__": "main", "os": os, "Annotated": Annotated, "Identity": Identity}
    app = app_of(run("Better Auth's own id: `sub` alone", names))
    engine = create_engine(f"sqlite:///{file}")
    names["Base"].metadata.create_all(engine)  # type: ignore[attr-defined]  # as above
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO notes (user_id, text) VALUES ('abc123', 'mine'), ('ABC123', 'not mine')"
        )
    engine.dispose()
    mine = bearer(issuer.token("abc123"))
    assert get(app, "/api/v1/abc123/notes", mine).json() == ["mine"]
    assert get(app, "/api/v1/ABC123/notes", mine).json()["code"] == "user_mismatch"
    names["auth"].verifier.close()  # type: ignore[attr-defined]  # as above


@section("Errors")
def test_errors_in_ones_own_form(issuer: Issuer, first: Namespace) -> None:
    app = app_of(run("Errors", first))
    small = get(app, "/api/v1/export", bearer(issuer.token(plan="free")))
    assert (small.status_code, small.json()) == (
        402,
        {"detail": "This needs the plan Pro.", "code": "plan_too_small"},
    )
    assert get(app, "/api/v1/export", bearer(issuer.token(plan="pro"))).json() == "All of it"
    answer = get(app, "/api/v1/x/greeting")
    assert answer.json() == {"detail": "The request has no bearer token.", "code": "token_missing"}
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="drawbridge"'


@section("OpenAPI and generated clients")
def test_the_document_is_written(first: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("OpenAPI and generated clients", run("Who may do what", first))
    paths = json.loads((tmp_path / "openapi.json").read_text())["paths"]
    assert set(paths["/api/v1/{user_id}/greeting"]["get"]["responses"]) == {"200", "401", "403", "422", "503"}
    assert paths["/api/v1/news"]["get"]["security"] == [{"BetterAuth": []}, {}]


@section("Who it was, in logs and in other processes")
def test_who_it_was(issuer: Issuer, first: Namespace, caplog: pytest.LogCaptureFixture) -> None:
    names = run("Who it was, in logs and in other processes", run("Errors", first | {"json": json}))
    caplog.set_level("INFO", "access")
    alice = uuid4()
    path = f"/api/v1/{alice}/greeting"
    get(app_of(names), path, bearer(issuer.token(alice)))
    get(app_of(names), path, bearer(issuer.token(uuid4(), sub="bob")))
    get(app_of(names), path)
    assert [record.getMessage() for record in caplog.records if record.name == "access"] == [
        f"GET 200 id-of-{alice}",
        "GET 403 bob",
        "GET 401 -",
    ]
    with Verifier(issuer.url) as verifier:
        message = names["enqueue"](verifier.verify(issuer.token(name="Alice")))  # type: ignore[operator]  # as above
    assert names["work"](message) == "Exported for Alice"  # type: ignore[operator]  # as above


APP_SECTIONS = [
    "Protect a route",
    "In your Next.js app",
    "Who may do what",
    "The user in your database",
    "What such a user writes",
    "Errors",
    "OpenAPI and generated clients",
    "Who it was, in logs and in other processes",
    "Deploy",
]
OPEN = 'open={"GET /api/v1/news", "/api/v1/events"}'


@section("Test your app")
@pytest.mark.parametrize(
    "sections", [APP_SECTIONS[:1], APP_SECTIONS], ids=["the first app", "all that follows in one file"]
)
def test_the_tests_of_ones_app(tmp_path: Path, sections: list[str]) -> None:
    (tmp_path / "main.py").write_text("\n".join(block for name in sections for block in BLOCKS[name]))
    for block in BLOCKS["Test your app"]:
        (tmp_path / block.split()[1]).write_text(block)
    assert {file.name for file in tmp_path.iterdir()} == {"main.py", "conftest.py", "test_main.py", "test_routes.py"}
    if sections == APP_SECTIONS:
        replaced(tmp_path / "test_routes.py", r"open=set\(\)", OPEN)
    clean = {name: value for name, value in os.environ.items() if name not in ("BETTER_AUTH_URL", "DATABASE_URL")}
    environment = {**clean, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert "3 passed" in result.stdout, result.stdout + result.stderr


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
