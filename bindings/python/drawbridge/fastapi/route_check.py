"""Finds, when an app starts, the routes that could never be served, or would serve somebody else's data.

FastAPI gives a route the parameters of its own path. Those of a mount or a host around it are matched as well, but a
parameter of the same name in the route is then read from the query. So what is compared has to be in the route's path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from inspect import ismethod
from typing import Any

from fastapi import FastAPI, params, routing
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant, get_parameterless_sub_dependant
from starlette.applications import Starlette
from starlette.routing import Router

from drawbridge.fastapi.compared_parameter import Compared, callable_of, fault_of, takes, tree_of
from drawbridge.fastapi.dependencies import ComparingDependency


@dataclass(frozen=True)
class Above:
    """What stands around the routes of an app that is mounted."""

    path: str = ""
    parameters: frozenset[str] = frozenset()
    # What the dependencies of the apps and routers around compare. They run for the routes of these alone.
    compared: frozenset[Compared] = frozenset()
    apps: tuple[int, ...] = ()


def check_routes(app: Starlette) -> None:
    """Raises RuntimeError, with one line, for a route that compares a user, or an organization, with a path that names
    none, that takes it from elsewhere as well, or that is not compared though its app's dependencies say so. Mounted
    apps are looked into, at any depth."""
    for fault in _faults_of_app(app, Above()):
        raise RuntimeError(fault)


def _faults_of_app(app: object, above: Above) -> Iterator[str]:
    found: list[object] = list(apps_behind(app))
    for each in found or [with_routes(app)]:
        if each is not None and id(each) not in above.apps:
            yield from _faults_of_router(getattr(each, "router", each), replace(above, apps=(*above.apps, id(each))))


def _faults_of_router(router: Any, above: Above) -> Iterator[str]:
    compared = _compared_by(getattr(router, "dependencies", []))
    for route, by_routers in routes_of(router, compared):
        inside = replace(above, compared=above.compared | by_routers)
        if isinstance(getattr(route, "dependant", None), Dependant):
            yield from _faults_of_route(route, inside)
        else:
            yield from _faults_beside_fastapi(route, inside)
    default = default_of(router)
    if default is not None:
        yield from _faults_of_app(default, above)


def _faults_of_route(route: Any, above: Above) -> Iterator[str]:
    compared = _parameters_of(route.dependant, _overrides_of(route))
    for each in sorted(compared):
        if each.place == "path" and each.parameter in above.parameters:
            yield _parameter_of_a_mount(above, route.path, each)
        fault = fault_of(route, each)
        if fault is not None:
            yield fault.replace(f"The route {route.path} ", f"The route {above.path}{route.path} ", 1)
    yield from _not_compared(above, route, above.compared - compared)


def _faults_beside_fastapi(route: Any, above: Above) -> Iterator[str]:
    """Of what is mounted, or of a plain route of Starlette: dependencies do not run there."""
    yield from _not_compared(above, route, above.compared)
    names = frozenset(getattr(route, "param_convertors", {}))
    path = str(getattr(route, "path", getattr(route, "host", "")))
    below = replace(above, path=f"{above.path}{path}", parameters=above.parameters | (names - {"path"}))
    app = getattr(route, "app", None)
    yield from _faults_of_app(route if with_routes(app) is None else app, below)


def _not_compared(above: Above, route: Any, compared: frozenset[Compared]) -> Iterator[str]:
    path = f"{above.path}{getattr(route, 'path', getattr(route, 'host', ''))}"
    for each in sorted(compared):
        if takes(route, each):
            article, name = ("a" if each.whose == "user" else "an"), _shown(each)
            yield (
                f"{path} names {article} {each.whose} by {name}, but nothing compares it: {each.dependency} is a "
                f"dependency of the app or router around it, and FastAPI runs those for its own routes, not for what "
                f"is mounted. Serve it with a FastAPI route that depends on {each.dependency}, or without {name}."
            )


def _shown(compared: Compared) -> str:
    return f"{{{compared.parameter}}}" if compared.place == "path" else f"{compared.parameter} of its query"


def _parameter_of_a_mount(above: Above, path: str, compared: Compared) -> str:
    parameter = compared.parameter
    return (
        f"The route {above.path}{path} depends on {compared.dependency}, but {{{parameter}}} is in the path or "
        f"host of a mount ({above.path}), whose parameters FastAPI does not pass to the routes below: they would "
        f'take {parameter} from the query. Put it into the path of each route: APIRouter(prefix="{above.path}") with '
        f"app.include_router(router), or a mount that ends before {{{parameter}}}."
    )


def routes_of(router: Any, compared: frozenset[Compared]) -> Iterator[tuple[Any, frozenset[Compared]]]:
    """Each route as it is served, and what the dependencies of its routers compare."""
    yield from _included(router.routes, compared)
    # Static pages of a front end, which are looked for last.
    last = getattr(router, "_iter_low_priority_routes", None)
    for route in last() if callable(last) else []:
        yield route, compared


def _included(routes: Any, compared: frozenset[Compared]) -> Iterator[tuple[Any, frozenset[Compared]]]:
    for route in routes:
        candidates = getattr(route, "effective_candidates", None)
        if callable(candidates):
            by_router = _compared_by([*route.include_context.dependencies, *route.original_router.dependencies])
            yield from _included(candidates(), compared | by_router)
        elif getattr(route, "starlette_route", None) is not None:
            yield route.starlette_route, compared
        else:
            yield from ((each, compared) for each in _one_by_one(route))


def _one_by_one(route: Any) -> Iterator[Any]:
    # FastAPI copied the routes of an included router into the app until it began to keep them apart.
    each = getattr(routing, "iter_route_contexts", None)
    yield from [route] if each is None or not hasattr(route, "original_router") else each([route])


def apps_behind(app: object) -> Iterator[Starlette | Router]:
    """The apps and routers that answer for it, as they can be seen: itself, where it is one, or what it is wrapped
    around in the attribute `app`, as middleware does. One that has a call of its own may be a wrapper, too. Nothing
    where none can be seen: an attribute `routes`, or a name that `functools.wraps` gave, says nothing of what is
    called."""
    seen: set[int] = set()
    while app is not None and id(app) not in seen and not ismethod(app):
        seen.add(id(app))
        if isinstance(app, (Starlette, Router)):
            yield app
            if type(app).__call__ in (Starlette.__call__, FastAPI.__call__, Router.__call__):
                return
        app = getattr(app, "app", None)


def default_of(router: Any) -> object | None:
    """What answers where no route fits; None where that is a plain 404."""
    default = getattr(router, "default", None)
    return None if getattr(default, "__func__", None) is Router.not_found else default


def with_routes(app: object) -> object | None:
    """The app or router behind what is wrapped around it, as middleware does; None where none can be seen."""
    seen: set[int] = set()
    while app is not None and id(app) not in seen:
        seen.add(id(app))
        if isinstance(getattr(app, "routes", None), list):
            return app
        app = getattr(app, "app", None) or getattr(app, "__wrapped__", None)
    return None


def _compared_by(dependencies: list[params.Depends]) -> frozenset[Compared]:
    trees = (get_parameterless_sub_dependant(depends=each, path="") for each in dependencies)
    return frozenset().union(*(_parameters_of(tree, {}) for tree in trees))


def _parameters_of(dependant: Dependant, overrides: Mapping[Any, Any]) -> frozenset[Compared]:
    """The parameters that it compares, also by what is put in the place of a dependency."""
    found = [each.compared for each in map(callable_of, tree_of(dependant)) if isinstance(each, ComparingDependency)]
    for each in tree_of(dependant):
        instead = overrides.get(each.call)
        if instead is not None:
            found += _parameters_of(get_dependant(path=each.path or "", call=instead), {})
    return frozenset(found)


def _overrides_of(route: object) -> Mapping[Any, Any]:
    return getattr(getattr(route, "dependency_overrides_provider", None), "dependency_overrides", None) or {}
