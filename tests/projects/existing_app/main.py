"""The app's route, which Better Auth's users reach by their UUID."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from models import Member, Task, engine
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from drawbridge import AuthError, Identity
from drawbridge.fastapi import BetterAuth

auth = BetterAuth()
app = FastAPI(lifespan=auth.lifespan)
app.add_middleware(
    CORSMiddleware,
    allow_origins=[auth.origin],
    allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
    allow_headers=["Authorization", "Content-Type"],
    expose_headers=["WWW-Authenticate", "Retry-After"],
)


class NewTask(BaseModel):
    title: str


Owner = Annotated[Identity, Depends(auth.verify_user_access)]


def member_of(session: Session, identity: Identity) -> Member:
    """The app's own user. Who comes for the first time is known by an address that was verified, or is new."""
    if member := session.scalar(select(Member).where(Member.auth_id == identity.uuid)):
        return member
    member = session.scalar(select(Member).where(Member.email == identity.email))
    if member is None:
        member = Member(email=identity.email)
        session.add(member)
    elif member.auth_id or not identity.email_verified:
        raise AuthError("email_not_verified", "Verify your address first.", status=403)
    member.auth_id = identity.uuid
    session.flush()
    return member


@app.get("/api/v1/{user_id}/tasks")
def list_tasks(user_id: UUID, user: Owner) -> list[str]:
    with Session(engine) as session, session.begin():
        own = Task.user_id == member_of(session, user).id
        return list(session.scalars(select(Task.title).where(own).order_by(Task.id)))


@app.post("/api/v1/{user_id}/tasks", status_code=201)
def add_task(user_id: UUID, task: NewTask, user: Owner) -> None:
    with Session(engine) as session, session.begin():
        session.add(Task(user_id=member_of(session, user).id, title=task.title))
