"""What type checkers say of the package as a user sees it: mypy --strict and pyright's strict mode."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PYRIGHT = ROOT / "node_modules/.bin/pyright"

IMPORTS = """
from datetime import datetime
from typing import Annotated
from uuid import UUID

from drawbridge import AuthError, Identity, IdentityRecord, Verifier
from drawbridge.fastapi import BetterAuth
from drawbridge.sessions import SessionRecord, SessionSource, redis_sessions, sqlalchemy_sessions
from drawbridge.sqlalchemy import BetterAuthTime, BetterAuthUser, IntegerIdUser, TextIdUser, UserUuid, UuidIdUser
from drawbridge.testing import Issuer, assert_all_routes_protected
from fastapi import Depends, FastAPI
from redis.asyncio import Redis
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
"""

GOOD = """
auth = BetterAuth()
app = FastAPI(lifespan=auth.lifespan)
Owner = Annotated[Identity, Depends(auth.verify_user_access)]


@app.get("/{user_id}")
async def get_own(user_id: UUID, user: Owner) -> str:
    return user.uuid.hex + user.subject + ",".join(user.roles)


def of_uuid(verifier: Verifier) -> UUID:
    return verifier.verify("x").uuid


by_uuid: UUID = Verifier("http://localhost:3000").verify("x").uuid
by_named_uuid: UUID = Verifier("http://localhost:3000", user_claim="uuid", clock_skew=3).verify("x").uuid
of_auth: UUID = auth.verifier.verify("x").uuid
maybe: UUID | None = Verifier("http://localhost:3000", user_claim="sub").verify("x").uuid
maybe_of_auth: UUID | None = BetterAuth(user_claim="sub").verifier.verify("x").uuid
of_given: UUID | None = BetterAuth(verifier=Verifier(user_claim="sub")).verifier.verify("x").uuid


async def find(identity: Identity) -> str:
    return identity.uuid.hex


engine = create_async_engine("sqlite+aiosqlite://")
in_tables = BetterAuth(credentials=["token", "session"], sessions=sqlalchemy_sessions(engine, schema="auth"))
in_redis = Verifier(credentials="session", sessions=redis_sessions(Redis(), prefix="shop:", database=engine))
of_sessions: UUID = in_tables.verifier.verify("x").uuid


class OwnStore(SessionSource):
    async def find(self, token: str) -> SessionRecord | None:
        return SessionRecord("{}", revoked_before=0)


async def find_by_subject(identity: Identity[UUID | None]) -> str | None:
    return identity.subject or None


active = auth.get_current_active_user(find)
by_subject = BetterAuth(user_claim="sub").get_current_active_user(find_by_subject)
roles = auth.require_role("admin", "editor")
origin: str = auth.origin


class Base(DeclarativeBase): ...


class TextBase(DeclarativeBase): ...


class UuidBase(DeclarativeBase): ...


class IntegerBase(DeclarativeBase): ...


class User(BetterAuthUser, Base):
    role: Mapped[str | None]


class TextUser(TextIdUser, TextBase): ...


class UuidUser(UuidIdUser, UuidBase): ...


class IntegerUser(IntegerIdUser, IntegerBase): ...


class RenamedBase(DeclarativeBase): ...


class RenamedUser(BetterAuthUser, RenamedBase):
    __tablename__ = "users"

    email_verified: Mapped[bool] = mapped_column("email_verified")
    created_at: Mapped[datetime] = mapped_column("created_at", BetterAuthTime("timestamp"))


class Note(UuidBase):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(UserUuid, ForeignKey("user.id", ondelete="CASCADE"))


def ids(user: User, text: TextUser, uuid: UuidUser, number: IntegerUser) -> tuple[UUID, str, UUID, int]:
    return user.uuid, text.id, uuid.id, number.id


statement = select(IntegerUser).where(IntegerUser.id == int("7"), IntegerUser.email == "a@example.com")
error = AuthError("account_locked", "Pay first.", status=403)


