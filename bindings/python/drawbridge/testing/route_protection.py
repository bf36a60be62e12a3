"""Finds the routes of an app that ask nobody who is calling."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from inspect import ismethod
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.routing import Router


class _Served(NamedTuple):
    """A route as a client reaches it."""

    kind: str  # a method, or WebSocket; of what is mounted and cannot be looked into, any
    path: str
    is_protected: bool

    @property
    def name(self) -> str:
        return f"{self.kind} {self.path}"


def assert_all_routes_protected(app: Starlette, open: Collection[str] = ()) -> None:
    """AssertionError, which lists them, where routes of `app` can be reached by anybody.

    A route is protected where it, or a router or app around it, depends on one of `BetterAuth`'s dependencies, directly
    or not. `get_optional_user` lets everybody in, so it protects nothing; nor does a function that has only the name of
    a dependency, by `functools.wraps`. What is mounted is looked into at any depth, and so is what a wrapper holds in
    `app`. What cannot be looked into counts as one route: static files as `ANY /static`, what a router has as its
    `default` as `ANY /*`. What middleware answers by itself is not seen. FastAPI's own documentation is left out.

    `open` names the routes that are meant for anybody, `"/health"` or `"GET /health"`, with the prefixes of routers and
    mounts. A name that is no route is an error too. What `dependency_overrides` says is not looked at.
    """
    if isinstance(open, str):
        raise TypeError(f"open is a str, whose characters would be routes: give a set, open={{{open!r}}}")
    served = list(_served_by(app, "", (), "/"))
    known = {name for route in served for name in (route.path, route.name)}
    unknown = sorted(set(open) - known)
    forgotten = sorted({r.name for r in served if not r.is_protected and not {r.path, r.name} & set(open)})
    faults = []
    if forgotten:
        faults.append(
            "these routes do not check who is calling:\n"
            + "".join(f"  {name}\n" for name in forgotten)
            + "Give each a dependency such as Depends(auth.get_current_user); list one that is meant for everyone "
            "in open={…}."
        )
    if unknown:
        faults.append(f"open names something that is not a route of this app: {', '.join(unknown)}")
    if faults:
        raise AssertionError("\n".join(faults))


def _served_by(app: object, prefix: str, above: tuple[int, ...], unseen: str) -> Iterator[_Served]:
    """`unseen` is the path of what cannot be looked into."""
    from starlette.routing import Router

    from drawbridge.fastapi.route_check import apps_behind

    found = list(apps_behind(app))
    for each in found:
        router = getattr(each, "router", each)
        if id(each) in above:
            continue
        if isinstance(router, Router):
            yield from _served_by_router(router, prefix, (*above, id(each)))
        else:
            found = []
    if not found:
        yield _Served("ANY", unseen, False)


def _served_by_router(router: Router, prefix: str, above: tuple[int, ...]) -> Iterator[_Served]:
    from starlette.routing import Host, Mount

    from drawbridge.fastapi.route_check import default_of, routes_of

    for route, _ in routes_of(router, frozenset()):
        if isinstance(route, (Mount, Host)):
            place = f"{prefix}{route.path if isinstance(route, Mount) else f'//{route.host}'}"
            yield from _served_by(route.app, place, above, place or "/")
        elif not _is_documentation(route):
            for path in _paths_of(route):
                for kind in _kinds_of(route):
                    yield _Served(kind, f"{prefix}{path}", _is_protected(route))
    default = default_of(router)
    if default is not None:
        yield from _served_by(default, prefix, above, f"{prefix}/*")


def _paths_of(route: Any) -> list[str]:
    """One; of a group of pages of a front end each that it has."""
    if isinstance(getattr(route, "path", None), str) and route.path:
        return [route.path]
    pages = getattr(getattr(route, "original_route", route), "routes", [])
    return [f"{getattr(route, 'frontend_prefix', '')}{page.path}" for page in pages] or ["/"]


def _kinds_of(route: Any) -> list[str]:
    from starlette.routing import WebSocketRoute

    if isinstance(getattr(route, "original_route", route), WebSocketRoute):
        return ["WebSocket"]
    return sorted(getattr(route, "methods", None) or {"ANY"})


def _is_documentation(route: Any) -> bool:
    # functools.wraps copies __module__, and no globals.
    return getattr(getattr(route, "endpoint", None), "__globals__", {}).get("__name__") == "fastapi.applications"


def _is_protected(route: Any) -> bool:
    from fastapi.dependencies.models import Dependant

    from drawbridge.fastapi.compared_parameter import tree_of

    dependant = getattr(route, "dependant", None)
    return isinstance(dependant, Dependant) and any(_asks(each.call) for each in tree_of(dependant))


def _asks(call: Any) -> bool:
    """Whether it is one of `BetterAuth`'s dependencies that is called, and not what has only its name."""
    from drawbridge.fastapi import dependencies
    from drawbridge.fastapi.membership import MemberOf

    while isinstance(call, partial):
        call = call.func
    kind = type(call.__self__) if ismethod(call) else type(call)
    if not issubclass(kind, dependencies.CredentialDependency):
        return False
    called = call.__func__ if ismethod(call) else getattr(kind, "__call__", None)  # noqa: B004
    protecting = (
        *(dependencies.ActiveUser, dependencies.CurrentUser, dependencies.SignedInUser, dependencies.UserOfPath),
        *(dependencies.UserWithRole, dependencies.KeyWithPermission, MemberOf),
    )
    return called in [each.__call__ for each in protecting]
