"""A user's tasks."""

import re
from typing import Annotated, Any
from uuid import UUID, uuid4

from drawbridge import Identity
from fastapi import APIRouter, Depends, Response
from sqlalchemy import ColumnElement, collate, delete, or_, select
from sqlalchemy.orm import Session

from .auth import Owner
from .database import check_quota, check_tags_on_tasks, count, have_alone, is_sqlite, read, write
from .errors import Invalid, not_found
from .json_body import JsonBody
from .letter_case import position, stored
from .models import Tag, Task, task_tags
from .page_response import PageResponse
from .query import NoParameters, Query
from .schemas import NewTask, TaskChange, TaskOut, TaskPage, TaskQuery
from .settings import settings
from .times import now

router = APIRouter(prefix="/api/v1/{user_id}/tasks")
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
FOLDED_TEXTS = (stored(Task.title_folded, Task.title), stored(Task.description_folded, Task.description))
TITLE_ORDER = collate(FOLDED_TEXTS[0], "BINARY" if is_sqlite else "C")  # by code points


def id_of(text: str) -> UUID:
    """What is no UUID of the 36-character form names no task."""
    if not UUID_FORM.fullmatch(text):
        raise not_found()
    return UUID(text)


def task_of(session: Session, owner: Identity, id: UUID, *, locked: bool = False) -> Task:
    task = session.get(Task, (owner.uuid, id), with_for_update=locked)
    if task is None:
        raise not_found()
    return task


def tags_of(session: Session, owner: Identity, ids: list[int]) -> list[Tag]:
    """The owner's tags of these ids, kept from being deleted meanwhile."""
    wanted = select(Tag).where(Tag.user_id == owner.uuid, Tag.id.in_(ids)).order_by(Tag.id)
    found = {tag.id: tag for tag in session.scalars(wanted.with_for_update(read=True, key_share=True))}
    for index, id in enumerate(ids):
        if id not in found:
            raise Invalid({f"/tag_ids/{index}": "is not one of your tags"})
    return sorted(found.values(), key=lambda tag: tag.name)


def change(session: Session, owner: Identity, task: Task, values: dict[str, Any]) -> Task:
    """Sets these members of a task, and checks what they make of it."""
    ids = values.pop("tag_ids", None)
    tags = None if ids is None else tags_of(session, owner, ids)
    for name, value in values.items():
        setattr(task, name, value)
    if task.due_date and task.reminder_at and task.reminder_at >= task.due_date:
        raise Invalid({"/reminder_at": "must be before due_date"})
    if tags is not None:
        check_tags_on_tasks(session, owner, len(tags) - len(task.tags))
        task.tags = tags
    return task


def filters_of(owner: Identity, query: TaskQuery) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = [Task.user_id == owner.uuid]
    if query.status != "all":
        filters.append(Task.completed == (query.status == "completed"))
    if query.priority is not None:
        filters.append(Task.priority == query.priority)
    if query.tag:
        tagged = select(task_tags.c.task_id).where(task_tags.c.user_id == owner.uuid, task_tags.c.tag_id.in_(query.tag))
        filters.append(Task.id.in_(tagged))
    if query.due_after is not None:
        filters.append(Task.due_date >= query.due_after)
    if query.due_before is not None:
        filters.append(Task.due_date < query.due_before)
    if query.search:
        found = [position(of=query.search, among=text, on_sqlite=is_sqlite) > 0 for text in FOLDED_TEXTS]
        filters.append(or_(*found))
    return filters


@router.get("", response_model=TaskPage)
async def list_tasks(owner: Owner, query: Annotated[TaskQuery, Depends(Query(TaskQuery))]) -> Any:
    filters = filters_of(owner, query)
    key: Any = TITLE_ORDER if query.sort_by == "title" else getattr(Task, query.sort_by)
    order = (key.asc() if query.order == "asc" else key.desc()).nulls_last()
    # Without a filter, an index leads to the page: in its own direction, and not far.
    is_sorted = query.sort_by == "title" or (query.order == "asc") == (query.sort_by == "created_at")
    costly = len(filters) > 1 or is_sorted or query.offset >= 1_000

    def list_them(session: Session) -> tuple[list[Task], int]:
        total = count(session, select(Task.id).where(*filters))
        page = select(Task).where(*filters).order_by(order, Task.id).limit(query.limit).offset(query.offset)
        return list(session.scalars(page)) if query.offset < total else [], total

    return await PageResponse.of(TaskOut, *await read(owner, list_them, costly=costly), query)


@router.post("", status_code=201, response_model=TaskOut)
async def create_task(
    owner: Owner, body: Annotated[NewTask, Depends(JsonBody(NewTask))], _: NoParameters, response: Response
) -> Any:
    def add(session: Session) -> Task:
        check_quota(session, owner, Task, settings.max_tasks)
        time = now()
        task = Task(user_id=owner.uuid, id=uuid4(), created_at=time, updated_at=time, tags=[])
        session.add(change(session, owner, task, body.model_dump()))
        return task

    task = await write(owner, add)
    response.headers["Location"] = f"/api/v1/{task.user_id}/tasks/{task.id}"
    return task


@router.get("/{task_id}", response_model=TaskOut)
async def get_task(owner: Owner, _: NoParameters, task_id: str) -> Any:
    id = id_of(task_id)
    return await read(owner, lambda session: task_of(session, owner, id))


async def write_task(owner: Identity, task_id: str, values: dict[str, Any]) -> Task:
    id = id_of(task_id)

    def write_it(session: Session) -> Task:
        if values.get("tag_ids") and settings.max_tasks:
            have_alone(session, owner)
        task = task_of(session, owner, id, locked=True)
        return change(session, owner, task, values | {"updated_at": now()})

    return await write(owner, write_it)


@router.put("/{task_id}", response_model=TaskOut)
async def replace_task(
    owner: Owner, body: Annotated[NewTask, Depends(JsonBody(NewTask))], _: NoParameters, task_id: str
) -> Any:
    return await write_task(owner, task_id, body.model_dump())


@router.patch("/{task_id}", response_model=TaskOut)
async def update_task(
    owner: Owner, body: Annotated[TaskChange, Depends(JsonBody(TaskChange))], _: NoParameters, task_id: str
) -> Any:
    return await write_task(owner, task_id, body.model_dump(exclude_unset=True))


@router.patch("/{task_id}/complete", response_model=TaskOut)
async def toggle_complete(owner: Owner, _: NoParameters, task_id: str) -> Any:
    id = id_of(task_id)

    def toggle(session: Session) -> Task:
        task = task_of(session, owner, id, locked=True)
        return change(session, owner, task, {"completed": not task.completed, "updated_at": now()})

    return await write(owner, toggle)


@router.delete("/{task_id}", status_code=204)
async def delete_task(owner: Owner, _: NoParameters, task_id: str) -> None:
    own = delete(Task).where(Task.user_id == owner.uuid, Task.id == id_of(task_id))

    def remove(session: Session) -> None:
        if session.scalar(own.returning(Task.id)) is None:
            raise not_found()

    await write(owner, remove)