def record(identity: Identity, other: Identity[UUID | None]) -> dict[str, object]:
    recorded = IdentityRecord.from_dict(IdentityRecord.of(identity).to_dict())
    return recorded.to_dict() | IdentityRecord.of(other).to_dict()


def test_routes() -> None:
    assert_all_routes_protected(app, open={"/health"})
    token: str = Issuer().token("abc123", role="admin", plan="pro")
    assert token
"""

# A line each, and none that a checker may let pass.
BAD = {
    "uuid may be absent by sub": 'x: UUID = Verifier("http://localhost:3000", user_claim="sub").verify("x").uuid',
    "uuid may be absent by sub in FastAPI": 'x: UUID = BetterAuth(user_claim="sub").verifier.verify("x").uuid',
    "uuid may be absent where that is said": "def f(i: Identity[UUID | None]) -> str: return i.uuid.hex",
    "uuid is no text": 'x: str = Verifier("http://localhost:3000").verify("x").uuid',
    "an unknown setting": 'x = BetterAuth("http://localhost:3000", clock="x")',
    "a role that is a list": 'x = BetterAuth().require_role(["admin"])',
    "an integer id is no text": "def f(u: IntegerIdUser) -> str: return u.id",
    "no uuid without the hybrid id": "def f(u: TextIdUser) -> UUID: return u.uuid",
}


def environment_of_the_package() -> dict[str, str]:
    return {**os.environ, "MYPYPATH": "", "PYTHONPATH": ""}


def faults_of_mypy(folder: Path) -> list[str]:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(folder / "cache")]
    done = subprocess.run(
        [*command, *FILES], cwd=folder, env=environment_of_the_package(), capture_output=True, text=True, timeout=300
    )
    assert not done.stderr, done.stderr
    return [line for line in done.stdout.splitlines() if ": error:" in line]


def faults_of_pyright(folder: Path) -> list[str]:
    settings = {"include": FILES, "typeCheckingMode": "strict"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [PYRIGHT, "--outputjson", "--pythonpath", sys.executable, "--project", folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    found = json.loads(done.stdout)["generalDiagnostics"]
    return [
        f"{each['file']}:{each['range']['start']['line'] + 1}: {each['message']}"
        for each in found
        if each["severity"] == "error"
    ]


FILES = ["good.py", "bad.py"]  # of one run, since most of it goes into the libraries that they import
CHECKERS = [pytest.param(faults_of_mypy, id="mypy"), pytest.param(faults_of_pyright, id="pyright")]
pytestmark = pytest.mark.repository  # pyright is the repository's


@pytest.mark.parametrize("faults_of", CHECKERS)
def test_an_app_passes_and_each_fault_is_found(tmp_path: Path, faults_of: Callable[[Path], list[str]]) -> None:
    bad = [re.sub(r"^(x|def f)\b", rf"\g<1>{number}", line) for number, line in enumerate(BAD.values())]
    (tmp_path / "good.py").write_text(IMPORTS + GOOD)
    (tmp_path / "bad.py").write_text("\n".join([IMPORTS, *bad, ""]))
    found = faults_of(tmp_path)
    assert [each for each in found if "good.py:" in each] == []
    first = IMPORTS.count("\n") + 2
    for number, name in enumerate(BAD, first):
        assert [each for each in found if re.search(rf"bad\.py:{number}: ", each)], (name, found)


def test_the_types_of_the_public_api_are_complete(tmp_path: Path) -> None:
    """By pyright's own measure: nothing that a user imports is of a type that it has to guess."""
    command = [PYRIGHT, "--verifytypes", "drawbridge", "--ignoreexternal", "--outputjson"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=300
    )
    completeness = json.loads(done.stdout)["typeCompleteness"]
    guessed = [
        f"{each['name']}: {textwrap.shorten(str(each.get('diagnostics')), 300)}"
        for each in completeness["symbols"]
        if each["isExported"] and (not each["isTypeKnown"] or each["isTypeAmbiguous"])
    ]
    assert guessed == []
    assert completeness["exportedSymbolCounts"]["withKnownType"] > 200
