"""Routes that take the user from their path, and from somewhere else as well."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import pytest
from fastapi import Body, Cookie, Depends, FastAPI, Header, Path, Query
from fastapi.testclient import TestClient
from pydantic import AliasChoices, BaseModel, Field

from drawbridge.fastapi import BetterAuth


class Wanted(BaseModel):
    """Parameters that a class of the app lists."""

    user_id: UUID | None = None


class Renamed(BaseModel):
    whose: str = Field("", alias="user_id")


def of_the_query(whose: Annotated[str, Query(alias="user_id")] = "") -> str:
    return whose


def of_the_query_as_it_is_validated(whose: Annotated[str, Query(validation_alias="user_id")] = "") -> str:
    return whose


def of_the_query_by_one_of_two_names(
    whose: Annotated[str, Query(validation_alias=AliasChoices("whose", "user_id"))] = "",
) -> str:
    return whose


def of_a_model_of_the_query(whose: Annotated[Wanted, Query()]) -> str:
    return str(whose.user_id)


def of_a_renamed_member_of_the_query(whose: Annotated[Renamed, Query()]) -> str:
    return whose.whose


def of_a_header(whose: Annotated[str, Header(alias="user_id")] = "") -> str:
    return whose


def of_a_header_with_a_hyphen(whose: Annotated[str, Header(alias="User-Id")] = "") -> str:
    return whose


def of_a_cookie(whose: Annotated[str, Cookie(alias="user_id")] = "") -> str:
    return whose


def of_the_body(whose: Annotated[str, Body(alias="user_id", embed=True)] = "") -> str:
    return whose


def of_another_part_of_the_path(user_id: Annotated[str, Path(alias="other")]) -> str:
    return user_id


ELSEWHERE = [
    of_the_query,
    of_the_query_as_it_is_validated,
    of_the_query_by_one_of_two_names,
    of_a_model_of_the_query,
    of_a_renamed_member_of_the_query,
    of_a_header,
    of_a_header_with_a_hyphen,
    of_a_cookie,
    of_the_body,
    of_another_part_of_the_path,
]


@pytest.mark.parametrize("taken", ELSEWHERE, ids=lambda taken: taken.__name__)
@pytest.mark.parametrize("where", ["the route", "a dependency"])
def test_an_app_does_not_start_where_a_route_takes_the_user_from_elsewhere_too(
    taken: Callable[..., str], where: str
) -> None:
    auth = BetterAuth("http://localhost:3000")
    app = FastAPI(lifespan=auth.lifespan)
    path, more = "/api/v1/{user_id}/{other}", [] if where == "the route" else [Depends(taken)]
    endpoint = taken if where == "the route" else lambda: "never"
    app.post(path, dependencies=[Depends(auth.verify_user_access), *more])(endpoint)
    with pytest.raises(RuntimeError, match="but it also takes user_id from") as raised, TestClient(app):
        raise AssertionError("the app started")
    assert "\n" not in str(raised.value)


def test_members_of_a_json_document_are_the_apps_own() -> None:
    class Note(BaseModel):
        user_id: UUID

    async def write_note(user_id: UUID, note: Note) -> None: ...

    auth = BetterAuth("http://localhost:3000")
    app = FastAPI(lifespan=auth.lifespan)
    app.post("/api/v1/{user_id}/notes", dependencies=[Depends(auth.verify_user_access)])(write_note)
    with TestClient(app) as client:
        assert client.get("/openapi.json").status_code == 200
