"""Finds the routes of an app that ask nobody who is calling."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from starlette.applications import Starlette


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
    or not. `get_optional_user` lets everybody in, so it protects nothing. What is mounted is looked into at any depth;
    what cannot be looked into, such as static files, counts as one route, `ANY /static`. FastAPI's own documentation
    is left out.

    `open` names the routes that are meant for anybody, `"/health"` or `"GET /health"`, with the prefixes of routers and
    mounts. A name that is no route is an error too. What `dependency_overrides` says is not looked at.
    """
    served = list(_served_by(app, "", ()))
    known = {name for route in served for name in (route.path, route.name)}
    unknown = sorted(set(open) - known)
    forgotten = sorted({r.name for r in served if not r.is_protected and not {r.path, r.name} & set(open)})
    faults = []
    if forgotten:
        faults.append(
            "these routes ask nobody who is calling:\n"
            + "".join(f"  {name}\n" for name in forgotten)
            + "Give each a dependency such as Depends(auth.get_current_user); one that is meant for anybody belongs "
            + "into open={…}."
        )
    if unknown:
        faults.append(f"open names what is no route of this app: {', '.join(unknown)}")
    if faults:
        raise AssertionError("\n".join(faults))


def _served_by(app: object, prefix: str, above: tuple[int, ...]) -> Iterator[_Served]:
    from starlette.routing import Host, Mount

    from drawbridge.fastapi.route_check import routes_of, with_routes

    inner = with_routes(app)
    if id(inner) in above:
        return
    if inner is None:
        yield _Served("ANY", prefix or "/", False)
        return
    for route, _ in routes_of(getattr(inner, "router", inner), frozenset()):
        if isinstance(route, (Mount, Host)):
            place = route.path if isinstance(route, Mount) else f"//{route.host}"
            yield from _served_by(route.app, f"{prefix}{place}", (*above, id(inner)))
        elif not _is_documentation(route):
            for path in _paths_of(route):
                for kind in _kinds_of(route):
                    yield _Served(kind, f"{prefix}{path}", _is_protected(route))


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
    return str(getattr(getattr(route, "endpoint", None), "__module__", "")) == "fastapi.applications"


def _is_protected(route: Any) -> bool:
    from fastapi.dependencies.models import Dependant

    from drawbridge.fastapi.dependencies import BearerDependency, OptionalUser
    from drawbridge.fastapi.user_parameter import callable_of, tree_of

    dependant = getattr(route, "dependant", None)
    if not isinstance(dependant, Dependant):
        return False
    asked = (callable_of(each) for each in tree_of(dependant))
    return any(isinstance(each, BearerDependency) and not isinstance(each, OptionalUser) for each in asked)
