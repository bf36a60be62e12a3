"""The parameters of a query. What is unknown, or there twice where one is meant, is refused and not passed over."""

from typing import Annotated, Generic, TypeVar
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from .errors import Invalid
from .schemas import NoQuery

Model = TypeVar("Model", bound=BaseModel)


class Query(Generic[Model]):
    """`Annotated[TaskQuery, Depends(Query(TaskQuery))]`. A parameter that comes several times is a list."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    async def __call__(self, request: Request) -> Model:
        values: dict[str, str | list[str]] = {}
        raw = request.scope["query_string"].decode("latin-1")
        # Bytes that are no UTF-8 are kept, so that they can be refused by the parameter's name.
        for name, value in parse_qsl(raw, keep_blank_values=True, errors="surrogateescape"):
            before = values.get(name)
            values[name] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
        try:
            return self.model.model_validate(values)
        except ValidationError as error:
            raise Invalid.query(error) from None


NoParameters = Annotated[NoQuery, Depends(Query(NoQuery))]
"""For a route that takes none."""
