"""What an app's OpenAPI document says of the dependencies: refusals, who need not sign in, and of which Better Auth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from starlette.applications import Starlette
from starlette.routing import Host, Mount

from drawbridge import AuthError
from drawbridge.fastapi.compared_parameter import callable_of, tree_of
from drawbridge.fastapi.dependencies import CredentialDependency, CurrentUser, OptionalUser
from drawbridge.fastapi.membership import MemberOf
from drawbridge.fastapi.route_check import routes_of, with_routes
from drawbridge.settings import ShownCredentials

_Document = dict[str, Any]  # Any: JSON

_PROBLEM = "AuthProblem"
_SCHEMA: _Document = {
    "type": "object",
    "title": _PROBLEM,
    "description": "Why a request was refused (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "A stable name, such as `token_expired`; programs switch on it."},
    },
}
_CHALLENGE = {"WWW-Authenticate": {"schema": {"type": "string"}}}
_WAIT = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def describe_refusals(app: Starlette) -> None:
    """Has `app.openapi()` say what the dependencies answer, whoever calls it from now on, and that of each app of
    FastAPI that is mounted in it, which has a document of its own. Calling it again changes nothing."""
    for each in _apps_of_fastapi(app, set()):
        _describe_in_document(each)


def _apps_of_fastapi(app: object, seen: set[int]) -> Iterator[FastAPI]:
    inner = with_routes(app)
    if inner is None or id(inner) in seen:
        return
    seen.add(id(inner))
    if isinstance(inner, FastAPI):
        yield inner
    for route, _ in routes_of(getattr(inner, "router", inner), frozenset()):
        if isinstance(route, (Mount, Host)):
            yield from _apps_of_fastapi(route.app, seen)


def _describe_in_document(app: FastAPI) -> None:
    """A method `openapi` of the app's own is called as before."""
    if getattr(app.openapi, "_by_drawbridge", False):
        return
    make: Callable[[], _Document] = app.openapi

    def openapi() -> _Document:
        routes = list(_protected(app))
        if _name_schemes(routes):
            app.openapi_schema = None
        document = make()
        for route, dependencies in routes:
            for method in route.methods:
                operation = document.get("paths", {}).get(route.path_format, {}).get(method.lower())
                if operation is not None:
                    _offer_all_kinds(document, operation, dependencies)
                    _describe(operation, method, dependencies, in_our_form=AuthError not in app.exception_handlers)
        if routes and AuthError not in app.exception_handlers:
            document.setdefault("components", {}).setdefault("schemas", {}).setdefault(_PROBLEM, _SCHEMA)
        return document

    openapi._by_drawbridge = True  # type: ignore[attr-defined]  # a mark on the function itself
    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's own documentation says to


def _protected(app: FastAPI) -> Iterator[tuple[Any, list[CredentialDependency]]]:
    """The app's own routes that depend on ours, and on which. What is mounted has a document of its own."""
    for route, _ in routes_of(app.router, frozenset()):
        dependant = getattr(route, "dependant", None)
        if not isinstance(dependant, Dependant) or not getattr(route, "include_in_schema", False):
            continue
        asked = [callable_of(each) for each in tree_of(dependant)]
        dependencies = [each for each in asked if isinstance(each, CredentialDependency)]
        if dependencies and getattr(route, "methods", None):
            yield route, dependencies


def _name_schemes(routes: list[tuple[Any, list[CredentialDependency]]]) -> bool:
    """Gives each Better Auth of an app a name of its own, in the order of the routes; whether one has changed."""
    names: dict[object, str] = {}
    changed = False
    for _, dependencies in routes:
        for each in dependencies:
            if each.source not in names:
                name, number = each.source.scheme_name, 1
                while name in names.values():
                    number += 1
                    name = f"{each.source.scheme_name}{number}"
                names[each.source] = name
            changed = changed or each.scheme_name != names[each.source]
            each.scheme_name = names[each.source]
    return changed


def _offer_all_kinds(document: _Document, operation: _Document, dependencies: list[CredentialDependency]) -> None:
    """In place of the token the kinds of credentials that are taken, any of which is enough."""
    security: list[_Document] = operation.get("security", [])
    schemes: _Document = document.get("components", {}).get("securitySchemes", {})
    for source in dict.fromkeys(each.source for each in dependencies):
        of_source = [each for each in dependencies if each.source == source]
        taken = source.shown_credentials()
        named = _schemes_of(of_source[0], taken)
        if set(named) == {"token"}:
            continue
        let_in = [kind for kind in named if all(kind in each.kinds for each in of_source)] or list(named)
        ours = {of_source[0].scheme_name, *(name for name, _ in named.values())}
        places = [n for n, requirement in enumerate(security) if set(requirement) & ours]
        if not places:
            continue
        for n in reversed(places):
            del security[n]
        security[places[0] : places[0]] = [{named[kind][0]: []} for kind in let_in]
        schemes.update({name: scheme for name, scheme in named.values() if scheme})
        if "token" not in named:
            schemes.pop(of_source[0].scheme_name, None)


def _schemes_of(dependency: CredentialDependency, taken: ShownCredentials) -> dict[str, tuple[str, _Document]]:
    """By kind the name of its scheme and, where FastAPI does not write it, the scheme."""
    name = dependency.scheme_name
    known: dict[str, tuple[str, _Document]] = {
        "token": (name, {}),
        "session": (
            f"{name}Session",
            {
                "type": "apiKey",
                "in": "cookie",
                "name": taken.session_cookie,
                "description": "The session cookie that Better Auth sets. A page must have an allowed origin.",
            },
        ),
        "key": (
            f"{name}Key",
            {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "An API key of Better Auth."},
        ),
    }
    return {kind: scheme for kind, scheme in known.items() if kind in taken.kinds}


def _describe(
    operation: _Document, method: str, dependencies: list[CredentialDependency], *, in_our_form: bool
) -> None:
    responses: _Document = operation.setdefault("responses", {})
    taken = {kind for each in dependencies for kind in each.source.shown_credentials().kinds}

    def add(status: str, description: str, headers: _Document) -> None:
        if status in responses or f"{status[0]}XX" in responses:
            return  # what the app says itself stands
        responses[status] = {"description": description}
        if in_our_form:
            schema = {"$ref": f"#/components/schemas/{_PROBLEM}"}
            responses[status] |= {"headers": headers, "content": {"application/problem+json": {"schema": schema}}}

    noun = "token" if taken == {"token"} else "credential"
    add("401", f"No {noun}, or one that is not valid", _CHALLENGE)
    by_cookie = "session" in taken and method not in _SAFE_METHODS
    hidden = [each for each in dependencies if isinstance(each, MemberOf) and each.refused_with == 404]
    if by_cookie or any(
        not isinstance(each, (CurrentUser, OptionalUser)) and each not in hidden for each in dependencies
    ):
        add("403", f"A valid {noun}, but not for this", {})
    if hidden:
        add("404", f"A valid {noun}, but there is nothing here for it", {})
    if "key" in taken:
        add("429", "A limit of the API key is reached", _WAIT)
    add("503", f"The {noun} cannot be checked at the moment", _WAIT)
    if all(isinstance(each, OptionalUser) for each in dependencies) and {} not in operation.get("security", [{}]):
        operation["security"].append({})
