"""The body of a request, read after the token was checked and not before: a parameter of FastAPI's own would be read
first, so that strangers could make the server parse a megabyte."""

import asyncio
import json
import math
import re
from typing import Any, Generic, TypeVar
from uuid import UUID

from drawbridge import AuthError
from fastapi import Request
from pydantic import BaseModel, ValidationError

from .errors import Invalid
from .turns import Turns
from .work_queue import Limits

LARGEST = 1024 * 1024
LONGEST_READING = 30.0  # seconds
QUICK = 16 * 1024  # bytes
MOST_MEMBERS = 100  # in all objects of a body; a task has 7
# A megabyte may have 300,000 of either, which takes a second to parse. A task has 100 ids of tags.
MOST_COMMAS = 1_000
MOST_ESCAPES = 50_000  # a description of 10,000 emoji has 20,000
# Larger bodies than quick ones: of one user four are in memory.
_reading = Turns(Limits(running=64, costly=64, running_of_one=4, held_of_one=256))
Model = TypeVar("Model", bound=BaseModel)
CHARSET = re.compile(r"\s*charset\b\s*=?\s*(.*)", re.IGNORECASE)


def is_json(media_type: str) -> bool:
    """Whatever else a media type may say, JSON is in UTF-8 (RFC 8259 §8.1)."""
    name, *parameters = media_type.split(";")
    charsets = [found[1].strip(' \t"').lower() for found in map(CHARSET.fullmatch, parameters) if found]
    return name.strip().lower() == "application/json" and set(charsets) <= {"utf-8"}


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise AuthError("body_too_large")
    return bytes(body)


def _check_head(request: Request) -> None:
    if int(request.headers.get("Content-Length", 0)) > LARGEST:
        raise AuthError("body_too_large")
    types = request.headers.getlist("Content-Type")
    # A browser sends the others across origins without asking first.
    if len(types) != 1 or not is_json(types[0]):
        raise AuthError("media_type_unsupported", "The body must be JSON: Content-Type application/json, in UTF-8.")


class _Objects:
    """Those of one body."""

    def __init__(self) -> None:
        self._left = MOST_MEMBERS

    def object_of(self, members: list[tuple[str, Any]]) -> dict[str, Any]:
        self._left -= len(members)
        if self._left < 0:
            raise Invalid({"": f"must have at most {MOST_MEMBERS} members"})
        if len({name for name, _ in members}) != len(members):
            raise ValueError("a member is there twice")
        return dict(members)


def _integer(text: str) -> int:
    if len(text) > 20 or not -(2**63) <= int(text) < 2**64:
        raise ValueError("a number has more than 64 bits")
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON")


def _fault_of(body: bytes) -> str:
    """Why it is not worth parsing, found in a few passes that cost a millisecond. Each string has a quotation mark that
    is not escaped; commas are counted outside strings."""
    escapes = body.count(b"\\")
    if escapes > MOST_ESCAPES:
        return "has far more escapes than there may be"
    if body.count(b'"') - (body.count(b'\\"') if escapes else 0) <= 4 * MOST_COMMAS:  # a name and a text each
        if escapes:
            body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
        if sum(part.count(b",") for part in body.split(b'"')[::2]) <= MOST_COMMAS:
            return ""
    return "has far more members than there are"


def parse(body: bytes) -> Any:
    """JSON as RFC 8259 has it and RFC 7493 narrows it. Raises ValueError or RecursionError, and Invalid for too many
    members."""
    value = json.loads(
        body.decode(),
        object_pairs_hook=_Objects().object_of,
        parse_int=_integer,
        parse_float=_number,
        parse_constant=_no_constant,
    )
    if b"\\u" in body:
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is not text
    return value


class JsonBody(Generic[Model]):
    """`Annotated[NewTask, Depends(JsonBody(NewTask))]`: put it behind the owner among the parameters."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    async def __call__(self, request: Request) -> Model:
        _check_head(request)
        if int(request.headers.get("Content-Length", LARGEST)) <= QUICK:
            return self._value_of(await _read(request))
        async with _reading.turn(UUID(request.path_params["user_id"]), watched=False):
            try:
                body = await asyncio.wait_for(_read(request), LONGEST_READING)
            except asyncio.TimeoutError:
                raise AuthError("request_malformed", f"The body did not come within {LONGEST_READING:g} s.") from None
            return self._value_of(body)

    def _value_of(self, body: bytes) -> Model:
        if fault := _fault_of(body):
            raise Invalid({"": fault})
        try:
            value = parse(body)
        except (ValueError, RecursionError) as error:
            raise AuthError("body_malformed", hint=str(error)) from error
        if not isinstance(value, dict):
            raise Invalid({"": "must be a JSON object"})
        try:
            return self.model.model_validate(value)
        except ValidationError as error:
            raise Invalid.body(error) from None
