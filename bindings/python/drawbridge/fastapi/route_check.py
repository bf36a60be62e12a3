"""Finds, when an app starts, the routes that could never be served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastapi import FastAPI, routing
from fastapi.dependencies.models import Dependant

from drawbridge.fastapi.dependencies import UserOfPath, parameter_missing


def check_routes(app: FastAPI) -> None:
    """Raises RuntimeError, with one line, for a route that compares the user with a path that names none."""
    for route in _routes(app):
        dependant = getattr(route, "dependant", None)
        if not isinstance(dependant, Dependant):
            continue
        for dependency in _dependencies(dependant):
            parameters = getattr(route, "param_convertors", {})
            if isinstance(dependency, UserOfPath) and dependency.parameter not in parameters:
                raise RuntimeError(parameter_missing(str(getattr(route, "path", "")), dependency.parameter))


def _routes(app: FastAPI) -> Sequence[object]:
    # FastAPI copied the routes of an included router into the app until it began to keep them apart.
    each = getattr(routing, "iter_route_contexts", None)
    return app.routes if each is None else list(each(app.routes))


def _dependencies(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from _dependencies(each)
