"""/metrics for Prometheus, on the port that DRAWBRIDGE_METRICS names; docs/metrics.md explains each number."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drawbridge.metrics import VerifierCollector
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, start_http_server

from .auth import auth
from .settings import settings

registry = CollectorRegistry()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Serves them while the app runs, where they are wanted."""
    async with auth.lifespan(app):
        if settings.metrics is None:
            yield
            return
        host, port = settings.metrics
        collector = VerifierCollector(auth.verifier)
        server, thread = start_http_server(port, host, registry)
        registry.register(collector)
        try:
            yield
        finally:
            registry.unregister(collector)
            server.shutdown()
            server.server_close()
            thread.join()
