"""A backend without a second id: `sub`, a model of `user` and routes, for each kind of id that Better Auth makes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from alembic_project import sqlalchemy_url
from asgi_calls import bearer, get
from better_auth import BetterAuth as RealBetterAuth
from better_auth import Person
from database import Database
from fastapi import Depends, FastAPI
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from drawbridge.sqlalchemy import IntegerIdUser, TextIdUser, UserUuid, UuidIdUser

pytest_plugins = ["alembic_databases"]
pytestmark = pytest.mark.repository


class TextBase(DeclarativeBase): ...


class TextUser(TextIdUser, TextBase): ...


class TextNote(TextBase):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))


class UuidBase(DeclarativeBase): ...


class UuidUser(UuidIdUser, UuidBase): ...


class UuidNote(UuidBase):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(UserUuid, ForeignKey("user.id", ondelete="CASCADE"))


class IntegerBase(DeclarativeBase): ...


class IntegerUser(IntegerIdUser, IntegerBase): ...


class IntegerNote(IntegerBase):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))


@dataclass(frozen=True)
class Kind:
    ids: str
    user: Any  # a model, of which each kind has its own
    note: Any
    read: Callable[[str], Any]
    another: object


KINDS = {
    "text": Kind("", TextUser, TextNote, str, "abc123"),
    "uuid": Kind("uuid", UuidUser, UuidNote, UUID, uuid4()),
    "serial": Kind("serial", IntegerUser, IntegerNote, int, 4711),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
def issuer(database: Database, tmp_path: Path, kind: Kind) -> Iterator[RealBetterAuth]:
    """With Better Auth's own JWT plugin, and tables that its own migration made."""
    issuer = RealBetterAuth(tmp_path, database, uuid="off", ids=kind.ids)
    try:
        yield issuer.start()
    finally:
        issuer.stop()


def app_of(auth: BetterAuth[Any], kind: Kind, engine: Any) -> FastAPI:
    app = FastAPI()

    def find_user(identity: Identity) -> object:
        with Session(engine) as session:
            return session.scalar(select(kind.user).where(kind.user.id == kind.read(identity.subject)))

    async def get_own(user_id: Any, user: Annotated[Identity, Depends(auth.verify_user_access)]) -> str:
        return user.subject

    get_own.__annotations__["user_id"] = kind.read
    app.get("/{user_id}/own")(get_own)

    @app.get("/me")
    async def get_me(user: Annotated[Any, Depends(auth.get_current_active_user(find_user))]) -> str:
        return str(user.email)

    return app


def answer_of(app: FastAPI, path: str, token: str) -> str:
    answer = get(app, path, bearer(token))
    return str(answer.json() if answer.status_code == 200 else answer.json()["code"])


def test_a_user_is_found_and_owns_rows(database: Database, issuer: RealBetterAuth, kind: Kind) -> None:
    alice, bob = issuer.sign_up("alice"), issuer.sign_up("bob")
    token = alice.token()
    engine = create_engine(sqlalchemy_url(database))
    auth = BetterAuth(issuer.url, user_claim="sub")
    app = app_of(auth, kind, engine)
    try:
        assert answer_of(app, f"/{alice.id}/own", token) == alice.id
        assert answer_of(app, f"/{bob.id}/own", token) == "user_mismatch"
        assert answer_of(app, f"/{kind.another}/own", token) == "user_mismatch"
        assert answer_of(app, "/me", token).startswith("alice-")
        own_rows(database, kind, alice, engine)
        alice.delete_account()
        assert answer_of(app, "/me", token) == "user_unknown"
    finally:
        auth.verifier.close()
        engine.dispose()


def own_rows(database: Database, kind: Kind, alice: Person, engine: Any) -> None:
    """Of a table whose reference to `user.id` the database itself takes, and holds to."""
    kind.note.__table__.create(engine)
    with Session(engine) as session:
        if database.kind == "sqlite":
            session.connection().exec_driver_sql("PRAGMA foreign_keys = ON")
        session.add(kind.note(user_id=kind.read(alice.id)))
        session.commit()
        note = session.scalars(select(kind.note).join(kind.user, kind.note.user_id == kind.user.id)).one()
        assert note.user_id == kind.read(alice.id)
        session.add(kind.note(user_id=kind.another))
        with pytest.raises(IntegrityError):
            session.commit()


def test_the_columns_are_those_of_better_auth(database: Database, issuer: RealBetterAuth, kind: Kind) -> None:
    person = issuer.sign_up("alice")
    engine = create_engine(sqlalchemy_url(database))
    with Session(engine) as session:
        user = session.scalars(select(kind.user)).one()
        assert (str(user.id), user.email_verified, user.image) == (person.id, False, None)
        assert user.created_at.tzinfo is not None
        assert "uuid" not in kind.user.__table__.columns
    engine.dispose()
