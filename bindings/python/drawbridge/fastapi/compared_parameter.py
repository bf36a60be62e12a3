"""Where a route takes an id from that a dependency compares: from there alone, or also from where a caller could write
another's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from inspect import ismethod, unwrap
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin
from uuid import UUID

from fastapi import params
from fastapi.dependencies.models import Dependant
from starlette.types import Scope


class Compared(NamedTuple):
    """A parameter, and what a fault of it is told with."""

    parameter: str
    dependency: str
    """Which compares it: `verify_user_access`."""
    whose: str
    """What it names: `user`."""
    remedy: str
    """Where the dependency could look for another name: `BetterAuth(user_id_parameter=...)`."""
    place: Literal["path", "query"] = "path"


def matched_route(scope: Scope) -> object:
    """The route that serves a request, with the path and the dependencies that it has where it is included; or None."""
    route = scope.get("route")
    of_fastapi = scope.get("fastapi")
    # FastAPI copied the routes of an included router into the app until it began to keep them apart.
    context = of_fastapi.get("effective_route_context") if isinstance(of_fastapi, dict) else None
    return context if context is not None and getattr(context, "original_route", None) is route else route


def fault_of(route: object, compared: Compared) -> str | None:
    """Why what is compared could name another than the one that the route works for; None where it could not.

    Only FastAPI's own routes are given parameters: a route of another kind has no fault.
    """
    dependant = getattr(route, "dependant", None)
    if not isinstance(dependant, Dependant):
        return None
    parameter = compared.parameter
    path = str(getattr(route, "path", ""))
    in_path = parameter in getattr(route, "param_convertors", {})
    if not (in_path if compared.place == "path" else _is_of_the_query(dependant, parameter)):
        return parameter_missing(path, compared)
    if compared.place == "query" and in_path:
        return _parameter_elsewhere(path, compared, "the path")
    for each in tree_of(dependant):
        for place, name in _taken_from(each, compared):
            if name == (_header_name(parameter) if place == "a header" else parameter):
                return _parameter_elsewhere(path, compared, place)
        for field in each.path_params if compared.place == "path" else each.query_params:
            names = set(_names_sent(field))
            if (field.name == parameter or parameter in names) and names != {parameter}:
                return _parameter_elsewhere(path, compared, f"another part of the {compared.place}")
    return None


def takes(route: Any, compared: Compared) -> bool:
    """Whether it has such a parameter, at the place where it is compared."""
    if compared.place == "path":
        return compared.parameter in getattr(route, "param_convertors", {})
    dependant = getattr(route, "dependant", None)
    return isinstance(dependant, Dependant) and _is_of_the_query(dependant, compared.parameter)


def _is_of_the_query(dependant: Dependant, parameter: str) -> bool:
    """By itself: a model would read the name that its member has."""
    fields = (field for each in tree_of(dependant) for field in each.query_params)
    return any(parameter in _names_sent(field) and not dict(_members_of(field)) for field in fields)


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


def parameter_missing(path: str, compared: Compared) -> str:
    """Why a route cannot be served: nothing names whom it works for."""
    parameter, dependency, whose, remedy, place = compared
    lacks, add = (
        (f"its path has no parameter {{{parameter}}}", "add it to the path")
        if place == "path"
        else (f"it does not take {parameter} from the query", "declare it on its own")
    )
    return (
        f"The route {path} depends on {dependency}, but {lacks}, so there is no {whose} to compare with: {add}, or "
        f"name a different one with {remedy}."
    )


def _parameter_elsewhere(path: str, compared: Compared, elsewhere: str) -> str:
    parameter, dependency, whose, _, place = compared
    shown, instead = (
        (f"{{{parameter}}}", "take the owner from the Identity, or rename")
        if whose == "user"
        else (parameter, "rename")
    )
    return (
        f"The route {path} depends on {dependency}, which compares {shown} of its {place}, but it also "
        f"takes {parameter} from {elsewhere}, where a caller can write a different {whose}: {instead} that parameter."
    )


def _taken_from(dependant: Dependant, compared: Compared) -> Iterator[tuple[str, str]]:
    """Places outside the one that is compared, and the names that are read there. The members of a JSON document are
    the app's own."""
    for field in dependant.query_params:
        if compared.place == "path":
            yield from (("the query", name) for name in _names(field))
        else:
            yield from (("a model of the query", name) for name in _names_of_members(field))
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
    yield from _names_of_members(field)


def _names_of_members(field: Any) -> Iterator[str]:
    for name, member in _members_of(field):
        yield name
        yield from _aliases(member)


def _members_of(field: Any) -> Iterator[tuple[str, Any]]:
    """Of a model that stands for several parameters."""
    if isinstance(field.field_info, (params.Param, params.Form)):
        yield from _members(field.field_info.annotation)


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
