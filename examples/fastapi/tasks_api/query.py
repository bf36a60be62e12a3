"""The parameters of a query. What is unknown, or there twice where one is meant, is refused and not passed over."""

import re
from typing import Annotated, Generic, TypeVar
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from .errors import MAX_LISTED, Invalid
from .schemas import MAX_TAGS, NoQuery

MOST_PARAMETERS = MAX_TAGS + 100  # a list takes nine beside its tags
FORM = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")  # RFC 3986 §3.4
Model = TypeVar("Model", bound=BaseModel)


class Query(Generic[Model]):
    """`Annotated[TaskQuery, Depends(Query(TaskQuery))]`. A parameter that comes several times is a list."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    async def __call__(self, request: Request) -> Model:
        raw = request.scope["query_string"]
        if raw.count(b"&") >= MOST_PARAMETERS:
            raise Invalid({"?": "has far more parameters than there are"})
        if not FORM.fullmatch(raw):
            raise Invalid({"?": "is not a query of percent-encoded parameters"})
        values: dict[str, list[str]] = {}
        if raw and b"" in raw.split(b"&"):
            values[""] = [""]  # which parse_qsl() passes over
        # Bytes of a value that are no UTF-8 are kept, so that they can be refused by the parameter's name.
        for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="surrogateescape"):
            values.setdefault(name.encode(errors="surrogateescape").decode(errors="replace"), []).append(value)
        # No more unknown ones are looked at than will be told of.
        unknown = [name for name in values if name not in self.model.model_fields]
        for name in unknown[MAX_LISTED:]:
            del values[name]
        try:
            return self.model.model_validate({name: all if len(all) > 1 else all[0] for name, all in values.items()})
        except ValidationError as error:
            raise Invalid.query(error) from None


NoParameters = Annotated[NoQuery, Depends(Query(NoQuery))]
"""For a route that takes none."""
