"""A user's tags."""

import re
from typing import Annotated, Any

from drawbridge import Identity
from fastapi import APIRouter, Depends, Response
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from .auth import Owner
from .database import check_quota, count, read, write
from .errors import not_found
from .json_body import JsonBody
from .models import Tag
from .query import NoParameters, Query
from .schemas import MAX_ID, NewTag, PageQuery, TagChange, TagOut, TagPage, page_of
from .settings import settings

router = APIRouter(prefix="/api/v1/{user_id}/tags")


def id_of(text: str) -> int:
    """What is no decimal number without sign and leading zero names no tag."""
    if not re.fullmatch("[1-9][0-9]{0,18}", text) or int(text) > MAX_ID:
        raise not_found()
    return int(text)


def tag_of(session: Session, owner: Identity, id: int) -> Tag:
    tag = session.scalar(select(Tag).where(Tag.user_id == owner.uuid, Tag.id == id))
    if tag is None:
        raise not_found()
    return tag


@router.get("", response_model=TagPage)
async def list_tags(owner: Owner, query: Annotated[PageQuery, Depends(Query(PageQuery))]) -> Any:
    own = Tag.user_id == owner.uuid

    def list_them(session: Session) -> tuple[list[Tag], int]:
        total = count(session, select(Tag.id).where(own))
        page = select(Tag).where(own).order_by(Tag.name).limit(query.limit).offset(query.offset)
        return list(session.scalars(page)) if query.offset < total else [], total

    return page_of(*await read(owner, list_them), query)


@router.post("", status_code=201, response_model=TagOut)
async def create_tag(
    owner: Owner, body: Annotated[NewTag, Depends(JsonBody(NewTag))], _: NoParameters, response: Response
) -> Any:
    def add(session: Session) -> Tag:
        check_quota(session, owner, Tag, settings.max_tags)
        tag = Tag(user_id=owner.uuid, **body.model_dump())
        session.add(tag)
        return tag

    tag = await write(owner, add)
    response.headers["Location"] = f"/api/v1/{tag.user_id}/tags/{tag.id}"
    return tag


@router.get("/{tag_id}", response_model=TagOut)
async def get_tag(owner: Owner, _: NoParameters, tag_id: str) -> Any:
    id = id_of(tag_id)
    return await read(owner, lambda session: tag_of(session, owner, id))


@router.patch("/{tag_id}", response_model=TagOut)
async def update_tag(
    owner: Owner, body: Annotated[TagChange, Depends(JsonBody(TagChange))], _: NoParameters, tag_id: str
) -> Any:
    id = id_of(tag_id)

    def update(session: Session) -> Tag:
        tag = tag_of(session, owner, id)
        for name, value in body.model_dump(exclude_unset=True).items():
            setattr(tag, name, value)
        return tag

    return await write(owner, update)


@router.delete("/{tag_id}", status_code=204)
async def delete_tag(owner: Owner, _: NoParameters, tag_id: str) -> None:
    own = delete(Tag).where(Tag.user_id == owner.uuid, Tag.id == id_of(tag_id))

    def remove(session: Session) -> None:
        if session.scalar(own.returning(Tag.id)) is None:
            raise not_found()

    await write(owner, remove)
