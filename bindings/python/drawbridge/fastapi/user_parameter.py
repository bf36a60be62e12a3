"""Where a route takes the user's id from: from its own path, or from where a caller could write another's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from inspect import ismethod, unwrap
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

from fastapi import params
from fastapi.dependencies.models import Dependant
from starlette.types import Scope


def matched_route(scope: Scope) -> object:
    """The route that serves a request, with the path and the dependencies that it has where it is included; or None."""
    route = scope.get("route")
    of_fastapi = scope.get("fastapi")
    # FastAPI copied the routes of an included router into the app until it began to keep them apart.
    context = of_fastapi.get("effective_route_context") if isinstance(of_fastapi, dict) else None
    return context if context is not None and getattr(context, "original_route", None) is route else route


def fault_of(route: object, parameter: str) -> str | None:
    """Why the user whom the path names could be another than the one that the route works for; None where it could not.

    Only FastAPI's own routes are given parameters: a route of another kind has no fault.
    """
    dependant = getattr(route, "dependant", None)
    if not isinstance(dependant, Dependant):
        return None
    path = str(getattr(route, "path", ""))
    if parameter not in getattr(route, "param_convertors", {}):
        return parameter_missing(path, parameter)
    for each in tree_of(dependant):
        for place, name in _taken_from(each):
            if name == (_header_name(parameter) if place == "a header" else parameter):
                return _parameter_elsewhere(path, parameter, place)
        for field in each.path_params:
            if field.name == parameter and set(_names_sent(field)) != {parameter}:
                return _parameter_elsewhere(path, parameter, "another part of the path")
    return None


def is_uuid(route: object, parameter: str) -> bool:
    """Whether the route works with this parameter of its path as a UUID, wherever it takes it: a text would keep the
    spelling that was sent."""
    dependant = getattr(route, "dependant", None)
    if not isinstance(dependant, Dependant):
        return False
    fields = [field for each in tree_of(dependant) for field in each.path_params if parameter in _names_sent(field)]
    return bool(fields) and all(_bare(field.field_info.annotation) is UUID for field in fields)


def _bare(annotation: Any) -> Any:
    """A type without what is annotated to it: of pydantic's UUID4 the UUID."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def tree_of(dependant: Dependant) -> Iterator[Dependant]:
    """It, and what it depends on at any depth."""
    yield dependant
    for each in dependant.dependencies:
        yield from tree_of(each)


def callable_of(dependant: Dependant) -> object:
    """What is called in the end, without what is wrapped around it."""
    call: Any = dependant.call
    while isinstance(call, partial):
        call = call.func
    call = unwrap(call)
    return call.__self__ if ismethod(call) else call


def parameter_missing(path: str, parameter: str) -> str:
    """Why a route cannot be served: its path does not name the user."""
    return (
        f"The route {path} depends on verify_user_access, but its path has no parameter {{{parameter}}}, so there is "
        f"no user to compare with: add it to the path, or name another with BetterAuth(user_id_parameter=...)."
    )


def _parameter_elsewhere(path: str, parameter: str, place: str) -> str:
    return (
        f"The route {path} depends on verify_user_access, which compares {{{parameter}}} of its path, but it also "
        f"takes {parameter} from {place}, where a caller can write another user: take the owner from the Identity, or "
        f"rename that parameter."
    )


def _taken_from(dependant: Dependant) -> Iterator[tuple[str, str]]:
    """Places outside the path, and the names that are read there. The members of a JSON document are the app's own."""
    for field in dependant.query_params:
        yield from (("the query", name) for name in _names(field))
    for field in dependant.header_params:
        yield from (("a header", _header_name(name)) for name in _names(field))
    for field in dependant.cookie_params:
        yield from (("a cookie", name) for name in _names(field))
    for field in dependant.body_params:
        yield from (("the body", name) for name in _names(field))


def _names(field: Any) -> Iterator[str]:
    """All that a parameter goes by, and, of a model that stands for several parameters, each of them."""
    yield field.name
    yield from _names_sent(field)
    if isinstance(field.field_info, (params.Param, params.Form)):
        for name, member in _members(field.field_info.annotation):
            yield name
            yield from _aliases(member)


def _names_sent(field: Any) -> list[str]:
    return list(_aliases(field.field_info)) or [field.alias]


def _aliases(info: Any) -> Iterator[str]:
    for alias in (getattr(info, "validation_alias", None), info.alias):
        for choice in getattr(alias, "choices", [alias]):  # AliasChoices
            first = getattr(choice, "path", [choice])[0]  # AliasPath
            if isinstance(first, str):
                yield first


def _members(annotation: Any) -> Iterator[tuple[str, Any]]:
    """Of a model, or of each that a union names."""
    fields = getattr(annotation, "model_fields", None)
    if isinstance(fields, Mapping):
        yield from fields.items()
    for part in get_args(annotation):
        yield from _members(part)


def _header_name(name: str) -> str:
    """Headers are read in any case, and with hyphens in place of underscores."""
    return name.replace("_", "-").lower()
